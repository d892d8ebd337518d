// EC2 as a whole, in a region in memory over a host of memory.
#include "services/ec2/ec2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(Ec2Test, AnAccountHasADefaultVpcInEveryRegion) {
  const auto vpcs = *ec2.describe_vpcs({}).vpcs;
  ASSERT_THAT(vpcs, SizeIs(1));
  EXPECT_EQ(vpcs[0].cidr_block, "172.31.0.0/16");
  EXPECT_TRUE(*vpcs[0].is_default);
  EXPECT_THAT(*ec2.describe_subnets({}).subnets, SizeIs(4));
  const Client elsewhere(test.home, test.user, "eu-west-1");
  EXPECT_THAT(*elsewhere.describe_vpcs({}).vpcs, SizeIs(1));
  EXPECT_EQ(*elsewhere.describe_subnets({}).subnets->front().availability_zone, "eu-west-1a");
}

TEST_F(Ec2Test, AVpcIsBornWithAMainTableADefaultGroupAndAnAcl) {
  const std::string id = vpc();
  const Filter of_vpc{"vpc-id", {{id}}};
  EXPECT_THAT(*ec2.describe_route_tables({.filters = {{of_vpc}}}).route_tables, SizeIs(1));
  const auto groups = *ec2.describe_security_groups({.filters = {{of_vpc}}}).security_groups;
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].ip_permissions->front().user_id_group_pairs->front().group_id, groups[0].group_id);
  EXPECT_THAT(*ec2.describe_network_acls({.filters = {{of_vpc}}}).network_acls, SizeIs(1));
}

TEST_F(Ec2Test, SubnetsMustLieInTheVpcAndNotOverlap) {
  const std::string id = vpc();
  subnet(id, "10.1.0.0/24");
  EXPECT_EQ(code_of([&] { subnet(id, "10.1.0.128/25"); }), "InvalidSubnet.Conflict");
  EXPECT_EQ(code_of([&] { subnet(id, "10.2.0.0/24"); }), "InvalidSubnet.Range");
  EXPECT_EQ(code_of([&] { subnet(id, "10.1.1.0/24", "us-east-1a"); }), "InvalidParameterValue");
  EXPECT_EQ(code_of([&] { subnet("vpc-0", "10.1.1.0/24"); }), "InvalidVpcID.NotFound");
}

TEST_F(Ec2Test, AVpcWithSomethingInItIsNotDeleted) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.0.0/24");
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = id}); }), "DependencyViolation");
  ec2.delete_subnet({.subnet_id = part});
  ec2.delete_vpc({.vpc_id = id});
  EXPECT_EQ(code_of([&] { ec2.describe_vpcs({.vpc_ids = {{id}}}); }), "InvalidVpcID.NotFound");
}

TEST_F(Ec2Test, ADryRunChangesNothing) {
  EXPECT_EQ(code_of([&] { ec2.create_vpc({.cidr_block = "10.1.0.0/16", .dry_run = true}); }), "DryRunOperation");
  EXPECT_THAT(*ec2.describe_vpcs({}).vpcs, SizeIs(1));
}

TEST_F(Ec2Test, ADryRunIsRefusedWithWhatWouldRefuseTheCall) {
  EXPECT_EQ(code_of([&] { ec2.create_vpc({.cidr_block = "10.1.0.0/8", .dry_run = true}); }), "InvalidVpc.Range");
  EXPECT_EQ(code_of([&] { ec2.start_instances({.dry_run = true, .instance_ids = {"i-0123456789abcdef0"}}); }),
            "InvalidInstanceID.NotFound");
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.dry_run = true, .vpc_id = "vpc-0123456789abcdef0"}); }),
            "InvalidVpcID.NotFound");
  auto in = launch(subnet(vpc(), "10.1.0.0/24"));
  in.dry_run = true;
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "DryRunOperation");
  EXPECT_THAT(*ec2.describe_instances({}).reservations, SizeIs(0));
  in.instance_type = "t9.micro";
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "InvalidParameterValue");
}

TEST_F(Ec2Test, RulesAreGatheredIntoPermissionsAndRefusedTwice) {
  const std::string group =
      *ec2.create_security_group({.description = "web", .group_name = "web", .vpc_id = vpc()}).group_id;
  AuthorizeSecurityGroupIngressInput in;
  in.group_id = group;
  IpPermission& http = in.ip_permissions.emplace().emplace_back();
  http.ip_protocol = "tcp";
  http.from_port = http.to_port = 80;
  http.ip_ranges = {{{"10.0.0.0/8"}, {"0.0.0.0/0", "all"}}};
  const auto made = ec2.authorize_security_group_ingress(in);
  EXPECT_THAT(*made.security_group_rules, SizeIs(2));
  EXPECT_EQ(code_of([&] { ec2.authorize_security_group_ingress(in); }), "InvalidPermission.Duplicate");
  const auto shape = ec2.describe_security_groups({.group_ids = {{group}}}).security_groups->front();
  ASSERT_THAT(*shape.ip_permissions, SizeIs(1));
  EXPECT_THAT(*shape.ip_permissions->front().ip_ranges, SizeIs(2));
  ec2.revoke_security_group_ingress(
      {.group_id = group, .security_group_rule_ids = {{*made.security_group_rules->front().security_group_rule_id}}});
  EXPECT_THAT(*ec2.describe_security_group_rules({.filters = {{{"group-id", {{group}}}}}}).security_group_rules,
              SizeIs(2));
}

TEST_F(Ec2Test, AMachineThatSomebodyRemovedByHandIsMadeAgainAndOneThatBelongsToNobodyGoes) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.0.0/24");
  const std::string made = *ec2.run_instances(launch(part)).instances->front().instance_id;
  test.run_until_idle();
  test.clock.advance(std::chrono::seconds(4));
  test.run_until_idle();
  ASSERT_TRUE(host.machine_specs.contains(made));

  host.machine_specs.erase(made);
  host.machine_status.erase(made);
  host.machine_specs["i-nobodys"] = {.name = "i-nobodys", .labels = {{"service", "ec2"}}};
  host.machine_specs["build-1"] = {.name = "build-1", .labels = {{"service", "codebuild"}}};
  for (int look = 0; look < 2; ++look) {
    test.clock.advance(std::chrono::seconds(4));
    test.run_until_idle();
  }
  EXPECT_EQ(host.machine_status[made], host::MachineStatus::kRunning);
  EXPECT_EQ(*instance(made).state->name, "running");
  EXPECT_FALSE(host.machine_specs.contains("i-nobodys"));
  EXPECT_TRUE(host.machine_specs.contains("build-1")) << "what other services made is theirs";
}

TEST_F(Ec2Test, ANetworkThatBelongsToNoVpcGoes) {
  const std::string id = vpc();
  ec2.run_instances(launch(subnet(id, "10.1.0.0/24")));
  host.vpc_specs["vpc-0nobodys"] = {.id = "vpc-0nobodys", .account = "123456789012"};
  host.vpc_specs["vpc-0builds"] = {.id = "vpc-0builds", .account = host::kOwnAccount};
  for (int look = 0; look < 3; ++look) {
    test.run_until_idle();
    test.clock.advance(std::chrono::seconds(4));
  }
  EXPECT_FALSE(host.vpc_specs.contains("vpc-0nobodys"));
  EXPECT_TRUE(host.vpc_specs.contains("vpc-0builds")) << "what other services made is theirs";
  EXPECT_TRUE(host.vpc_specs.contains(id));
}

struct WithServer {
  http::Server server{{}, [](http::Exchange&) {}};
};

class Ec2MetadataTest : WithServer, public Ec2Test {
 protected:
  Ec2MetadataTest() : Ec2Test(&server) {}
};

TEST_F(Ec2MetadataTest, MetadataIsServedAnewInANamespaceThatWasMadeAnew) {
  const std::string id = vpc();
  ec2.run_instances(launch(subnet(id, "10.1.0.0/24")));
  const auto looks = [&] {
    for (int look = 0; look < 2; ++look) {
      test.run_until_idle();
      test.clock.advance(std::chrono::seconds(4));
    }
    return host.listens.size();
  };
  ASSERT_EQ(looks(), 1U);
  host.vpc_spaces[id] = "another";
  EXPECT_EQ(looks(), 2U);
  EXPECT_EQ(looks(), 2U) << "once is enough";
}

TEST_F(Ec2Test, AnInstanceGoesFromPendingToRunningToTerminatedWithItsMachine) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.0.0/24");
  const std::string made = *ec2.run_instances(launch(part)).instances->front().instance_id;
  EXPECT_EQ(*instance(made).state->name, "pending");
  EXPECT_EQ(*instance(made).private_ip_address, "10.1.0.4");
  test.run_until_idle();
  EXPECT_EQ(*instance(made).state->name, "running");
  ASSERT_TRUE(host.machine_specs.contains(made));
  EXPECT_EQ(host.machine_specs[made].memory_mib, 2048);
  ASSERT_TRUE(host.vpc_specs.contains(id));
  EXPECT_EQ(host.vpc_specs[id].interfaces.front().private_ip, "10.1.0.4");
  EXPECT_EQ(host.vpc_specs[id].interfaces.front().attachment, host::Attachment::kMachine);

  ec2.stop_instances({.instance_ids = {made}});
  test.run_until_idle();
  EXPECT_EQ(*instance(made).state->name, "stopped");
  EXPECT_EQ(host.machine_status[made], host::MachineStatus::kStopped);
  ec2.start_instances({.instance_ids = {made}});
  test.run_until_idle();
  EXPECT_EQ(host.machine_status[made], host::MachineStatus::kRunning);

  ec2.terminate_instances({.instance_ids = {made}});
  test.run_until_idle();
  EXPECT_EQ(*instance(made).state->name, "terminated");
  EXPECT_FALSE(host.machine_specs.contains(made));
  EXPECT_THAT(*ec2.describe_network_interfaces({}).network_interfaces, SizeIs(0));
  EXPECT_THAT(*ec2.describe_volumes({}).volumes, SizeIs(0));
  EXPECT_FALSE(host.vpc_specs.contains(id)) << "a VPC that nothing uses leaves the kernel";
  ec2.delete_subnet({.subnet_id = part});
  test.clock.advance(std::chrono::hours(2));
  test.run_until_idle();
  EXPECT_EQ(code_of([&] { instance(made); }), "InvalidInstanceID.NotFound");
}

TEST_F(Ec2Test, AMachineThatHaltsByItselfIsAStoppedInstance) {
  const std::string made = *ec2.run_instances(launch(subnet(vpc(), "10.1.0.0/24"))).instances->front().instance_id;
  test.run_until_idle();
  test.clock.advance(std::chrono::seconds(5));
  test.run_until_idle();
  const auto look = [&](host::MachineStatus status) {
    host.machine_status[made] = status;
    test.clock.advance(std::chrono::seconds(5));
    test.run_until_idle();
    return *instance(made).state->name;
  };
  EXPECT_EQ(look(host::MachineStatus::kStopped), "running") << "it may be starting again by itself";
  EXPECT_EQ(look(host::MachineStatus::kRunning), "running");
  look(host::MachineStatus::kStopped);
  EXPECT_EQ(look(host::MachineStatus::kStopped), "stopped");
  EXPECT_EQ(*instance(made).state_reason->code, "Client.InstanceInitiatedShutdown");
}

TEST_F(Ec2Test, ALaunchThatTheHostRefusesEndsTerminatedWithTheReason) {
  const std::string made = *ec2.run_instances(launch(subnet(vpc(), "10.1.0.0/24"))).instances->front().instance_id;
  for (int attempt = 0; attempt < 40; ++attempt) {
    host.fail_next = host.machine_specs.empty() ? "no room" : "";
    test.run_until_idle();
    test.clock.advance(std::chrono::seconds(60));
    if (*instance(made).state->name == "terminated") break;
    if (attempt > 20) host.fail_next.clear();
  }
  EXPECT_THAT(*instance(made).state->name, ::testing::AnyOf("terminated", "running"));
}

TEST_F(Ec2Test, AnImageBringsItsDefaultsOfTheMetadataServiceAndTheSystemThatItsMachineIs) {
  const auto named = [&](const std::string& pattern) {
    ec2::Filter filter;
    filter.name = "name";
    filter.values = {pattern};
    return ec2.describe_images({.filters = {{filter}}}).images->front();
  };
  const Image image = named("al2023-ami-2023*-x86_64");
  EXPECT_EQ(image.imds_support, "v2.0");
  EXPECT_THAT(*image.description, testing::HasSubstr("stand-in"));
  RunInstancesInput in = launch(subnet(vpc(), "10.1.0.0/24"));
  in.image_id = image.image_id;
  const Instance started = ec2.run_instances(in).instances->front();
  EXPECT_EQ(started.metadata_options->http_tokens, "required");
  EXPECT_EQ(started.metadata_options->http_put_response_hop_limit, 2);
  test.run_until_idle();
  const host::MachineSpec& machine = host.machine_specs.at(*started.instance_id);
  EXPECT_EQ(machine.image, "amzn2");
  EXPECT_THAT(machine.labels, testing::Contains(host::Label{"system", "al2023"}));
  in.metadata_options = InstanceMetadataOptionsRequest{.http_tokens = "optional"};
  EXPECT_EQ(ec2.run_instances(in).instances->front().metadata_options->http_tokens, "optional");
  EXPECT_EQ(named("ubuntu/images/*jammy*").root_device_name, "/dev/sda1");
}

TEST_F(Ec2Test, TheNewestOfAllOfAmazonLinux2IsWhatItsUsualNameFindsAndItsOtherKernelHasANameToo) {
  const auto newest = [&](const std::string& pattern) {
    ec2::Filter filter;
    filter.name = "name";
    filter.values = {pattern};
    const auto images = *ec2.describe_images({.filters = {{filter}}}).images;
    return *std::ranges::max_element(images, {}, [](const Image& one) { return *one.creation_date; })->image_id;
  };
  EXPECT_EQ(newest("amzn2-ami-*-x86_64-gp2"), newest("amzn2-ami-hvm-*-x86_64-gp2"));
  EXPECT_NE(newest("amzn2-ami-kernel-5.10-hvm-*-x86_64-gp2"), newest("amzn2-ami-hvm-*-x86_64-gp2"));
  RunInstancesInput in = launch(subnet(vpc(), "10.1.0.0/24"));
  in.image_id = newest("amzn2-ami-kernel-5.*-hvm-*-x86_64-gp2");
  const std::string started = *ec2.run_instances(in).instances->front().instance_id;
  test.run_until_idle();
  EXPECT_EQ(host.machine_specs.at(started).image, "amzn2");
}

TEST_F(Ec2Test, TheSameClientTokenLaunchesOnce) {
  auto in = launch(subnet(vpc(), "10.1.0.0/24"));
  in.client_token = "once";
  const auto first = ec2.run_instances(in);
  EXPECT_EQ(ec2.run_instances(in).reservation_id, first.reservation_id);
  in.instance_type = "t3.micro";
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "IdempotentParameterMismatch");
}

TEST_F(Ec2Test, ARouteToWhatIsGoneIsABlackhole) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.2.0/24");
  gateway(id);
  const std::string address = *ec2.allocate_address({.domain = "vpc"}).allocation_id;
  const std::string nat =
      *ec2.create_nat_gateway({.allocation_id = address, .subnet_id = part}).nat_gateway->nat_gateway_id;
  const std::string table = *ec2.create_route_table({.vpc_id = id}).route_table->route_table_id;
  CreateRouteInput route;
  route.route_table_id = table;
  route.destination_cidr_block = "0.0.0.0/0";
  route.nat_gateway_id = nat;
  ec2.create_route(route);
  EXPECT_EQ(code_of([&] { ec2.create_route(route); }), "RouteAlreadyExists");
  ec2.run_instances(launch(part));
  test.run_until_idle();
  const auto kinds = [&] {
    std::vector<std::string> out;
    for (const auto& one : host.vpc_specs[id].route_tables)
      for (const auto& r : one.routes) out.emplace_back(word_of(r.kind));
    return out;
  };
  EXPECT_THAT(kinds(), ElementsAre("nat"));
  ec2.delete_nat_gateway({.nat_gateway_id = nat});
  test.run_until_idle();
  EXPECT_THAT(kinds(), ElementsAre("blackhole"));
  EXPECT_EQ(*ec2.describe_route_tables({.route_table_ids = {{table}}}).route_tables->front().routes->back().state,
            "blackhole");
}

TEST_F(Ec2Test, TagsAreGivenAtCreationFoundByFiltersAndTaken) {
  CreateVpcInput in{.cidr_block = "10.1.0.0/16"};
  TagSpecification& tags = in.tag_specifications.emplace().emplace_back();
  tags.resource_type = "vpc";
  tags.tags = {{{"Name", "wsi-vpc"}}};
  const std::string id = *ec2.create_vpc(in).vpc->vpc_id;
  const auto found = *ec2.describe_vpcs({.filters = {{{"tag:Name", {{"wsi-*"}}}}}}).vpcs;
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].vpc_id, id);
  ec2.delete_tags({.resources = {id}, .tags = {{{"Name", std::nullopt}}}});
  EXPECT_THAT(*ec2.describe_vpcs({.filters = {{{"tag:Name", {{"wsi-*"}}}}}}).vpcs, SizeIs(0));
  EXPECT_EQ(code_of([&] { ec2.create_tags({.resources = {id}, .tags = {{"aws:x", "1"}}}); }), "InvalidParameterValue");
}

TEST_F(Ec2Test, ALongListComesInPages) {
  const std::string id = vpc();
  for (int i = 0; i < 7; ++i) subnet(id, "10.1." + std::to_string(i) + ".0/24");
  std::size_t seen = 0;
  std::optional<std::string> token;
  do {
    const auto page = ec2.describe_subnets({.filters = {{{"vpc-id", {{id}}}}}, .max_results = 5, .next_token = token});
    seen += page.subnets->size();
    token = page.next_token;
  } while (token);
  EXPECT_EQ(seen, 7U);
}

TEST_F(Ec2Test, APageIsNotAskedForTogetherWithIds) {
  const std::string refused = "InvalidParameterCombination";
  const std::string id = subnet(vpc(), "10.1.0.0/24");
  const std::string interface =
      *ec2.create_network_interface({.subnet_id = id}).network_interface->network_interface_id;
  DescribeNetworkInterfacesInput interfaces{.max_results = 5, .network_interface_ids = {{interface}}};
  EXPECT_EQ(code_of([&] { ec2.describe_network_interfaces(interfaces); }), refused);
  interfaces.max_results.reset();
  EXPECT_EQ(code_of([&] { ec2.describe_network_interfaces(interfaces); }), "");
  const std::string instance = *ec2.run_instances(launch(id)).instances->front().instance_id;
  DescribeInstanceCreditSpecificationsInput credits{.instance_ids = {{instance}}, .max_results = 5};
  EXPECT_EQ(code_of([&] { ec2.describe_instance_credit_specifications(credits); }), refused);
  credits.max_results.reset();
  EXPECT_EQ(code_of([&] { ec2.describe_instance_credit_specifications(credits); }), "");
}

}  // namespace
}  // namespace hanbat::ec2
