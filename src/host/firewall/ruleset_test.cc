// Rulesets as Docker, ufw, firewalld and people write them, as `nft -j list ruleset` and `iptables-legacy -S` print
// them.
#include "host/firewall/ruleset.h"

#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

std::string base_chain(const std::string& table, const std::string& name, const std::string& hook,
                       const std::string& policy, const std::string& family = "ip") {
  return R"({"chain":{"family":")" + family + R"(","table":")" + table + R"(","name":")" + name +
         R"(","handle":1,"type":"filter","hook":")" + hook + R"(","prio":0,"policy":")" + policy + R"("}},)";
}

std::string rule(const std::string& table, const std::string& chain, const std::string& statements,
                 const std::string& family = "ip", const std::string& more = "") {
  return R"({"rule":{"family":")" + family + R"(","table":")" + table + R"(","chain":")" + chain + R"(","handle":7,)" +
         more + R"("expr":[)" + statements + "]}},";
}

std::string link_match(const std::string& key) {
  return R"({"match":{"op":"==","left":{"meta":{"key":")" + key + R"("}},"right":"hb-edge"}})";
}

std::string ours(const std::string& table, const std::string& chain, const std::string& key) {
  return rule(table, chain, link_match(key) + R"(,{"accept":null})", "ip", R"("comment":"hanbat",)");
}

Json listing(const std::string& items) { return Json::parse(R"({"nftables":[)" + items + R"({"metainfo":{}}]})"); }

const std::string kDocker = base_chain("filter", "FORWARD", "forward", "drop") +
                            base_chain("filter", "INPUT", "input", "accept") +
                            R"({"chain":{"family":"ip","table":"filter","name":"DOCKER-USER","handle":2}},)";

TEST(Ruleset, AForwardPolicyOfDropIsAGateAndAnEmptyChainThatAcceptsIsNone) {
  const auto gates = find_gates(listing(kDocker));
  ASSERT_EQ(gates.size(), 1u);
  EXPECT_EQ(gates[0].name(), "the chain FORWARD of ip filter (Docker)");
  EXPECT_FALSE(gates[0].open);
  EXPECT_EQ(opening(gates),
            "insert rule ip filter FORWARD iifname \"hb-edge\" counter accept comment \"hanbat\"\n"
            "insert rule ip filter FORWARD oifname \"hb-edge\" counter accept comment \"hanbat\"\n");
}

TEST(Ruleset, AGateIsOpenWhenBothWaysStandAheadOfWhatMayDrop) {
  const std::string in = ours("filter", "FORWARD", "iifname"), out = ours("filter", "FORWARD", "oifname");
  const std::string drops = rule("filter", "DOCKER-USER", R"({"drop":null})");
  const std::string jumps = rule("filter", "FORWARD", R"({"jump":{"target":"DOCKER-USER"}})");
  EXPECT_TRUE(find_gates(listing(kDocker + in + out)).at(0).open);
  EXPECT_TRUE(find_gates(listing(kDocker + in + out + jumps + drops)).at(0).open);
  EXPECT_TRUE(find_gates(listing(kDocker + jumps + in + out)).at(0).open) << "a chain that returns all stops none";
  EXPECT_FALSE(find_gates(listing(kDocker + in)).at(0).open);
  EXPECT_FALSE(find_gates(listing(kDocker + in + jumps + out + drops)).at(0).open);
}

TEST(Ruleset, WhatStandsTooLateIsReplaced) {
  const auto gates = find_gates(listing(kDocker + rule("filter", "FORWARD", R"({"reject":{"type":"icmp"}})") +
                                        ours("filter", "FORWARD", "iifname")));
  EXPECT_TRUE(opening(gates).starts_with("delete rule ip filter FORWARD handle 7\ninsert rule ip filter FORWARD "));
}

TEST(Ruleset, AChainThatAcceptsByPolicyAndDropsByRuleIsAGate) {
  const std::string chain = base_chain("mine", "f", "forward", "accept", "inet");
  for (const std::string statements :
       {R"({"drop":null})", R"({"reject":{"type":"icmpx","expr":"admin-prohibited"}})", R"({"xt":null})",
        R"({"xt":{"type":"target","name":"REJECT"}})", R"({"goto":{"target":"nowhere"}})",
        R"({"vmap":{"key":{"meta":{"key":"iifname"}},"data":{"set":[["eth1",{"drop":null}]]}}})",
        R"({"vmap":{"key":{"meta":{"key":"iifname"}},"data":"@verdicts"}})"})
    EXPECT_EQ(find_gates(listing(chain + rule("mine", "f", statements, "inet"))).size(), 1u) << statements;
  for (const std::string statements :
       {R"({"accept":null})", R"({"counter":null},{"return":null})",
        R"({"xt":{"type":"match","name":"conntrack"}},{"accept":null})", R"({"xt":{"type":"target","name":"LOG"}})"})
    EXPECT_TRUE(find_gates(listing(chain + rule("mine", "f", statements, "inet"))).empty()) << statements;
}

TEST(Ruleset, OtherFamiliesOtherHooksAndOurOwnTableAreNoGates) {
  EXPECT_TRUE(
      find_gates(listing(base_chain("x", "f", "forward", "drop", "ip6") +
                         base_chain("x", "f", "forward", "drop", "bridge") +
                         base_chain("x", "p", "prerouting", "drop") + base_chain("hanbat", "f", "forward", "drop")))
          .empty());
}

TEST(Ruleset, InputAndOutputEachNeedTheirOneWay) {
  const std::string chains =
      base_chain("filter", "INPUT", "input", "drop") + base_chain("filter", "OUTPUT", "output", "drop");
  EXPECT_EQ(opening(find_gates(listing(chains))),
            "insert rule ip filter INPUT iifname \"hb-edge\" counter accept comment \"hanbat\"\n"
            "insert rule ip filter OUTPUT oifname \"hb-edge\" counter accept comment \"hanbat\"\n");
  const std::string opened = ours("filter", "INPUT", "iifname") + ours("filter", "OUTPUT", "oifname");
  EXPECT_EQ(opening(find_gates(listing(chains + opened))), "");
  EXPECT_EQ(
      list_own_rules(listing(chains + opened)),
      (std::vector<std::string>{"delete rule ip filter INPUT handle 7", "delete rule ip filter OUTPUT handle 7"}));
}

TEST(Ruleset, FirewalldsGatesAreOpenOnceTheLinkIsInAZone) {
  const std::string table = base_chain("firewalld", "filter_FORWARD", "forward", "accept", "inet") +
                            rule("firewalld", "filter_FORWARD", R"({"reject":{"type":"icmpx"}})", "inet");
  const std::string zone = rule("firewalld", "filter_FORWARD_ZONES",
                                link_match("iifname") + R"(,{"goto":{"target":"filter_FWD_trusted"}})", "inet");
  const auto shut = find_gates(listing(table)), open = find_gates(listing(table + zone));
  ASSERT_EQ(shut.size(), 1u);
  EXPECT_EQ(shut[0].keeper, Gate::Keeper::kFirewalld);
  EXPECT_EQ(shut[0].firewall, "firewalld");
  EXPECT_FALSE(shut[0].open);
  EXPECT_TRUE(open.at(0).open);
  EXPECT_FALSE(is_trusted(listing(table)));
}

TEST(Ruleset, ATableThatLoopsOrIsStrangeEndsTheSearch) {
  const std::string loop = base_chain("t", "f", "forward", "accept") + rule("t", "f", R"({"jump":{"target":"a"}})") +
                           rule("t", "a", R"({"jump":{"target":"a"}})");
  EXPECT_TRUE(find_gates(listing(loop)).empty());
  EXPECT_TRUE(find_gates(Json::parse("{}")).empty());
  EXPECT_TRUE(find_gates(Json::parse(R"({"nftables":[1,{"rule":{"family":"ip","table":"x"}}]})")).empty());
}

TEST(Ruleset, WhoeverHasRulesForForwardedPacketsDecidesAboutThemAndAnEmptyChainOrOursDoNot) {
  const std::string empty = base_chain("filter", "FORWARD", "forward", "accept");
  EXPECT_FALSE(decides_forwarding(listing("")));
  EXPECT_FALSE(decides_forwarding(listing(empty)));
  EXPECT_FALSE(decides_forwarding(listing(empty + ours("filter", "FORWARD", "iifname"))));
  EXPECT_FALSE(decides_forwarding(listing(base_chain("hanbat", "forward", "forward", "drop"))));
  EXPECT_TRUE(decides_forwarding(listing(empty + rule("filter", "FORWARD", R"({"accept":null})"))));
  EXPECT_TRUE(decides_forwarding(listing(base_chain("x", "f", "forward", "drop", "inet"))));
  EXPECT_FALSE(legacy_decides_forwarding("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n"));
  EXPECT_TRUE(legacy_decides_forwarding("-P FORWARD ACCEPT\n-A FORWARD -i docker0 -j ACCEPT\n"));
}

constexpr const char* kLegacy =
    "-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n"
    "-A DOCKER-USER -j RETURN\n";

TEST(Ruleset, TheKernelsOlderFilterIsOpenedInItsOwnWords) {
  const auto gates = find_legacy_gates(kLegacy);
  ASSERT_EQ(gates.size(), 1u);
  EXPECT_EQ(gates[0].name(), "the chain FORWARD of ip filter (Docker, iptables-legacy)");
  EXPECT_EQ(opening(gates), "");
  EXPECT_EQ(legacy_opening(gates),
            "*filter\n-I FORWARD -i hb-edge -m comment --comment hanbat -j ACCEPT\n"
            "-I FORWARD -o hb-edge -m comment --comment hanbat -j ACCEPT\nCOMMIT\n");
}

TEST(Ruleset, TheKernelsOlderFilterIsOpenOnlyAheadOfItsDrops) {
  const std::string own =
      "-A FORWARD -o hb-edge -m comment --comment hanbat -j ACCEPT\n"
      "-A FORWARD -i hb-edge -m comment --comment hanbat -j ACCEPT\n";
  EXPECT_TRUE(find_legacy_gates(kLegacy + own).at(0).open);
  EXPECT_FALSE(find_legacy_gates(kLegacy + std::string("-A FORWARD -i x -j REJECT\n") + own).at(0).open);
  EXPECT_EQ(list_own_legacy_rules(kLegacy + own),
            (std::vector<std::string>{"-D FORWARD -o hb-edge -m comment --comment hanbat -j ACCEPT",
                                      "-D FORWARD -i hb-edge -m comment --comment hanbat -j ACCEPT"}));
}

}  // namespace
}  // namespace hanbat::host
