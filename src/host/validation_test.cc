// What an enemy in hanbatd's place would send, and that none of it comes through.
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>

#include "host/codec.h"
#include "host/daemon.h"
#include "host/error.h"
#include "host/validation.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

/// Strings that mean something to a shell, a path, an option parser, nft, HAProxy, dnsmasq or C.
const std::vector<std::string> kEvil = {"../etc",
                                        "a/../../b",
                                        "/etc/passwd",
                                        ".",
                                        "..",
                                        "-rf",
                                        "--config=/etc/passwd",
                                        "a b",
                                        "a;reboot",
                                        "a\nserver=8.8.8.8",
                                        "a\raddress=/x/1.2.3.4",
                                        "a\tb",
                                        "a\"b",
                                        "a'b",
                                        "a`id`",
                                        "$(id)",
                                        "a}table ip x{",
                                        "a#b",
                                        "a\\",
                                        "a%[env(HOME)]",
                                        "a,b",
                                        "a=b",
                                        "*",
                                        std::string("a\0b", 3),
                                        "\xc3\xa9",
                                        "\xff",
                                        std::string(300, 'a'),
                                        ""};

VpcSpec vpc() {
  VpcSpec spec;
  spec.id = "vpc-1";
  spec.account = "123456789012";
  spec.region = "ap-northeast-2";
  spec.cidrs = {"10.1.0.0/16"};
  spec.subnets = {{.id = "subnet-a", .cidr = "10.1.0.0/24", .route_table_id = "rtb-a"}};
  spec.route_tables = {
      {.id = "rtb-a", .routes = {{.destination = "0.0.0.0/0", .kind = RouteKind::kInternetGateway, .target = ""}}}};
  spec.nat_gateways = {{.id = "nat-1", .subnet_id = "subnet-a", .private_ip = "10.1.0.9", .public_ip = "198.19.0.1"}};
  spec.security_groups = {
      {.id = "sg-1", .rules = {{.direction = Direction::kIngress, .protocol = "tcp", .cidrs = {"10.0.0.0/8"}}}}};
  spec.network_acls = {
      {.id = "acl-1",
       .subnet_ids = {"subnet-a"},
       .entries = {
           {.direction = Direction::kIngress, .action = AclAction::kAllow, .protocol = "-1", .cidr = "0.0.0.0/0"}}}};
  spec.interfaces = {{.id = "eni-1",
                      .attachment = Attachment::kMachine,
                      .subnet_id = "subnet-a",
                      .private_ip = "10.1.0.5",
                      .mac = "02:00:00:00:00:01",
                      .host_name = "ip-10-1-0-5",
                      .security_group_ids = {"sg-1"},
                      .secondaries = {{.private_ip = "10.1.0.6", .public_ip = ""}}}};
  spec.dhcp = {.domains = {"example.com"},
               .dns_servers = {"10.1.0.2"},
               .ntp_servers = {"10.1.0.7"},
               .netbios_name_servers = {"10.1.0.8"}};
  spec.dns.domain = "compute.internal";
  spec.dns.records = {{.name = "a.compute.internal", .addresses = {"10.1.0.5"}}};
  return spec;
}

BalancersSpec balancers() {
  BalancersSpec spec;
  TargetGroup group;
  group.id = "tg-1";
  group.vpc_id = "vpc-1";
  group.targets = {{.ip = "10.1.0.5", .port = 80}};
  spec.target_groups = {group};
  Balancer balancer;
  balancer.id = "lb-1";
  balancer.vpc_id = "vpc-1";
  balancer.host_name = "lb.elb.localhost";
  balancer.nodes = {{.private_ip = "10.1.0.6", .public_ip = "198.19.0.2", .subnet_cidr = "10.1.0.0/24"}};
  BalancerListener listener;
  listener.id = "l-1";
  listener.default_action = {.kind = BalancerActionKind::kForward, .forward = {{.target_group_id = "tg-1"}}};
  listener.rules = {{.id = "r-1",
                     .conditions = {{.field = ConditionField::kHttpHeader, .header = "X-A", .values = {"b"}}},
                     .action = {.kind = BalancerActionKind::kRedirect, .redirect_path = "/x", .status = 301}}};
  listener.response_headers = {{.name = "X-Frame-Options", .value = "DENY"}};
  balancer.listeners = {listener};
  spec.balancers = {balancer};
  return spec;
}

MachineSpec machine() {
  MachineSpec spec;
  spec.name = "i-1";
  spec.image = "amzn2";
  spec.nics = {{.interface_id = "eni-1", .mac = "02:00:00:00:00:01"}};
  spec.folders = {{.source = "/state/shared/builds/1", .path = "/hanbat/build"}};
  spec.environment = {{"A_B", "c"}};
  spec.labels = {{"service", "ec2"}};
  return spec;
}

void check(const VpcSpec& spec) { validate(spec); }
void check(const BalancersSpec& spec) { validate(spec); }
void check(const MachineSpec& spec) { validate(spec, "/state/shared"); }

/// The member that `at` picks, given each evil text in turn, must make the spec refused. `takes` are those that it may
/// hold.
template <class Spec>
void refuses(const Spec& good, const char* member, const std::function<std::string&(Spec&)>& at,
             const std::vector<std::string>& takes = {}) {
  ASSERT_NO_THROW(check(good));
  for (const std::string& evil : kEvil) {
    if (std::find(takes.begin(), takes.end(), evil) != takes.end()) continue;
    Spec spec = good;
    at(spec) = evil;
    EXPECT_THROW(check(spec), HostError) << member << ": " << evil.substr(0, 40);
  }
}

/// The member that `at` picks, of which only some words may be.
template <class Spec>
void takes_no_other_word(const Spec& good, const char* member, const std::function<Json&(Json&)>& at) {
  ASSERT_NO_THROW(read_argument<Spec>(encode(good), {"/state/shared"}));
  for (const std::string& evil : kEvil) {
    Json json = encode(good);
    at(json) = evil;
    EXPECT_THROW(read_argument<Spec>(json, {"/state/shared"}), JsonError) << member << ": " << evil.substr(0, 40);
  }
}

Json& first(Json& json, const char* name) { return json[name].items()[0]; }

TEST(Enemy, AMemberOfAClosedVocabularyTakesNoOtherWord) {
  const auto in_vpc = [](const char* member, const std::function<Json&(Json&)>& at) {
    takes_no_other_word(vpc(), member, at);
  };
  in_vpc("route kind", [](Json& j) -> Json& { return first(first(j, "route_tables"), "routes")["kind"]; });
  in_vpc("rule direction", [](Json& j) -> Json& { return first(first(j, "security_groups"), "rules")["direction"]; });
  in_vpc("acl direction", [](Json& j) -> Json& { return first(first(j, "network_acls"), "entries")["direction"]; });
  in_vpc("acl action", [](Json& j) -> Json& { return first(first(j, "network_acls"), "entries")["action"]; });
  in_vpc("attachment", [](Json& j) -> Json& { return first(j, "interfaces")["attachment"]; });

  const auto in_balancers = [](const char* member, const std::function<Json&(Json&)>& at) {
    takes_no_other_word(balancers(), member, at);
  };
  const auto listener = [](Json& j) -> Json& { return first(first(j, "balancers"), "listeners"); };
  in_balancers("protocol", [&](Json& j) -> Json& { return listener(j)["protocol"]; });
  in_balancers("action", [&](Json& j) -> Json& { return listener(j)["default_action"]["kind"]; });
  in_balancers("field", [&](Json& j) -> Json& { return first(first(listener(j), "rules"), "conditions")["field"]; });
  in_balancers("forwarded for", [](Json& j) -> Json& { return first(j, "balancers")["forwarded_for"]; });
  in_balancers("algorithm", [](Json& j) -> Json& { return first(j, "target_groups")["algorithm"]; });
  in_balancers("group protocol", [](Json& j) -> Json& { return first(j, "target_groups")["protocol"]; });
  in_balancers("check protocol",
               [](Json& j) -> Json& { return first(j, "target_groups")["health_check"]["protocol"]; });
  in_balancers("target state", [](Json& j) -> Json& { return first(first(j, "target_groups"), "targets")["state"]; });

  takes_no_other_word(MachineStop{.name = "i-1"}, "mode", [](Json& j) -> Json& { return j["mode"]; });
}

TEST(Enemy, NothingInAVpcReachesACommandOrAConfigurationFile) {
  using S = VpcSpec;
  const auto no = [](const char* member, const std::function<std::string&(S&)>& at,
                     const std::vector<std::string>& takes = {}) { refuses<S>(vpc(), member, at, takes); };
  no("id", [](S& s) -> std::string& { return s.id; });
  no("account", [](S& s) -> std::string& { return s.account; });
  no("cidr", [](S& s) -> std::string& { return s.cidrs[0]; });
  no("subnet id", [](S& s) -> std::string& { return s.subnets[0].id; });
  no("subnet cidr", [](S& s) -> std::string& { return s.subnets[0].cidr; });
  no("subnet table", [](S& s) -> std::string& { return s.subnets[0].route_table_id; });
  no("table id", [](S& s) -> std::string& { return s.route_tables[0].id; });
  no("route destination", [](S& s) -> std::string& { return s.route_tables[0].routes[0].destination; });
  no("NAT id", [](S& s) -> std::string& { return s.nat_gateways[0].id; });
  no("NAT address", [](S& s) -> std::string& { return s.nat_gateways[0].private_ip; });
  no("group id", [](S& s) -> std::string& { return s.security_groups[0].id; });
  no("rule protocol", [](S& s) -> std::string& { return s.security_groups[0].rules[0].protocol; });
  no("rule cidr", [](S& s) -> std::string& { return s.security_groups[0].rules[0].cidrs[0]; });
  no("acl id", [](S& s) -> std::string& { return s.network_acls[0].id; });
  no("acl cidr", [](S& s) -> std::string& { return s.network_acls[0].entries[0].cidr; });
  no("interface id", [](S& s) -> std::string& { return s.interfaces[0].id; });
  no("interface address", [](S& s) -> std::string& { return s.interfaces[0].private_ip; });
  no("interface mac", [](S& s) -> std::string& { return s.interfaces[0].mac; });
  no("public address", [](S& s) -> std::string& { return s.interfaces[0].public_ip; }, {""});
  no("host name", [](S& s) -> std::string& { return s.interfaces[0].host_name; }, {""});
  no("domain", [](S& s) -> std::string& { return s.dns.domain; }, {""});
  no("DHCP domain", [](S& s) -> std::string& { return s.dhcp.domains[0]; });
  no("DNS server", [](S& s) -> std::string& { return s.dhcp.dns_servers[0]; });
  no("time server", [](S& s) -> std::string& { return s.dhcp.ntp_servers[0]; });
  no("name server", [](S& s) -> std::string& { return s.dhcp.netbios_name_servers[0]; });
  no("further address", [](S& s) -> std::string& { return s.interfaces[0].secondaries[0].private_ip; });
  no("its public address", [](S& s) -> std::string& { return s.interfaces[0].secondaries[0].public_ip; }, {""});
  no("record", [](S& s) -> std::string& { return s.dns.records[0].name; });
  no("record's address", [](S& s) -> std::string& { return s.dns.records[0].addresses[0]; });
}

TEST(Enemy, NoAddressButS3sIsAnEndpoints) {
  VpcSpec spec = vpc();
  spec.route_tables[0].routes.push_back({"198.18.0.2/32", RouteKind::kEndpoint, ""});
  EXPECT_NO_THROW(validate(spec));
  for (const char* other : {"10.1.0.9/32", "198.18.0.1/32", "0.0.0.0/0"}) {
    spec.route_tables[0].routes.back().destination = other;
    EXPECT_THROW(validate(spec), HostError) << other;
  }
  EXPECT_NO_THROW(validate(ListenSpec{.vpc_id = "vpc-1", .address = "198.18.0.2", .port = 443}));
  EXPECT_THROW(validate(ListenSpec{.vpc_id = "vpc-1", .address = "198.18.0.2", .port = 22}), HostError);
  EXPECT_THROW(validate(ListenSpec{.vpc_id = "vpc-1", .address = "198.18.0.1", .port = 443}), HostError);
}

TEST(Enemy, NothingInABalancerReachesHaproxysConfiguration) {
  using S = BalancersSpec;
  const auto no = [](const char* member, const std::function<std::string&(S&)>& at,
                     const std::vector<std::string>& takes = {}) { refuses<S>(balancers(), member, at, takes); };
  no("balancer id", [](S& s) -> std::string& { return s.balancers[0].id; });
  no("balancer vpc", [](S& s) -> std::string& { return s.balancers[0].vpc_id; });
  no("host name", [](S& s) -> std::string& { return s.balancers[0].host_name; }, {""});
  no("node", [](S& s) -> std::string& { return s.balancers[0].nodes[0].private_ip; });
  no("node's subnet", [](S& s) -> std::string& { return s.balancers[0].nodes[0].subnet_cidr; });
  no("listener id", [](S& s) -> std::string& { return s.balancers[0].listeners[0].id; });
  no("rule id", [](S& s) -> std::string& { return s.balancers[0].listeners[0].rules[0].id; });
  no("header", [](S& s) -> std::string& { return s.balancers[0].listeners[0].rules[0].conditions[0].header; }, {""});
  no("response header", [](S& s) -> std::string& { return s.balancers[0].listeners[0].response_headers[0].name; });
  no("application's cookie", [](S& s) -> std::string& { return s.target_groups[0].app_cookie; },
     {"", ".", "..", "-rf"});
  no("group id", [](S& s) -> std::string& { return s.target_groups[0].id; });
  no("group vpc", [](S& s) -> std::string& { return s.target_groups[0].vpc_id; });
  no("target", [](S& s) -> std::string& { return s.target_groups[0].targets[0].ip; });
  no("matcher", [](S& s) -> std::string& { return s.target_groups[0].health_check.matcher; });

  // Free text is quoted where it is written; what would end the line is refused.
  for (const char* evil : {"a\nbackend x", "a\rb", "a\tb", "\x7f"}) {
    S spec = balancers();
    spec.balancers[0].listeners[0].rules[0].conditions[0].values[0] = evil;
    EXPECT_THROW(validate(spec), HostError);
    spec = balancers();
    spec.balancers[0].listeners[0].rules[0].action.redirect_path = evil;
    EXPECT_THROW(validate(spec), HostError);
    spec = balancers();
    spec.balancers[0].listeners[0].response_headers[0].value = evil;
    EXPECT_THROW(validate(spec), HostError);
    spec = balancers();
    spec.balancers[0].listeners[0].rules[0].conditions[0].keys = {evil};
    EXPECT_THROW(validate(spec), HostError);
    spec = balancers();
    spec.target_groups[0].health_check.path = std::string("/") + evil;
    EXPECT_THROW(validate(spec), HostError);
  }
  for (const char* evil : {"/a b", "/a\"b", "/a'b", "/a\\", "/a#b", "a"}) {
    S spec = balancers();
    spec.target_groups[0].health_check.path = evil;
    EXPECT_THROW(validate(spec), HostError) << evil;
  }
}

TEST(Enemy, NothingInAMachineReachesBeyondIt) {
  using S = MachineSpec;
  const auto no = [](const char* member, const std::function<std::string&(S&)>& at,
                     const std::vector<std::string>& takes = {}) { refuses<S>(machine(), member, at, takes); };
  no("name", [](S& s) -> std::string& { return s.name; });
  no("image", [](S& s) -> std::string& { return s.image; });
  no("interface", [](S& s) -> std::string& { return s.nics[0].interface_id; });
  no("mac", [](S& s) -> std::string& { return s.nics[0].mac; });
  no("source", [](S& s) -> std::string& { return s.folders[0].source; });
  no("variable", [](S& s) -> std::string& { return s.environment[0].key; });
  no("label", [](S& s) -> std::string& { return s.labels[0].key; });
  for (const char* evil : {"/state/shared", "/state/shared/../host", "/state/shared/a/../../b", "/state/sharedx/a",
                           "/state/shared/.hidden", "/state/shared/a\nb"}) {
    S spec = machine();
    spec.folders[0].source = evil;
    EXPECT_THROW(check(spec), HostError) << evil;
  }
  for (const char* evil : {"hanbat", "/a/../../etc", "/a\nb"}) {
    S spec = machine();
    spec.folders[0].path = evil;
    EXPECT_THROW(check(spec), HostError) << evil;
  }
  S spec = machine();
  spec.environment[0].value = "a\nlimits.memory=1TiB";
  EXPECT_THROW(check(spec), HostError);
}

TEST(Enemy, WhatIsOurOwnIsNoVpcAndNoInterface) {
  for (const char* id : {"edge", "host"}) {
    VpcSpec spec = vpc();
    spec.id = id;
    EXPECT_THROW(validate(spec), HostError) << id;
    BalancersSpec lb = balancers();
    lb.balancers[0].vpc_id = id;
    EXPECT_THROW(validate(lb), HostError) << id;
    EXPECT_THROW(validate(ListenSpec{.vpc_id = id, .address = "169.254.169.254", .port = 80}), HostError) << id;
  }
  VpcSpec spec = vpc();
  spec.interfaces[0].id = "eni-edge";
  EXPECT_THROW(validate(spec), HostError);
  for (const auto& [address, port] : std::vector<std::pair<std::string, int>>{
           {"0.0.0.0", 80}, {"127.0.0.1", 80}, {"169.254.169.254", 22}, {"198.18.0.1", 53}, {"10.1.0.5", 80}}) {
    EXPECT_THROW(validate(ListenSpec{.vpc_id = "vpc-1", .address = address, .port = port}), HostError) << address;
    EXPECT_THROW(validate(ListenSpec{.vpc_id = "", .address = address, .port = port}), HostError) << address;
  }
}

TEST(Enemy, WhatIsTooMuchIsRefused) {
  const auto refused = [](const std::function<void(VpcSpec&)>& change) {
    VpcSpec spec = vpc();
    change(spec);
    EXPECT_THROW(validate(spec), HostError);
  };
  refused([](VpcSpec& s) { s.cidrs.assign(6, "10.1.0.0/16"); });
  refused([](VpcSpec& s) { s.subnets.assign(201, s.subnets[0]); });
  refused([](VpcSpec& s) { s.interfaces.assign(1001, s.interfaces[0]); });
  refused([](VpcSpec& s) { s.security_groups[0].rules.assign(1001, s.security_groups[0].rules[0]); });
  refused([](VpcSpec& s) { s.security_groups.assign(2501, s.security_groups[0]); });
  refused([](VpcSpec& s) { s.network_acls.assign(201, s.network_acls[0]); });
  refused([](VpcSpec& s) { s.network_acls[0].entries.assign(1001, s.network_acls[0].entries[0]); });
  refused([](VpcSpec& s) { s.route_tables[0].routes.assign(501, s.route_tables[0].routes[0]); });
  refused([](VpcSpec& s) { s.dns.records.assign(5001, s.dns.records[0]); });
  BalancersSpec spec = balancers();
  spec.balancers[0].listeners[0].rules[0].conditions[0].values.assign(101, "a");
  EXPECT_THROW(validate(spec), HostError);
  MachineSpec large = machine();
  large.memory_mib = 1 << 21;
  EXPECT_THROW(check(large), HostError);
}

struct Named {
  std::string action;
  bool takes_nothing;
};

TEST(Enemy, ArgumentsOfTheWrongTypeAreInvalidBeforeAnythingIsDone) {
  const TemporaryFolder state;
  Actions actions(state.path());
  const std::vector<Json> wrong = {Json(),
                                   Json(1),
                                   Json("x"),
                                   Json::array(),
                                   Json::object({{"name", 1}}),
                                   Json::object({{"name", "../x"}}),
                                   Json::object({{"name", "a"}, {"more", 1}}),
                                   Json::object({{"id", Json::object()}}),
                                   Json::object()};
  std::vector<Named> all = {{"no_such_action", false}, {"", false}, {"../x", false}};
#define HANBAT_NAME(name, Argument, Result) all.push_back({#name, std::is_same_v<Argument, Nothing>});
  HANBAT_HOST_ACTIONS(HANBAT_NAME)
#undef HANBAT_NAME
  for (const auto& [action, takes_nothing] : all)
    for (const Json& arguments : wrong) {
      if (takes_nothing && arguments == Json::object()) continue;
      try {
        actions.run(action, arguments);
        ADD_FAILURE() << action << " took " << arguments.dump();
      } catch (const HostError& error) {
        EXPECT_EQ(error.code, HostErrorCode::kInvalid) << action << " " << arguments.dump();
      }
    }
}

TEST(Enemy, NoActionOfRootIsThereThatNobodyAsksFor) {
  const TemporaryFolder state;
  Actions actions(state.path());
  for (const char* gone : {"sweep", "import_image", "publish_image", "delete_image", "doctor", "kill_machine"}) {
    try {
      actions.run(gone, Json::object());
      ADD_FAILURE() << gone;
    } catch (const HostError& error) {
      EXPECT_EQ(std::string(error.what()), "no action " + std::string(gone));
    }
  }
}

TEST(Enemy, ASharedFolderThatIsALinkIsRefused) {
  const TemporaryFolder folder;
  const std::string shared = folder.path() + "/shared";
  make_folders(shared + "/builds/1");
  make_folders(folder.path() + "/secret/1");
  EXPECT_NO_THROW(require_own_folder(shared, shared + "/builds/1"));
  ASSERT_EQ(::symlink((folder.path() + "/secret").c_str(), (shared + "/link").c_str()), 0);
  ASSERT_EQ(::symlink("builds", (shared + "/inside").c_str()), 0);
  EXPECT_THROW(require_own_folder(shared, shared + "/link"), HostError);
  EXPECT_THROW(require_own_folder(shared, shared + "/link/1"), HostError);
  EXPECT_THROW(require_own_folder(shared, shared + "/inside/1"), HostError);
  EXPECT_THROW(require_own_folder(shared, shared + "/none"), HostError);
  EXPECT_THROW(require_own_folder(shared, folder.path() + "/secret"), HostError);
}

}  // namespace
}  // namespace hanbat::host
