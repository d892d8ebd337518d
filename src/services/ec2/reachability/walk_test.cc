// Packets of a small VPC: a public and a private subnet, a NAT gateway, three interfaces.
#include "services/ec2/reachability/walk.h"

#include <gtest/gtest.h>

namespace hanbat::ec2 {
namespace {

using host::AclAction;
using Way = host::Direction;
using host::RouteKind;

struct WalkTest : testing::Test {
  WalkTest() {
    vpc.cidrs = {"10.1.0.0/16"};
    vpc.internet_gateway = true;
    vpc.subnets = {{"public", "10.1.0.0/24", "rt-public"}, {"private", "10.1.1.0/24", "rt-private"}};
    vpc.route_tables = {{"rt-public", {{"0.0.0.0/0", RouteKind::kInternetGateway, ""}}},
                        {"rt-private", {{"0.0.0.0/0", RouteKind::kNatGateway, "nat"}}}};
    vpc.nat_gateways = {{"nat", "public", "10.1.0.9", "198.19.0.9"}};
    vpc.security_groups = {
        {"sg-web", {rule(Way::kIngress, "tcp", 80, 80, "0.0.0.0/0"), rule(Way::kEgress, "-1", -1, -1, "0.0.0.0/0")}},
        {"sg-app", {rule(Way::kEgress, "-1", -1, -1, "0.0.0.0/0")}}};
    vpc.security_groups[1].rules.push_back(rule(Way::kIngress, "tcp", 8080, 8080, ""));
    vpc.security_groups[1].rules.back().groups = {"sg-web"};
    vpc.network_acls = {{"acl",
                         {"public", "private"},
                         {entry(100, Way::kIngress, AclAction::kAllow), entry(100, Way::kEgress, AclAction::kAllow)}}};
    vpc.interfaces = {interface("web", "public", "10.1.0.5", "sg-web"),
                      interface("app", "private", "10.1.1.5", "sg-app"),
                      interface("app2", "private", "10.1.1.6", "sg-app")};
    vpc.interfaces[0].public_ip = "198.19.0.5";
  }

  static host::SecurityRule rule(Way direction, const char* protocol, int from, int to, const std::string& cidr) {
    host::SecurityRule out{.direction = direction, .protocol = protocol, .from_port = from, .to_port = to};
    if (!cidr.empty()) out.cidrs = {cidr};
    return out;
  }
  static host::NetworkAclEntry entry(int number, Way direction, AclAction action, int from = -1, int to = -1,
                                     const char* cidr = "0.0.0.0/0") {
    return {.number = number,
            .direction = direction,
            .action = action,
            .protocol = from < 0 ? "-1" : "tcp",
            .from_port = from,
            .to_port = to,
            .cidr = cidr};
  }
  static host::Interface interface(const std::string& id, const std::string& subnet, const std::string& ip,
                                   const std::string& group) {
    host::Interface out;
    out.id = id;
    out.subnet_id = subnet;
    out.private_ip = ip;
    out.security_group_ids = {group};
    return out;
  }
  /// "passes", or the obstacles: code, direction, "back".
  std::string told(const std::string& from, const std::string& to, int port, const std::string& address = "") {
    const Walk out = walk(vpc, {from, from.empty() ? address : ""}, {to, to.empty() ? address : ""},
                          {.destination_ports = {port, port}});
    std::string text;
    for (const Obstacle& one : out.obstacles)
      text += (text.empty() ? "" : ", ") + one.code + (one.direction == Way::kIngress ? " in" : " out") +
              (one.returning ? " back" : "");
    return text.empty() ? "passes" : text;
  }

  host::VpcSpec vpc;
};

TEST_F(WalkTest, APacketBetweenSubnetsPassesGroupsAclsAndTheLocalRoute) {
  const Walk out = walk(vpc, {"web", ""}, {"app", ""}, {.destination_ports = {8080, 8080}});
  EXPECT_TRUE(out.found());
  std::string ids;
  for (const Hop& hop : out.forward) ids += hop.id + " ";
  EXPECT_EQ(ids, "web sg-web acl rt-public acl sg-app app ");
  ids.clear();
  for (const Hop& hop : out.back) ids += hop.id + " ";
  EXPECT_EQ(ids, "app acl rt-private acl web ");
}

TEST_F(WalkTest, WithinASubnetNoAclDecides) {
  vpc.network_acls[0].entries.clear();
  vpc.security_groups[1].rules.back().groups = {"sg-app"};
  EXPECT_EQ(told("app", "app2", 8080), "passes");
  EXPECT_EQ(told("web", "app", 8080),
            "SUBNET_ACL_RESTRICTION out, SUBNET_ACL_RESTRICTION in, ENI_SG_RULES_MISMATCH in, SUBNET_ACL_RESTRICTION "
            "out back, SUBNET_ACL_RESTRICTION in back");
}

TEST_F(WalkTest, AGroupWithoutARuleForThePortOrThePeerEndsThePath) {
  EXPECT_EQ(told("web", "app", 22), "ENI_SG_RULES_MISMATCH in");
  EXPECT_EQ(told("app2", "app", 8080), "ENI_SG_RULES_MISMATCH in");
  vpc.security_groups[0].rules.pop_back();
  EXPECT_EQ(told("web", "app", 8080), "ENI_SG_RULES_MISMATCH out");
}

TEST_F(WalkTest, ARuleOfAnotherProtocolIsNone) {
  const Walk out = walk(vpc, {"web", ""}, {"app", ""}, {.protocol = "udp", .destination_ports = {8080, 8080}});
  ASSERT_EQ(out.obstacles.size(), 1U);
  EXPECT_EQ(out.obstacles[0].code, "ENI_SG_RULES_MISMATCH");
}

TEST_F(WalkTest, TheFirstMatchingEntryOfAnAclDecides) {
  vpc.network_acls[0].entries.push_back(entry(50, Way::kIngress, AclAction::kDeny, 8080, 8080, "10.1.0.0/24"));
  EXPECT_EQ(told("web", "app", 8080), "SUBNET_ACL_RESTRICTION in");
  vpc.network_acls[0].entries.push_back(entry(40, Way::kIngress, AclAction::kAllow, 8080, 8080));
  EXPECT_EQ(told("web", "app", 8080), "passes");
}

TEST_F(WalkTest, AnAclThatForgetsTheReplysPortsEndsThePathOnTheWayBack) {
  vpc.network_acls.push_back(
      {"acl-private",
       {"private"},
       {entry(100, Way::kIngress, AclAction::kAllow), entry(100, Way::kEgress, AclAction::kAllow, 443, 443)}});
  vpc.network_acls[0].subnet_ids = {"public"};
  EXPECT_EQ(told("web", "app", 8080), "SUBNET_ACL_RESTRICTION out back");
  vpc.network_acls[1].entries.push_back(entry(110, Way::kEgress, AclAction::kAllow, 1024, 40000));
  EXPECT_EQ(told("web", "app", 8080), "SUBNET_ACL_RESTRICTION out back") << "some of the ports only";
  vpc.network_acls[1].entries.push_back(entry(120, Way::kEgress, AclAction::kAllow, 40001, 65535));
  EXPECT_EQ(told("web", "app", 8080), "passes");
}

TEST_F(WalkTest, TheInternetIsReachedByAGatewayOnlyWithAPublicAddress) {
  EXPECT_EQ(told("web", "", 443), "passes");
  vpc.interfaces[0].public_ip = "";
  EXPECT_EQ(told("web", "", 443), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS out");
}

TEST_F(WalkTest, ANatGatewayCarriesItAndItsOwnSubnetsRouteCounts) {
  const Walk out = walk(vpc, {"app", ""}, {"", ""}, {.destination_ports = {443, 443}});
  EXPECT_TRUE(out.found());
  std::string ids;
  for (const Hop& hop : out.forward) ids += (hop.id.empty() ? "igw" : hop.id) + " ";
  EXPECT_EQ(ids, "app sg-app acl rt-private acl nat acl rt-public igw ");
  EXPECT_EQ(out.forward.back().header.source, "10.1.0.9");
  vpc.route_tables[0].routes.clear();
  EXPECT_EQ(told("app", "", 443), "NO_ROUTE_TO_DESTINATION out");
}

TEST_F(WalkTest, ASubnetWithoutARouteOrWithADeadOneEndsThePath) {
  vpc.route_tables[1].routes.clear();
  EXPECT_EQ(told("app", "", 443), "NO_ROUTE_TO_DESTINATION out");
  vpc.route_tables[1].routes = {{"0.0.0.0/0", RouteKind::kBlackhole, ""}};
  EXPECT_EQ(told("app", "", 443), "BAD_STATE_ROUTE out");
}

TEST_F(WalkTest, TheMostSpecificRouteIsTaken) {
  vpc.route_tables[1].routes.push_back({"203.0.113.0/24", RouteKind::kBlackhole, ""});
  EXPECT_EQ(told("app", "", 443, "203.0.113.7"), "BAD_STATE_ROUTE out");
  EXPECT_EQ(told("app", "", 443, "198.51.100.7"), "passes");
}

TEST_F(WalkTest, FromTheInternetOnlyAPublicAddressIsReached) {
  EXPECT_EQ(told("", "web", 80), "passes");
  EXPECT_EQ(told("", "web", 22), "ENI_SG_RULES_MISMATCH in");
  EXPECT_EQ(told("", "app", 8080),
            "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS in, ENI_SG_RULES_MISMATCH in, NO_ROUTE_TO_DESTINATION out back");
  vpc.route_tables[0].routes.clear();
  EXPECT_EQ(told("", "web", 80), "NO_ROUTE_TO_DESTINATION out back");
}

TEST_F(WalkTest, AnInstanceThatForwardsMustNotCheckSourceAndDestination) {
  vpc.route_tables[1].routes = {{"0.0.0.0/0", RouteKind::kInterface, "web"}};
  vpc.security_groups[0].rules.push_back(rule(Way::kIngress, "-1", -1, -1, "10.1.0.0/16"));
  EXPECT_EQ(told("app", "", 443), "ENI_SOURCE_DEST_CHECK_RESTRICTION in");
  vpc.interfaces[0].source_dest_check = false;
  EXPECT_EQ(told("app", "", 443), "passes");
}

TEST_F(WalkTest, AnotherNetworksPrivateAddressIsNotOnTheInternet) {
  EXPECT_EQ(told("web", "", 80, "10.9.0.1"), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS out");
}

TEST_F(WalkTest, AnInterfaceThatIsNotThereIsNoDestination) {
  EXPECT_EQ(told("web", "gone", 80), "NO_POSSIBLE_DESTINATION out");
  EXPECT_EQ(told("", "", 80), "NO_POSSIBLE_DESTINATION out");
}

}  // namespace
}  // namespace hanbat::ec2
