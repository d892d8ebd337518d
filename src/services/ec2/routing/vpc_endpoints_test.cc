// Gateway endpoints: their routes as calls tell them and as the host side gets them, and whom they let in.
#include <gmock/gmock.h>

#include "services/ec2/routing/vpc_endpoints.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VpcEndpoints : public Ec2Test {
 protected:
  std::string table(const std::string& vpc_id) {
    return *ec2.create_route_table({.vpc_id = vpc_id}).route_table->route_table_id;
  }
  CreateVpcEndpointInput to_s3(const std::string& vpc_id, std::vector<std::string> tables) {
    CreateVpcEndpointInput in;
    in.vpc_id = vpc_id;
    in.service_name = "com.amazonaws.ap-northeast-2.s3";
    in.route_table_ids = std::move(tables);
    return in;
  }
  std::string make_endpoint(const std::string& vpc_id, std::vector<std::string> tables) {
    return *ec2.create_vpc_endpoint(to_s3(vpc_id, std::move(tables))).vpc_endpoint->vpc_endpoint_id;
  }
  std::vector<Route> routes(const std::string& table_id) {
    return *ec2.describe_route_tables({.route_table_ids = {{table_id}}}).route_tables->front().routes;
  }
};

TEST_F(VpcEndpoints, AreARouteToS3sPrefixListInTheTablesThatTheyName) {
  const std::string vpc_id = vpc(), one = table(vpc_id), other = table(vpc_id);
  const std::string id = make_endpoint(vpc_id, {one});
  ASSERT_THAT(routes(one), SizeIs(2));
  EXPECT_EQ(routes(one)[1].gateway_id, id);
  EXPECT_EQ(routes(one)[1].destination_prefix_list_id, "pl-78a54011");
  EXPECT_EQ(routes(one)[1].state, "active");
  EXPECT_EQ(routes(one)[1].origin, "CreateRoute");
  EXPECT_THAT(routes(other), SizeIs(1));

  ec2.modify_vpc_endpoint({.add_route_table_ids = {{other}}, .remove_route_table_ids = {{one}}, .vpc_endpoint_id = id});
  EXPECT_THAT(routes(one), SizeIs(1));
  EXPECT_THAT(routes(other), SizeIs(2));
  EXPECT_THAT(*ec2.describe_vpc_endpoints({}).vpc_endpoints->front().route_table_ids, ElementsAre(other));
  ec2.delete_route_table({.route_table_id = other});
  EXPECT_THAT(*ec2.describe_vpc_endpoints({}).vpc_endpoints->front().route_table_ids, IsEmpty());
}

TEST_F(VpcEndpoints, LetTheHostSideTakeWhatTheirTablesSendToS3) {
  const std::string vpc_id = vpc(), subnet_id = subnet(vpc_id, "10.1.0.0/24"), table_id = table(vpc_id);
  ec2.associate_route_table({.route_table_id = table_id, .subnet_id = subnet_id});
  ec2.run_instances(launch(subnet_id));
  const std::string id = make_endpoint(vpc_id, {table_id});
  test.run_until_idle();
  const auto wanted = [&] {
    for (const auto& one : host.vpc_specs[vpc_id].route_tables)
      if (one.id == table_id) return one.routes;
    return std::vector<host::Route>{};
  };
  ASSERT_THAT(wanted(), SizeIs(1));
  EXPECT_EQ(wanted()[0].destination, "198.18.0.2/32");
  EXPECT_EQ(wanted()[0].kind, host::RouteKind::kEndpoint);
  const auto entrance = [&](const char* address) {
    return test.home.db.read([&](store::Tx& tx) { return endpoint_for(tx, vpc_id, *parse_ipv4(address)); });
  };
  ASSERT_TRUE(entrance("10.1.0.4"));
  EXPECT_EQ(entrance("10.1.0.4")->id, id);
  EXPECT_FALSE(entrance("10.1.1.4"));

  EXPECT_THAT(*ec2.delete_vpc_endpoints({.vpc_endpoint_ids = {id}}).unsuccessful, IsEmpty());
  test.run_until_idle();
  EXPECT_THAT(wanted(), IsEmpty());
  EXPECT_FALSE(entrance("10.1.0.4"));
  EXPECT_EQ(ec2.delete_vpc_endpoints({.vpc_endpoint_ids = {id}}).unsuccessful->front().error->code,
            "InvalidVpcEndpoint.NotFound");
}

TEST_F(VpcEndpoints, RefuseWhatCannotBe) {
  const std::string vpc_id = vpc(), table_id = table(vpc_id);
  const std::string id = make_endpoint(vpc_id, {table_id});
  const auto code = [&](auto change) {
    CreateVpcEndpointInput in = to_s3(vpc_id, {});
    change(in);
    return code_of([&] { ec2.create_vpc_endpoint(in); });
  };
  EXPECT_EQ(code([&](auto& in) { in.route_table_ids = {{table_id}}; }), "RouteAlreadyExists");
  EXPECT_EQ(code([](auto& in) { in.service_name = "com.amazonaws.ap-northeast-2.ec9"; }), "InvalidServiceName");
  EXPECT_EQ(code([](auto& in) { in.vpc_endpoint_type = "Interface"; }), "NotImplemented");
  EXPECT_EQ(code([](auto& in) { in.policy_document = "{"; }), "InvalidPolicyDocument");
  EXPECT_EQ(code([](auto& in) { in.private_dns_enabled = true; }), "InvalidParameter");
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = vpc_id}); }), "DependencyViolation");
  EXPECT_EQ(code_of([&] {
              ec2.create_route({.destination_cidr_block = "0.0.0.0/0", .gateway_id = id, .route_table_id = table_id});
            }),
            "InvalidParameterValue");
}

TEST_F(VpcEndpoints, APolicyIsSetAndSetBackToWhatAllowsAll) {
  const std::string id = make_endpoint(vpc(), {});
  const auto policy = [&] { return *ec2.describe_vpc_endpoints({}).vpc_endpoints->front().policy_document; };
  const std::string whole = policy();
  const std::string none = R"({"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]})";
  ec2.modify_vpc_endpoint({.policy_document = none, .vpc_endpoint_id = id});
  EXPECT_EQ(policy(), none);
  ec2.modify_vpc_endpoint({.reset_policy = true, .vpc_endpoint_id = id});
  EXPECT_EQ(policy(), whole);
}

TEST_F(VpcEndpoints, TheRegionTellsOfTheServiceAndItsAddresses) {
  const auto services = ec2.describe_vpc_endpoint_services({});
  EXPECT_THAT(*services.service_names, ElementsAre("com.amazonaws.ap-northeast-2.s3"));
  EXPECT_THAT(*ec2.describe_vpc_endpoint_services({.filters = {{{.name = "service-type", .values = {{"Interface"}}}}}})
                   .service_names,
              IsEmpty());
  const auto lists = ec2.describe_prefix_lists(
      {.filters = {{{.name = "prefix-list-name", .values = {{"com.amazonaws.ap-northeast-2.s3"}}}}}});
  ASSERT_THAT(*lists.prefix_lists, SizeIs(1));
  EXPECT_THAT(*lists.prefix_lists->front().cidrs, ElementsAre("198.18.0.2/32"));
}

}  // namespace
}  // namespace hanbat::ec2
