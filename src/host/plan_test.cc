// What a spec becomes, and what no spec may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/balancers/haproxy_conditions.h"
#include "host/balancers/haproxy_config.h"
#include "host/balancers/haproxy_cookies.h"
#include "host/balancers/haproxy_states.h"
#include "host/codec.h"
#include "host/error.h"
#include "host/ipv4.h"
#include "host/machines/machines.h"
#include "host/networks/plan.h"
#include "host/networks/saved_spec.h"
#include "host/protocol.h"
#include "host/validation.h"

namespace hanbat::host {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

VpcSpec small_vpc() {
  VpcSpec spec;
  spec.id = "vpc-1";
  spec.account = "123456789012";
  spec.region = "ap-northeast-2";
  spec.cidrs = {"10.1.0.0/16"};
  spec.internet_gateway = true;
  spec.subnets = {{.id = "subnet-a", .cidr = "10.1.0.0/24", .route_table_id = "rtb-private"},
                  {.id = "subnet-b", .cidr = "10.1.2.0/24", .route_table_id = "rtb-public"}};
  spec.route_tables = {{.id = "rtb-private",
                        .routes = {{.destination = "0.0.0.0/0", .kind = RouteKind::kNatGateway, .target = "nat-1"}}},
                       {.id = "rtb-public",
                        .routes = {{.destination = "0.0.0.0/0", .kind = RouteKind::kInternetGateway, .target = ""}}}};
  spec.nat_gateways = {{.id = "nat-1", .subnet_id = "subnet-b", .private_ip = "10.1.2.10", .public_ip = "198.19.0.1"}};
  spec.security_groups = {{.id = "sg-1",
                           .rules = {{.direction = Direction::kIngress,
                                      .protocol = "tcp",
                                      .from_port = 80,
                                      .to_port = 81,
                                      .cidrs = {"0.0.0.0/0"},
                                      .groups = {"sg-1"}}}}};
  spec.interfaces = {{.id = "eni-0123456789abcdef0",
                      .attachment = Attachment::kMachine,
                      .subnet_id = "subnet-a",
                      .private_ip = "10.1.0.5",
                      .mac = "02:00:00:00:00:01",
                      .public_ip = "",
                      .host_name = "ip-10-1-0-5",
                      .security_group_ids = {"sg-1"}}};
  spec.dns.domain = "ap-northeast-2.compute.internal";
  spec.dhcp.domains = {"corp.example", "example.com"};
  spec.dhcp.dns_servers = {"10.1.0.2", "10.1.0.9"};
  return spec;
}

const VpcNumbers kNumbers{.link = 3, .tables = {{"rtb-private", 1000}, {"rtb-public", 1001}}};

TEST(Plan, ANatGatewayLeadsOutOnlyWhileItsOwnSubnetHasARouteToTheInternet) {
  VpcSpec spec = small_vpc();
  EXPECT_THAT(kernel_lines(spec, kNumbers).routes, Contains("0.0.0.0/0 via 169.254.0.1 dev edge onlink table 1000"));
  spec.route_tables[1].routes.clear();
  EXPECT_THAT(kernel_lines(spec, kNumbers).routes, Contains("blackhole 0.0.0.0/0 table 1000"));
}

TEST(Plan, WithoutAnInternetGatewayEveryRouteToItIsABlackHole) {
  VpcSpec spec = small_vpc();
  spec.internet_gateway = false;
  EXPECT_THAT(kernel_lines(spec, kNumbers).routes, Contains("blackhole 0.0.0.0/0 table 1001"));
  EXPECT_THAT(edge_routes(spec, kNumbers), Not(Contains(HasSubstr("198.19."))));
}

TEST(Plan, AnEndpointsAddressIsTheVpcsOwnForTheSendersOfItsTablesAlone) {
  VpcSpec spec = small_vpc();
  EXPECT_THAT(nft_of_vpc(spec), Not(HasSubstr("198.18.0.2")));
  spec.route_tables[0].routes.push_back({"198.18.0.2/32", RouteKind::kEndpoint, ""});
  const auto routes = kernel_lines(spec, kNumbers).routes;
  EXPECT_THAT(routes, Contains("local 198.18.0.2/32 dev lo table 1000"));
  EXPECT_THAT(routes, Not(Contains("local 198.18.0.2/32 dev lo table 1001")));
  EXPECT_THAT(nft_of_vpc(spec), HasSubstr("ip daddr 198.18.0.2 tcp dport { 80, 443 } ip saddr vmap @egress_ways"))
      << "the sender's groups decide as on the way to any other address";
}

TEST(Plan, AnEdgeOfPrivateAddressesLetsTheResolverBesideItBeAsked) {
  const std::string text = nft_of_edge(EdgeRange::require("10.200.0.0/15"));
  EXPECT_LT(text.find("ip daddr 10.200.254.1 accept"), text.find("10.0.0.0/8"));
}

TEST(Plan, S3sNamesInTheRegionLeadToAnAddressOfItsOwn) {
  EXPECT_THAT(dnsmasq_of_vpc(small_vpc(), "/x").names,
              HasSubstr("address=/s3.ap-northeast-2.amazonaws.com/s3.dualstack.ap-northeast-2.amazonaws.com/"
                        "s3-ap-northeast-2.amazonaws.com/s3.amazonaws.com/198.18.0.2\n"));
}

TEST(Plan, TheHostsResolverKnowsTheBalancersThatHavePublicAddressesAndAwssOtherNames) {
  VpcSpec one = small_vpc(), other = small_vpc();
  one.dns.records = {{"web-1.ap-northeast-2.elb.amazonaws.com", {"198.19.0.4", "198.19.0.3"}},
                     {"internal-api-1.ap-northeast-2.elb.amazonaws.com", {"10.1.0.9"}},
                     {"ec2-198-19-0-3.ap-northeast-2.compute.amazonaws.com", {"10.1.0.5"}}};
  other.dns.records = {one.dns.records[0]};  // every VPC knows it
  EXPECT_EQ(public_balancers({&one, &other}),
            "198.19.0.3 web-1.ap-northeast-2.elb.amazonaws.com\n198.19.0.4 web-1.ap-northeast-2.elb.amazonaws.com\n");
  EXPECT_EQ(public_balancers({&one}, EdgeRange::require("10.200.0.0/15")), "");
  EXPECT_THAT(dnsmasq_of_host("/x"), HasSubstr("addn-hosts=/x/balancers\naddress=/amazonaws.com/198.18.0.1\n"
                                               "local=/elb.amazonaws.com/\n"));
  EXPECT_THAT(dnsmasq_of_host("/x"), Not(HasSubstr("resolv-file")));
  EXPECT_THAT(dnsmasq_of_host("/x", {}, "/y/resolv.conf"), HasSubstr("\nresolv-file=/y/resolv.conf\n"));
}

TEST(Plan, SitesOfAwssThatAreOfNoRegionAreTheInternets) {
  const std::string sites = "server=/awscli.amazonaws.com/ip-ranges.amazonaws.com/#\n";
  EXPECT_THAT(dnsmasq_of_vpc(small_vpc(), "/x").names, HasSubstr(sites));
  EXPECT_THAT(dnsmasq_of_host("/x"), HasSubstr(sites));
}

TEST(Plan, APrivateSubnetLeavesByItsNatGatewaysAddress) {
  const std::string nft = nft_of_vpc(small_vpc());
  EXPECT_THAT(nft, HasSubstr("chain leave_rtb_private {\n    snat to 198.19.0.1\n"));
  EXPECT_THAT(nft, HasSubstr("10.1.0.0/24 : goto leave_rtb_private"));
}

TEST(Plan, ARuleNamesPortsPeersAndMembers) {
  const std::string nft = nft_of_vpc(small_vpc());
  EXPECT_THAT(
      nft,
      HasSubstr(
          "chain ingress_sg_1 {\n    tcp dport 80-81 accept\n    tcp dport 80-81 ip saddr @members_sg_1 accept\n  }"));
  EXPECT_THAT(nft, HasSubstr("set members_sg_1 { type ipv4_addr; elements = { 10.1.0.5 }; }"));
  EXPECT_THAT(nft, HasSubstr("\"hb-56789abcdef0\" . 10.1.0.5")) << nft;
}

TEST(Plan, ADeviceNameFitsTheKernel) {
  EXPECT_EQ(device_name("eni-0123456789abcdef0"), "hb-56789abcdef0");
  EXPECT_LE(device_name("eni-0123456789abcdef0").size(), 15u);
}

TEST(Plan, DhcpKnowsAMachineByItsMacAndDnsByItsNameWhetherItHasALeaseOrNot) {
  const DnsmasqFiles files = dnsmasq_of_vpc(small_vpc(), "/x");
  EXPECT_EQ(files.leases, "02:00:00:00:00:01,10.1.0.5,ip-10-1-0-5\n");
  EXPECT_EQ(files.hosts, "10.1.0.5 ip-10-1-0-5.ap-northeast-2.compute.internal\n");
  EXPECT_THAT(
      files.config,
      HasSubstr("dhcp-range=set:s0,10.1.0.0,static,255.255.255.0,1h\ndhcp-option=tag:s0,option:router,10.1.0.1\n"));
  EXPECT_THAT(files.names, HasSubstr("address=/amazonaws.com/198.18.0.1\n"));
}

TEST(Plan, WhoAnswersForNamesIsNotTouchedByASubnetAndIsNotThereWithoutDns) {
  VpcSpec spec = small_vpc();
  const DnsmasqFiles before = dnsmasq_of_vpc(spec, "/x");
  spec.subnets.pop_back();
  const DnsmasqFiles after = dnsmasq_of_vpc(spec, "/x");
  EXPECT_NE(after.config, before.config);
  EXPECT_EQ(after.names, before.names);
  spec.dns.enabled = false;
  EXPECT_EQ(dnsmasq_of_vpc(spec, "/x").names, "");
}

TEST(Plan, LeasesTellWhatTheDhcpOptionsSayAndNothingElse) {
  VpcSpec spec = small_vpc();
  spec.dhcp.ntp_servers = {"10.1.0.7"};
  spec.dhcp.netbios_name_servers = {"10.1.0.8"};
  spec.dhcp.netbios_node_type = 2;
  EXPECT_THAT(dnsmasq_of_vpc(spec, "/x").config, HasSubstr("dhcp-option=option:domain-name,corp.example\n"
                                                           "dhcp-option=option:domain-search,corp.example,example.com\n"
                                                           "dhcp-option=option:dns-server,10.1.0.2,10.1.0.9\n"
                                                           "dhcp-option=option:ntp-server,10.1.0.7\n"
                                                           "dhcp-option=option:netbios-ns,10.1.0.8\n"
                                                           "dhcp-option=option:netbios-nodetype,2\n"));
  spec.dhcp = {};
  EXPECT_THAT(dnsmasq_of_vpc(spec, "/x").config,
              HasSubstr("dhcp-option=option:domain-name\ndhcp-option=option:dns-server\n"))
      << "none is told, not dnsmasq's own either";
}

TEST(Plan, AFurtherAddressIsTheMachinesTooAndHasItsOwnWayOut) {
  VpcSpec spec = small_vpc();
  spec.interfaces[0].secondaries = {{"10.1.0.6", "198.19.1.6"}};
  const KernelLines lines = kernel_lines(spec, kNumbers);
  EXPECT_THAT(lines.routes, Contains("10.1.0.6/32 dev hb-56789abcdef0 src 10.1.0.1 table main"));
  const std::string nft = nft_of_vpc(spec);
  EXPECT_THAT(nft, HasSubstr("set members_sg_1 { type ipv4_addr; elements = { 10.1.0.5, 10.1.0.6 }; }"));
  EXPECT_THAT(nft, HasSubstr("\"hb-56789abcdef0\" . 10.1.0.6"));
  EXPECT_THAT(nft, HasSubstr("10.1.0.6 : goto ingress_of_0"));
  EXPECT_THAT(nft, HasSubstr("10.1.0.6 : 198.19.1.6"));
  EXPECT_THAT(nft, HasSubstr("198.19.1.6 : 10.1.0.6"));
  EXPECT_THAT(edge_routes(spec, kNumbers), Contains(HasSubstr("198.19.1.6/32 via")));
}

TEST(Codec, ASpecComesBackAsItWas) {
  const VpcSpec spec = small_vpc();
  EXPECT_EQ(encode(decode<VpcSpec>(encode(spec))), encode(spec));
}

TEST(Codec, ASpecThatAnEarlierVersionSavedIsReadWithWhatItDidNotKnowOfLeftEmpty) {
  Json saved = encode(small_vpc());
  saved.erase("dhcp");
  saved["interfaces"].items()[0].erase("secondaries");
  const VpcSpec spec = read_saved_spec(saved.dump());
  EXPECT_TRUE(spec.dhcp.dns_servers.empty());
  EXPECT_TRUE(spec.interfaces[0].secondaries.empty());
  EXPECT_EQ(spec.interfaces[0].private_ip, "10.1.0.5");
}

TEST(Codec, AMissingAnUnknownAndAMistypedMemberAreRefused) {
  Json json = encode(small_vpc());
  json["more"] = 1;
  EXPECT_THROW(decode<VpcSpec>(json), JsonError);
  json = encode(small_vpc());
  json.erase("cidrs");
  EXPECT_THROW(decode<VpcSpec>(json), JsonError);
  json = encode(small_vpc());
  json["internet_gateway"] = "yes";
  EXPECT_THROW(decode<VpcSpec>(json), JsonError);
}

struct Refused {
  const char* what;
  void (*change)(VpcSpec&);
};
class Refusals : public ::testing::TestWithParam<Refused> {};
TEST_P(Refusals, ARefusedSpecChangesNothing) {
  VpcSpec spec = small_vpc();
  EXPECT_NO_THROW(validate(spec));
  GetParam().change(spec);
  EXPECT_THROW(validate(spec), HostError) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    Specs, Refusals,
    ::testing::Values(Refused{"id", [](VpcSpec& s) { s.id = "../x"; }},
                      Refused{"reserved", [](VpcSpec& s) { s.cidrs = {"198.18.0.0/16"}; }},
                      Refused{"stray bits", [](VpcSpec& s) { s.cidrs = {"10.1.0.1/16"}; }},
                      Refused{"outside", [](VpcSpec& s) { s.subnets[0].cidr = "10.2.0.0/24"; }},
                      Refused{"overlap", [](VpcSpec& s) { s.subnets[0].cidr = "10.1.2.0/25"; }},
                      Refused{"no table", [](VpcSpec& s) { s.subnets[0].route_table_id = "rtb-9"; }},
                      Refused{"not public", [](VpcSpec& s) { s.nat_gateways[0].public_ip = "8.8.8.8"; }},
                      Refused{"mac", [](VpcSpec& s) { s.interfaces[0].mac = "02:00:00:00:00:0g"; }},
                      Refused{"gateway's", [](VpcSpec& s) { s.interfaces[0].private_ip = "10.1.0.1"; }},
                      Refused{"group", [](VpcSpec& s) { s.interfaces[0].security_group_ids = {"sg-9"}; }},
                      Refused{"record", [](VpcSpec& s) { s.dns.records = {{.name = "a\nb", .addresses = {}}}; }},
                      Refused{"protocol", [](VpcSpec& s) { s.security_groups[0].rules[0].protocol = "tcp accept"; }}));

TEST(Ipv4, OnlyWhatPrintsTheSameIsAnAddress) {
  for (const char* text : {"01.2.3.4", "1.2.3", "1.2.3.4 ", "", "256.1.1.1", "1.2.3.4/8"})
    EXPECT_THROW(require_address(text, "x"), HostError) << text;
  EXPECT_EQ(to_text(require_address("10.1.2.3", "x")), "10.1.2.3");
}

BalancersSpec one_balancer() {
  BalancersSpec spec;
  TargetGroup group;
  group.id = "tg-1";
  group.vpc_id = "vpc-1";
  group.targets = {{.ip = "10.1.0.5", .port = 8080}};
  spec.target_groups = {group};
  BalancerListener listener;
  listener.id = "l-1";
  listener.default_action = {.kind = BalancerActionKind::kForward, .forward = {{.target_group_id = "tg-1"}}};
  listener.host_port = 8480;
  Balancer balancer;
  balancer.id = "lb-1";
  balancer.vpc_id = "vpc-1";
  balancer.host_name = "one.elb.localhost";
  balancer.nodes = {{.private_ip = "10.1.2.9", .public_ip = "198.19.0.9", .subnet_cidr = "10.1.2.0/24"}};
  balancer.listeners = {listener};
  spec.balancers = {balancer};
  return spec;
}

TEST(Haproxy, AListenerBindsInItsVpcAndItsTargetsAreReachedFromTheBalancersAddress) {
  const std::string config = haproxy_of(one_balancer(), "/x", "key").config;
  EXPECT_THAT(config, HasSubstr("  bind 10.1.2.9:80 transparent\n"));
  EXPECT_THAT(config, HasSubstr("  server 10.1.0.5_8080 10.1.0.5:8080 source 10.1.2.9\n"));
  EXPECT_THAT(haproxy_of_host(one_balancer(), "/x").config, HasSubstr("  bind 127.0.0.1:8480\n"));
}

TEST(Haproxy, DrainingChangesNothingInTheConfigurationSoNothingIsReloaded) {
  BalancersSpec spec = one_balancer();
  const std::string before = haproxy_of(spec, "/x", "key").config;
  spec.target_groups[0].targets[0].state = TargetState::kDraining;
  EXPECT_EQ(haproxy_of(spec, "/x", "key").config, before);
}

TEST(Haproxy, WithoutAHealthyTargetAllOfTheGroupAreAsked) {
  const std::string config = haproxy_of(one_balancer(), "/x", "key").config;
  EXPECT_THAT(config, HasSubstr("  option allbackups\n"));
  EXPECT_THAT(config, HasSubstr("  server open_10.1.0.5_8080 10.1.0.5:8080 source 10.1.2.9 no-check backup\n"));
}

TEST(Haproxy, ANewTargetBeginsAsDownAndAKnownOneKeepsItsState) {
  const std::string states = server_states(one_balancer(), "");
  EXPECT_THAT(states, HasSubstr("1 T_tg-1 1 10.1.0.5_8080 10.1.0.5 0 0 "));
  const std::string known = "5 T_tg-1 2 10.1.0.5_8080 10.1.0.5 2 0 1 1 44 15 3 6 6 0 0 0 - 8080 - 0 0 - - 0";
  EXPECT_THAT(server_states(one_balancer(), "1\n# x\n" + known + "\n"), HasSubstr(known));
  EXPECT_THAT(server_states(one_balancer(), "1\n# x\n" + known + "\n"), Not(HasSubstr("1 T_tg-1 1 ")));
}

TEST(Haproxy, UserTextStaysWithinItsQuotes) {
  BalancersSpec spec = one_balancer();
  spec.balancers[0].listeners[0].rules = {
      {.id = "r-1",
       .conditions = {{.field = ConditionField::kPathPattern, .header = "", .values = {"/a' } #*"}}},
       .action = {.kind = BalancerActionKind::kFixedResponse, .status = 404}}};
  EXPECT_NO_THROW(validate(spec));
  EXPECT_THAT(haproxy_of(spec, "/x", "key").config, HasSubstr("{ path -m reg -- '^/a'\\'' \\} #.*$' }"));
}

TEST(Haproxy, NoValueOfAConditionIsAFlagThatReadsAFileOfTheHost) {
  BalancersSpec spec = one_balancer();
  auto& rules = spec.balancers[0].listeners[0].rules;
  rules = {{.id = "r-1",
            .conditions = {{.field = ConditionField::kHttpRequestMethod, .header = "", .values = {"-F"}},
                           {.field = ConditionField::kSourceIp, .header = "", .values = {"10.0.0.0/8", "10.1.0.5"}}},
            .action = {.kind = BalancerActionKind::kFixedResponse, .status = 404}}};
  EXPECT_NO_THROW(validate(spec));
  EXPECT_THAT(haproxy_of(spec, "/x", "key").config,
              HasSubstr("{ method -m str -- '-F' } { src -- '10.0.0.0/8' '10.1.0.5' }"));
  for (const char* value : {"-f", "/etc/shadow", "10.0.0.0/33", "::/0"}) {
    rules[0].conditions[1].values = {value};
    EXPECT_THROW(validate(spec), HostError) << value;
  }
  rules[0].conditions = {{.field = ConditionField::kHttpRequestMethod, .header = "", .values = {"-f", "/etc/shadow"}}};
  EXPECT_THROW(validate(spec), HostError);
}

TEST(Haproxy, AHeadersValueIsComparedAsAWholeLineAndAParameterWithinItsQuery) {
  EXPECT_EQ(condition_of({.field = ConditionField::kHttpHeader, .header = "User-Agent", .values = {"*(a, b)?"}}),
            R"({ req.fhdr(User-Agent) -m reg -i -- '^.*\(a, b\).$' })");
  EXPECT_EQ(condition_of(
                {.field = ConditionField::kQueryString, .header = "", .values = {"v*", R"(\*x)"}, .keys = {"", "k?"}}),
            R"({ query -m reg -i -- '(^|&)[^&=]*=v[^&]*(&|$)' '(^|&)k[^&=]=\*x(&|$)' })");
}

TEST(Haproxy, ACookieOfAnotherKeyOrGroupIsNone) {
  const StickyCookie one(CookieKind::kTarget, "tg-1", "key", 60);
  EXPECT_EQ(one.token_of("10.1.0.5_80"), StickyCookie(CookieKind::kTarget, "tg-1", "key", 5).token_of("10.1.0.5_80"));
  EXPECT_NE(one.token_of("10.1.0.5_80"), StickyCookie(CookieKind::kTarget, "tg-1", "x", 60).token_of("10.1.0.5_80"));
  EXPECT_NE(one.token_of("10.1.0.5_80"), StickyCookie(CookieKind::kTarget, "tg-2", "key", 60).token_of("10.1.0.5_80"));
  EXPECT_THAT(one.token_of("10.1.0.5_80"), Not(HasSubstr("10.1")));
}

TEST(Protocol, WhatIsNoCallIsAnErrorOfJsonAndNothingElse) {
  EXPECT_EQ(read_call(R"({"id":7,"action":"vpcs","arguments":{}})").id, 7);
  for (const char* text : {"", "[]", "7", "{}", R"({"id":"x","action":"vpcs"})", R"({"id":1,"action":[]})"})
    EXPECT_THROW(read_call(text), JsonError) << text;
}

TEST(Haproxy, WhatItSawOfATargetIsToldInAwssWords) {
  const BalancersSpec spec = one_balancer();
  const auto told = [&](Row row, Settling settling = Settling::kNo) {
    const TargetHealth health = health_of(spec.target_groups[0], spec.target_groups[0].targets[0], row, settling);
    return std::string(word_of(health.state)) + " " + std::string(word_of(health.reason));
  };
  EXPECT_EQ(told({{"status", "UP"}, {"check_status", "L7OK"}}), "healthy ");
  EXPECT_EQ(told({{"status", "DOWN"}, {"check_status", "* L4TOUT"}}), "unhealthy Target.Timeout");
  EXPECT_EQ(told({{"status", "DOWN"}, {"check_status", "L7STS"}, {"check_code", "500"}}),
            "unhealthy Target.ResponseCodeMismatch");
  EXPECT_EQ(told({{"status", "DOWN"}, {"check_status", "L4CON"}}), "unhealthy Target.FailedHealthChecks");
  EXPECT_EQ(told({{"status", "DOWN"}, {"check_status", "INI"}}, Settling::kYes), "initial Elb.RegistrationInProgress");
}

TEST(Machine, MayHaveAsManyProcessesAsItsMemoryHoldsButNotAllOfTheHosts) {
  EXPECT_EQ(process_limit(512, 4194304), 4096);
  EXPECT_EQ(process_limit(1024, 32768), 8192);
  EXPECT_EQ(process_limit(16384, 32768), 8192);
}

}  // namespace
}  // namespace hanbat::host
