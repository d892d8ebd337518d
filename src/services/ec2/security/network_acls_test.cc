// Network ACLs by their API, and what of them the host is asked for.
#include "services/ec2/security/network_acls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2/client.h"
#include "host/fake_host.h"
#include "region/testing.h"
#include "services/ec2/ec2.h"
#include "wire/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wire::code_of;
using Ids = std::optional<std::vector<std::string>>;

class NetworkAclTest : public ::testing::Test {
 protected:
  NetworkAclTest() : test(&host), ec2(test.home, test.user, test.region) {
    test.add<Ec2>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    host.image_states["amzn2"] = {.alias = "amzn2"};
    vpc = *ec2.create_vpc({.cidr_block = "10.1.0.0/16"}).vpc->vpc_id;
    subnet = *ec2.create_subnet({.cidr_block = "10.1.0.0/24", .vpc_id = vpc}).subnet->subnet_id;
  }

  std::vector<NetworkAcl> acls(const char* filter, const std::string& value) {
    std::vector<Filter> filters;
    filters.push_back({"vpc-id", {{vpc}}});
    filters.push_back({filter, {{value}}});
    return *ec2.describe_network_acls({.filters = filters}).network_acls;
  }
  NetworkAcl acl(const std::string& id) {
    return ec2.describe_network_acls({.network_acl_ids = Ids{{id}}}).network_acls->front();
  }
  NetworkAcl default_acl() { return acls("default", "true").front(); }
  std::string create_acl() { return *ec2.create_network_acl({.vpc_id = vpc}).network_acl->network_acl_id; }

  /// Allows TCP to that port.
  CreateNetworkAclEntryInput entry(const std::string& id, int number, int port = 80) {
    CreateNetworkAclEntryInput in;
    in.cidr_block = "0.0.0.0/0";
    in.egress = false;
    in.network_acl_id = id;
    in.port_range = PortRange{.from = port, .to = port};
    in.protocol = "6";
    in.rule_action = "allow";
    in.rule_number = number;
    return in;
  }
  void launch() {
    RunInstancesInput in;
    in.image_id = *ec2.describe_images({.owners = {{"amazon"}}}).images->front().image_id;
    in.max_count = in.min_count = 1;
    in.subnet_id = subnet;
    ec2.run_instances(in);
    test.run_until_idle();
  }

  host::FakeHost host;
  region::TestRegion test;
  Client ec2;
  std::string vpc, subnet;
};

std::vector<std::string> texts(const NetworkAcl& acl) {
  std::vector<std::string> out;
  for (const NetworkAclEntry& one : *acl.entries)
    out.push_back(fmt::format("{} {} {} {}", *one.egress ? "egress" : "ingress", *one.rule_number, *one.rule_action,
                              one.cidr_block.value_or(one.ipv6_cidr_block.value_or(""))));
  return out;
}

TEST_F(NetworkAclTest, TheDefaultAclAllowsEverythingAndHasEachNewSubnet) {
  const NetworkAcl acl = default_acl();
  EXPECT_THAT(texts(acl), ElementsAre("egress 100 allow 0.0.0.0/0", "egress 32767 deny 0.0.0.0/0",
                                      "ingress 100 allow 0.0.0.0/0", "ingress 32767 deny 0.0.0.0/0"));
  ASSERT_THAT(*acl.associations, SizeIs(1));
  EXPECT_EQ(acl.associations->front().subnet_id, subnet);
  const std::string own = create_acl();
  const std::string other = *ec2.create_subnet({.cidr_block = "10.1.1.0/24", .vpc_id = vpc}).subnet->subnet_id;
  EXPECT_THAT(*default_acl().associations, SizeIs(2));
  EXPECT_THAT(acls("association.subnet-id", other), SizeIs(1));
  EXPECT_THAT(*ec2.describe_network_acls({.network_acl_ids = Ids{{own}}}).network_acls->front().associations,
              IsEmpty());
}

TEST_F(NetworkAclTest, ANewAclDeniesEverythingAndHasItsTags) {
  CreateNetworkAclInput in{.vpc_id = vpc};
  TagSpecification& tags = in.tag_specifications.emplace().emplace_back();
  tags.resource_type = "network-acl";
  tags.tags = {{{"Name", "strict"}}};
  in.client_token = "once";
  const NetworkAcl made = *ec2.create_network_acl(in).network_acl;
  EXPECT_FALSE(*made.is_default);
  EXPECT_THAT(texts(made), ElementsAre("egress 32767 deny 0.0.0.0/0", "ingress 32767 deny 0.0.0.0/0"));
  EXPECT_EQ(made.tags->front().value, "strict");
  EXPECT_EQ(ec2.create_network_acl(in).network_acl->network_acl_id, made.network_acl_id) << "the same client token";
  EXPECT_EQ(acls("tag:Name", "strict").front().network_acl_id, made.network_acl_id);
  EXPECT_EQ(code_of([&] { ec2.create_network_acl({.vpc_id = "vpc-0123456789abcdef0"}); }), "InvalidVpcID.NotFound");
}

TEST_F(NetworkAclTest, EntriesStandInTheirOrderAndANumberIsOncePerDirection) {
  const std::string id = create_acl();
  ec2.create_network_acl_entry(entry(id, 200));
  ec2.create_network_acl_entry(entry(id, 100));
  auto out = entry(id, 100);
  out.egress = true;
  out.cidr_block = "100.68.0.18/18";
  ec2.create_network_acl_entry(out);
  EXPECT_THAT(texts(acl(id)), ElementsAre("egress 100 allow 100.68.0.0/18", "egress 32767 deny 0.0.0.0/0",
                                          "ingress 100 allow 0.0.0.0/0", "ingress 200 allow 0.0.0.0/0",
                                          "ingress 32767 deny 0.0.0.0/0"));
  EXPECT_EQ(code_of([&] { ec2.create_network_acl_entry(entry(id, 100)); }), "NetworkAclEntryAlreadyExists");
}

TEST_F(NetworkAclTest, AnEntryIsReplacedAndDeletedByItsNumberAndDirection) {
  const std::string id = create_acl();
  ec2.create_network_acl_entry(entry(id, 100));
  ReplaceNetworkAclEntryInput in;
  in.cidr_block = "10.0.0.0/8";
  in.egress = false;
  in.network_acl_id = id;
  in.protocol = "-1";
  in.rule_action = "deny";
  in.rule_number = 100;
  ec2.replace_network_acl_entry(in);
  EXPECT_THAT(texts(acl(id)), ElementsAre("egress 32767 deny 0.0.0.0/0", "ingress 100 deny 10.0.0.0/8",
                                          "ingress 32767 deny 0.0.0.0/0"));
  EXPECT_FALSE(acl(id).entries->at(1).port_range) << "nothing of the one before is left";
  in.egress = true;
  EXPECT_EQ(code_of([&] { ec2.replace_network_acl_entry(in); }), "InvalidNetworkAclEntry.NotFound");
  const auto removed = [&](bool egress, int number) {
    return code_of(
        [&] { ec2.delete_network_acl_entry({.egress = egress, .network_acl_id = id, .rule_number = number}); });
  };
  EXPECT_EQ(removed(true, 100), "InvalidNetworkAclEntry.NotFound");
  EXPECT_EQ(removed(false, 32767), "InvalidParameterValue");
  EXPECT_EQ(removed(false, 100), "");
  EXPECT_THAT(*acl(id).entries, SizeIs(2));
}

TEST_F(NetworkAclTest, AnEntryThatCannotBeIsRefused) {
  struct Case {
    const char* what;
    std::function<void(CreateNetworkAclEntryInput&)> change;
    const char* code;
  };
  const Case cases[] = {
      {"number 0", [](auto& in) { in.rule_number = 0; }, "InvalidParameterValue"},
      {"the last number", [](auto& in) { in.rule_number = 32767; }, "InvalidParameterValue"},
      {"a protocol by its word", [](auto& in) { in.protocol = "tcp"; }, "InvalidParameterValue"},
      {"a protocol above 255", [](auto& in) { in.protocol = "256"; }, "InvalidParameterValue"},
      {"no ports of TCP", [](auto& in) { in.port_range.reset(); }, "MissingParameter"},
      {"half a range", [](auto& in) { in.port_range = PortRange{.from = 1}; }, "MissingParameter"},
      {"ports in the wrong order", [](auto& in) { in.port_range = PortRange{.from = 9, .to = 8}; },
       "InvalidParameterValue"},
      {"no type of ICMP", [](auto& in) { in.protocol = "1"; }, "MissingParameter"},
      {"a code of all types",
       [](auto& in) { in.protocol = "1", in.icmp_type_code = IcmpTypeCode{.code = 3, .type = -1}; },
       "InvalidParameterValue"},
      {"no range", [](auto& in) { in.cidr_block.reset(); }, "MissingParameter"},
      {"both ranges", [](auto& in) { in.ipv6_cidr_block = "::/0"; }, "InvalidParameterCombination"},
      {"no range at all", [](auto& in) { in.cidr_block = "10.0.0.0"; }, "InvalidParameterValue"},
      {"another action", [](auto& in) { in.rule_action = "reject"; }, "InvalidParameterValue"},
      {"another ACL", [](auto& in) { in.network_acl_id = "acl-0123456789abcdef0"; }, "InvalidNetworkAclID.NotFound"},
  };
  const std::string id = create_acl();
  for (const Case& one : cases) {
    auto in = entry(id, 100);
    one.change(in);
    EXPECT_EQ(code_of([&] { ec2.create_network_acl_entry(in); }), one.code) << one.what;
  }
  EXPECT_THAT(*acl(id).entries, SizeIs(2));
}

TEST_F(NetworkAclTest, EachDirectionTakesTwentyEntriesOfEachAddressFamily) {
  const std::string id = create_acl();
  for (int number = 1; number <= 20; ++number) ec2.create_network_acl_entry(entry(id, number));
  EXPECT_EQ(code_of([&] { ec2.create_network_acl_entry(entry(id, 21)); }), "NetworkAclEntryLimitExceeded");
  auto other = entry(id, 21);
  other.egress = true;
  EXPECT_EQ(code_of([&] { ec2.create_network_acl_entry(other); }), "");
  other = entry(id, 22);
  other.cidr_block.reset();
  other.ipv6_cidr_block = "::/0";
  EXPECT_EQ(code_of([&] { ec2.create_network_acl_entry(other); }), "");
}

TEST_F(NetworkAclTest, FiltersFindEntriesByAllThatTheyHave) {
  const std::string id = create_acl();
  ec2.create_network_acl_entry(entry(id, 110, 8443));
  auto ping = entry(id, 120);
  ping.protocol = "1";
  ping.port_range.reset();
  ping.icmp_type_code = IcmpTypeCode{.code = -1, .type = 8};
  ec2.create_network_acl_entry(ping);
  const std::pair<const char*, const char*> filters[] = {
      {"entry.port-range.from", "8443"}, {"entry.port-range.to", "8443"}, {"entry.icmp.type", "8"},
      {"entry.icmp.code", "-1"},         {"entry.protocol", "tcp"},       {"entry.protocol", "1"},
      {"entry.rule-number", "110"},      {"network-acl-id", id.c_str()},  {"default", "false"}};
  for (const auto& [name, value] : filters) {
    const auto found = acls(name, value);
    ASSERT_THAT(found, SizeIs(1)) << name;
    EXPECT_EQ(found[0].network_acl_id, id) << name;
  }
  EXPECT_EQ(code_of([&] { acls("entry.color", "red"); }), "InvalidParameterValue");
}

TEST_F(NetworkAclTest, ASubnetChangesItsAclAndIsUnderOneAlways) {
  const std::string id = create_acl();
  const std::string before = *default_acl().associations->front().network_acl_association_id;
  const std::string after =
      *ec2.replace_network_acl_association({.association_id = before, .network_acl_id = id}).new_association_id;
  EXPECT_NE(after, before);
  EXPECT_THAT(*default_acl().associations, IsEmpty());
  EXPECT_EQ(acl(id).associations->front().network_acl_association_id, after);
  EXPECT_EQ(ec2.replace_network_acl_association({.association_id = after, .network_acl_id = id}).new_association_id,
            after)
      << "the same once more";
  EXPECT_EQ(code_of([&] { ec2.replace_network_acl_association({.association_id = before, .network_acl_id = id}); }),
            "InvalidAssociationID.NotFound");
  std::string foreign;  // of the default VPC
  const auto all = *ec2.describe_network_acls({}).network_acls;
  for (const NetworkAcl& one : all)
    if (one.vpc_id != acl(id).vpc_id) foreign = *one.network_acl_id;
  EXPECT_EQ(code_of([&] { ec2.replace_network_acl_association({.association_id = after, .network_acl_id = foreign}); }),
            "InvalidParameterValue");
}

TEST_F(NetworkAclTest, AnAclInUseTheDefaultOneAndAVpcWithOneOfItsOwnAreNotDeleted) {
  const std::string id = create_acl();
  const std::string association = *default_acl().associations->front().network_acl_association_id;
  ec2.replace_network_acl_association({.association_id = association, .network_acl_id = id});
  EXPECT_EQ(code_of([&] { ec2.delete_network_acl({.network_acl_id = id}); }), "DependencyViolation");
  EXPECT_EQ(code_of([&] { ec2.delete_network_acl({.network_acl_id = *default_acl().network_acl_id}); }),
            "InvalidParameterValue");
  ec2.delete_subnet({.subnet_id = subnet});
  EXPECT_THAT(*acl(id).associations, IsEmpty());
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = vpc}); }), "DependencyViolation");
  ec2.delete_network_acl({.network_acl_id = id});
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = vpc}); }), "");
}

TEST_F(NetworkAclTest, TheHostIsAskedForWhatTheEntriesSayAndForEachChangeOfThem) {
  const std::string id = create_acl();
  ec2.replace_network_acl_association(
      {.association_id = *default_acl().associations->front().network_acl_association_id, .network_acl_id = id});
  launch();
  const auto wanted = [&] {
    test.run_until_idle();
    const auto& all = host.vpc_specs[vpc].network_acls;
    EXPECT_THAT(all, SizeIs(1)) << "those of no subnet decide nothing";
    return all.front();
  };
  EXPECT_EQ(wanted().id, id);
  EXPECT_THAT(wanted().subnet_ids, ElementsAre(subnet));
  EXPECT_THAT(wanted().entries, SizeIs(2));

  ec2.create_network_acl_entry(entry(id, 100, 443));
  auto ping = entry(id, 90);
  ping.protocol = "1";
  ping.icmp_type_code = IcmpTypeCode{.code = 0, .type = 8};
  ping.rule_action = "deny";
  ping.egress = true;
  ec2.create_network_acl_entry(ping);
  auto v6 = entry(id, 101);
  v6.cidr_block.reset();
  v6.ipv6_cidr_block = "::/0";
  ec2.create_network_acl_entry(v6);
  std::vector<std::string> seen;
  for (const auto& one : wanted().entries)
    seen.push_back(fmt::format("{} {} {} {} {}-{} {}", word_of(one.direction), one.number, word_of(one.action),
                               one.protocol, one.from_port, one.to_port, one.cidr));
  EXPECT_THAT(seen, ElementsAre("egress 90 deny 1 8-0 0.0.0.0/0", "egress 32767 deny -1 -1--1 0.0.0.0/0",
                                "ingress 100 allow 6 443-443 0.0.0.0/0", "ingress 32767 deny -1 -1--1 0.0.0.0/0"));

  ec2.delete_network_acl_entry({.egress = false, .network_acl_id = id, .rule_number = 100});
  EXPECT_THAT(wanted().entries, SizeIs(3));
}

}  // namespace
}  // namespace hanbat::ec2
