// Targets as their balancer and their instance's groups are described, by stand-ins of both services.
#include <gtest/gtest.h>

#include "gen/ec2/model.h"
#include "gen/elasticloadbalancing/model.h"
#include "gen/explain/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/explain/explain.h"
#include "wire/testing.h"

namespace hanbat::explain {
namespace {

namespace elb = elasticloadbalancing;

struct TargetsTest : testing::Test {
  TargetsTest() {
    test.add<Explain>();
    auto& balancers = test.add<region::FakeService>("elasticloadbalancing");
    balancers.on<elb::DescribeTargetGroupsInput, elb::DescribeTargetGroupsOutput>(
        "DescribeTargetGroups", [](region::Request&, const auto&) {
          elb::DescribeTargetGroupsOutput out;
          elb::TargetGroup& group = out.target_groups.emplace().emplace_back();
          group.target_group_arn = "arn:tg";
          group.target_group_name = "web";
          group.health_check_path = "/health";
          group.health_check_protocol = "HTTP";
          group.health_check_port = "traffic-port";
          group.health_check_timeout_seconds = 5;
          group.load_balancer_arns = {{"arn:aws:elasticloadbalancing:r:1:loadbalancer/app/alb/1"}};
          return out;
        });
    balancers.on<elb::DescribeTargetHealthInput, elb::DescribeTargetHealthOutput>(
        "DescribeTargetHealth", [this](region::Request&, const auto&) {
          elb::DescribeTargetHealthOutput out;
          out.target_health_descriptions.emplace();
          if (state.empty()) return out;
          elb::TargetHealthDescription& one = out.target_health_descriptions->emplace_back();
          one.target.emplace().id = "i-1";
          one.target->port = 8080;
          one.target_health.emplace().state = state;
          if (!reason.empty()) one.target_health->reason = reason;
          one.target_health->description = said;
          return out;
        });
    balancers.on<elb::DescribeLoadBalancersInput, elb::DescribeLoadBalancersOutput>(
        "DescribeLoadBalancers", [](region::Request&, const auto&) {
          elb::DescribeLoadBalancersOutput out;
          out.load_balancers.emplace().emplace_back().security_groups = {{"sg-alb"}};
          return out;
        });
    auto& machines = test.add<region::FakeService>("ec2");
    machines.on<ec2::DescribeInstancesInput, ec2::DescribeInstancesOutput>(
        "DescribeInstances", [](region::Request&, const auto& in) {
          if (in.instance_ids->front() != "i-1")
            throw wire::Error("InvalidInstanceID.NotFound", 400, "The instance ID does not exist");
          ec2::DescribeInstancesOutput out;
          out.reservations.emplace()
              .emplace_back()
              .instances.emplace()
              .emplace_back()
              .security_groups.emplace()
              .emplace_back()
              .group_id = "sg-web";
          return out;
        });
    machines.on<ec2::DescribeSecurityGroupsInput, ec2::DescribeSecurityGroupsOutput>(
        "DescribeSecurityGroups", [this](region::Request&, const auto&) {
          ec2::DescribeSecurityGroupsOutput out;
          ec2::IpPermission& rule =
              out.security_groups.emplace().emplace_back().ip_permissions.emplace().emplace_back();
          rule.ip_protocol = "tcp";
          rule.from_port = rule.to_port = rule_port;
          if (!rule_group.empty()) rule.user_id_group_pairs.emplace().emplace_back().group_id = rule_group;
          if (!rule_cidr.empty()) rule.ip_ranges.emplace().emplace_back().cidr_ip = rule_cidr;
          return out;
        });
    machines.on<ec2::DescribeNetworkInterfacesInput, ec2::DescribeNetworkInterfacesOutput>(
        "DescribeNetworkInterfaces", [](region::Request&, const auto&) {
          ec2::DescribeNetworkInterfacesOutput out;
          out.network_interfaces.emplace().emplace_back().private_ip_address = "10.1.2.7";
          return out;
        });
    test.start();
  }

  Explanation told(const std::string& id = "i-1") { return client.explain({.id = id, .kind = "target"}).explanation; }
  std::string cause(const std::string& id = "i-1") {
    const Explanation out = told(id);
    return out.causes.empty() ? out.outcome : out.causes.back().code;
  }

  region::TestRegion test;
  std::string state = "unhealthy", said = "as AWS says it", reason, rule_group, rule_cidr;
  int rule_port = 8080;
  Client client{test.home, test.user, test.region};
};

TEST_F(TargetsTest, EachReasonOfAwsHasItsCause) {
  struct Case {
    const char *state, *reason, *cause;
  };
  rule_group = "sg-alb";
  for (const Case& one : {Case{"healthy", "", "WORKS"}, Case{"initial", "Elb.InitialHealthChecking", "TARGET_INITIAL"},
                          Case{"draining", "Target.DeregistrationInProgress", "TARGET_DRAINING"},
                          Case{"unused", "Target.NotInUse", "TARGET_GROUP_UNUSED"},
                          Case{"unused", "Target.InvalidState", "TARGET_NOT_RUNNING"},
                          Case{"unused", "Target.NotRegistered", "TARGET_NOT_REGISTERED"},
                          Case{"unhealthy", "Target.ResponseCodeMismatch", "HEALTH_CHECK_CODES"},
                          Case{"unhealthy", "Target.Timeout", "HEALTH_CHECK_TIMEOUT"},
                          Case{"unhealthy", "Target.FailedHealthChecks", "HEALTH_CHECK_FAILED"}}) {
    state = one.state;
    reason = one.reason;
    EXPECT_EQ(cause(), one.cause);
  }
}

TEST_F(TargetsTest, TheCodeThatACheckIsAnsweredWithSaysWhatIsToBeDone) {
  reason = "Target.ResponseCodeMismatch";
  struct Case {
    const char *code, *remedy;
  };
  for (const Case& one : {Case{"301", "take the redirect for healthy"}, Case{"403", "wants a login or permission"},
                          Case{"404", "has no such path"}, Case{"500", "The program itself fails"},
                          Case{"204", "Mend the path of the check"}}) {
    said = std::string("Health checks failed with these codes: [") + one.code + "]";
    const Explanation out = told();
    EXPECT_NE(out.causes.back().remedy->en.find(one.remedy), std::string::npos) << out.causes.back().remedy->en;
    EXPECT_NE(out.causes.back().sentence.en.find(one.code), std::string::npos);
  }
  said = "Health checks failed with these codes: [302]";
  EXPECT_TRUE(told().causes.back().remedy->command->ends_with("--matcher HttpCode=200-399"));
}

TEST_F(TargetsTest, ATimeoutThatNoGroupIsToBlameForLeadsToThePacketsWay) {
  reason = "Target.Timeout";
  rule_group = "sg-alb";
  EXPECT_EQ(told().causes.back().remedy->command, "hanbat explain packet alb i-1:8080");
}

TEST_F(TargetsTest, ATimeoutWithoutARuleForTheBalancerIsTheGroupsDoing) {
  reason = "Target.Timeout";
  rule_group = "sg-other";
  const Explanation out = told();
  EXPECT_EQ(out.causes.back().code, "TARGET_GROUP_KEEPS_OUT");
  EXPECT_EQ(
      out.causes.back().remedy->command,
      "aws ec2 authorize-security-group-ingress --group-id sg-web --protocol tcp --port 8080 --source-group sg-alb");
}

TEST_F(TargetsTest, ARuleByAddressesOrOnAnotherPortIsReadAsTheKernelReadsIt) {
  reason = "Target.Timeout";
  rule_cidr = "10.1.2.0/24";
  EXPECT_EQ(cause(), "HEALTH_CHECK_TIMEOUT");
  rule_cidr = "10.1.3.0/24";
  EXPECT_EQ(cause(), "TARGET_GROUP_KEEPS_OUT");
  rule_cidr = "0.0.0.0/0";
  EXPECT_EQ(cause(), "HEALTH_CHECK_TIMEOUT");
  rule_port = 80;
  EXPECT_EQ(cause(), "TARGET_GROUP_KEEPS_OUT");
}

TEST_F(TargetsTest, AGroupWithoutTargetsAndAnInstanceInNoGroupAreTold) {
  state = "";
  EXPECT_EQ(cause("web"), "TARGET_GROUP_EMPTY");
  EXPECT_EQ(cause("i-1"), "TARGET_NOT_REGISTERED");
  EXPECT_EQ(wire::code_of([&] { told("i-2"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { told("nothing"); }), "ResourceNotFoundException");
}

}  // namespace
}  // namespace hanbat::explain
