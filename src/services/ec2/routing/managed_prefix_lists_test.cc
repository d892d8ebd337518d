// Customers' prefix lists: versions, limits, and what they say in routes and rules as the host side gets it.
#include <gmock/gmock.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PrefixLists : public Ec2Test {
 protected:
  std::string make_list(std::vector<std::string> blocks, int most = 5) {
    CreateManagedPrefixListInput in;
    in.prefix_list_name = "offices";
    in.address_family = "IPv4";
    in.max_entries = most;
    in.entries.emplace();
    for (const std::string& block : blocks) in.entries->push_back(entry(block));
    return *ec2.create_managed_prefix_list(in).prefix_list->prefix_list_id;
  }
  static AddPrefixListEntry entry(const std::string& block) {
    AddPrefixListEntry out;
    out.cidr = block;
    return out;
  }
  static RemovePrefixListEntry gone(const std::string& block) {
    RemovePrefixListEntry out;
    out.cidr = block;
    return out;
  }
  ManagedPrefixList shown(const std::string& id) {
    return ec2.describe_managed_prefix_lists({.prefix_list_ids = {{id}}}).prefix_lists->front();
  }
  std::vector<std::string> blocks(const std::string& id, std::optional<std::int64_t> version = {}) {
    GetManagedPrefixListEntriesInput in;
    in.prefix_list_id = id;
    in.target_version = version;
    std::vector<std::string> out;
    const auto got = ec2.get_managed_prefix_list_entries(in);
    for (const PrefixListEntry& one : *got.entries) out.push_back(*one.cidr);
    return out;
  }
  void add(const std::string& id, std::int64_t version, const std::string& block) {
    ec2.modify_managed_prefix_list({.add_entries = {{entry(block)}}, .current_version = version, .prefix_list_id = id});
  }
  static IpPermission permission(const std::string& list) {
    IpPermission out;
    out.ip_protocol = "tcp";
    out.from_port = out.to_port = 22;
    out.prefix_list_ids.emplace().emplace_back().prefix_list_id = list;
    return out;
  }
};

TEST_F(PrefixLists, AChangeOfEntriesIsANewVersionAndTheOldOnesStay) {
  const std::string id = make_list({"10.0.0.0/8"});
  EXPECT_EQ(shown(id).state, "create-complete");
  EXPECT_EQ(shown(id).version, 1);
  add(id, 1, "192.168.1.0/24");
  EXPECT_EQ(shown(id).state, "modify-complete");
  EXPECT_EQ(shown(id).version, 2);
  EXPECT_THAT(blocks(id), ElementsAre("10.0.0.0/8", "192.168.1.0/24"));
  EXPECT_THAT(blocks(id, 1), ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(code_of([&] { add(id, 1, "172.16.0.0/12"); }), "PrefixListVersionMismatch");

  ec2.restore_managed_prefix_list_version({.current_version = 2, .prefix_list_id = id, .previous_version = 1});
  EXPECT_EQ(shown(id).state, "restore-complete");
  EXPECT_EQ(shown(id).version, 3);
  EXPECT_THAT(blocks(id), ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(code_of([&] { blocks(id, 9); }), "PrefixListVersionNotFound");

  ec2.modify_managed_prefix_list({.prefix_list_id = id, .prefix_list_name = "sites"});
  EXPECT_EQ(shown(id).version, 3) << "a name is no entry";
  EXPECT_EQ(shown(id).prefix_list_name, "sites");
  // Removed first, so that an entry can get another description in one call.
  ec2.modify_managed_prefix_list({.add_entries = {{entry("10.0.0.0/8")}},
                                  .current_version = 3,
                                  .prefix_list_id = id,
                                  .remove_entries = {{gone("10.0.0.0/8")}}});
  EXPECT_EQ(shown(id).version, 4);
}

TEST_F(PrefixLists, RefuseWhatCannotBe) {
  const std::string id = make_list({"10.0.0.0/8"}, 1);
  EXPECT_EQ(code_of([&] { add(id, 1, "192.168.0.0/16"); }), "PrefixListMaxEntriesExceeded");
  EXPECT_EQ(code_of([&] { make_list({"fe80::/10"}); }), "InvalidParameterValue");
  EXPECT_EQ(code_of([&] { make_list({"10.0.0.0/8", "10.0.0.0/8"}); }), "InvalidRequest");
  EXPECT_EQ(code_of([&] { make_list({}, 1001); }), "InvalidParameterValue");
  EXPECT_EQ(
      code_of([&] {
        ec2.modify_managed_prefix_list(
            {.add_entries = {{entry("192.168.0.0/16")}}, .current_version = 1, .max_entries = 2, .prefix_list_id = id});
      }),
      "InvalidParameterCombination");
  EXPECT_EQ(code_of([&] { ec2.delete_managed_prefix_list({.prefix_list_id = "pl-78a54011"}); }),
            "OperationNotPermitted");
  EXPECT_EQ(code_of([&] { shown("pl-0123456789abcdef0"); }), "InvalidPrefixListID.NotFound");
}

TEST_F(PrefixLists, ARuleAndARouteSayWhatTheListSaysNow) {
  const std::string vpc_id = vpc(), subnet_id = subnet(vpc_id, "10.1.0.0/24"), igw = gateway(vpc_id);
  const std::string id = make_list({"203.0.113.0/24"});
  const std::string table_id = *ec2.create_route_table({.vpc_id = vpc_id}).route_table->route_table_id;
  ec2.create_route({.destination_prefix_list_id = id, .gateway_id = igw, .route_table_id = table_id});
  const std::string group_id =
      *ec2.create_security_group({.description = "d", .group_name = "g", .vpc_id = vpc_id}).group_id;
  ec2.authorize_security_group_ingress({.group_id = group_id, .ip_permissions = {{permission(id)}}});
  ec2.run_instances(launch(subnet_id));
  test.run_until_idle();

  const auto rule_says = [&] {
    test.run_until_idle();
    for (const auto& group : host.vpc_specs[vpc_id].security_groups)
      for (const auto& rule : group.rules)
        if (group.id == group_id && rule.direction == host::Direction::kIngress) return rule.cidrs;
    return std::vector<std::string>{};
  };
  const auto routes_say = [&] {
    std::vector<std::string> all;
    for (const auto& table : host.vpc_specs[vpc_id].route_tables)
      for (const auto& route : table.routes)
        if (table.id == table_id) all.push_back(route.destination);
    return all;
  };
  EXPECT_THAT(rule_says(), ElementsAre("203.0.113.0/24"));
  EXPECT_THAT(routes_say(), ElementsAre("203.0.113.0/24"));
  add(id, 1, "198.51.100.0/24");
  EXPECT_THAT(rule_says(), ElementsAre("203.0.113.0/24", "198.51.100.0/24"));
  EXPECT_THAT(routes_say(), ElementsAre("203.0.113.0/24", "198.51.100.0/24"));

  const auto shown_group = ec2.describe_security_groups({.group_ids = {{group_id}}}).security_groups->front();
  EXPECT_EQ(shown_group.ip_permissions->front().prefix_list_ids->front().prefix_list_id, id);
  EXPECT_THAT(*ec2.get_managed_prefix_list_associations({.prefix_list_id = id}).prefix_list_associations, SizeIs(2));
  EXPECT_EQ(code_of([&] {
              ec2.authorize_security_group_ingress({.group_id = group_id, .ip_permissions = {{permission(id)}}});
            }),
            "InvalidPermission.Duplicate");

  // In use it does not go, which its state tells.
  EXPECT_EQ(ec2.delete_managed_prefix_list({.prefix_list_id = id}).prefix_list->state, "delete-in-progress");
  EXPECT_EQ(shown(id).state, "delete-failed");
  ec2.revoke_security_group_ingress({.group_id = group_id, .ip_permissions = {{permission(id)}}});
  ec2.delete_route({.destination_prefix_list_id = id, .route_table_id = table_id});
  EXPECT_THAT(rule_says(), IsEmpty());
  ec2.delete_managed_prefix_list({.prefix_list_id = id});
  EXPECT_EQ(code_of([&] { shown(id); }), "InvalidPrefixListID.NotFound");
}

TEST_F(PrefixLists, CountForAsManyRulesAsTheyMayHaveEntries) {
  const std::string vpc_id = vpc();
  const std::string group_id =
      *ec2.create_security_group({.description = "d", .group_name = "g", .vpc_id = vpc_id}).group_id;
  const auto code = [&](const std::string& list) {
    return code_of(
        [&] { ec2.authorize_security_group_ingress({.group_id = group_id, .ip_permissions = {{permission(list)}}}); });
  };
  EXPECT_EQ(code(make_list({}, 61)), "RulesPerSecurityGroupLimitExceeded");
  const std::string id = make_list({"10.0.0.0/8"}, 60);
  EXPECT_EQ(code(id), "");
  EXPECT_EQ(code(make_list({}, 1)), "RulesPerSecurityGroupLimitExceeded");
  ec2.modify_managed_prefix_list({.max_entries = 61, .prefix_list_id = id});
  EXPECT_EQ(shown(id).state, "modify-failed");
  EXPECT_EQ(shown(id).max_entries, 60);
}

TEST_F(PrefixLists, AwssOwnIsToldOfBesideThem) {
  make_list({});
  EXPECT_THAT(*ec2.describe_managed_prefix_lists({}).prefix_lists, SizeIs(2));
  const auto found = ec2.describe_managed_prefix_lists(
      {.filters = {{{.name = "prefix-list-name", .values = {{"com.amazonaws.ap-northeast-2.s3"}}}}}});
  ASSERT_THAT(*found.prefix_lists, SizeIs(1));
  EXPECT_EQ(found.prefix_lists->front().owner_id, "AWS");
  EXPECT_THAT(blocks(*found.prefix_lists->front().prefix_list_id), ElementsAre("198.18.0.2/32"));
}

}  // namespace
}  // namespace hanbat::ec2
