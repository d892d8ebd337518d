// Logs of load balancers in a region with the real authorization and the real S3: whom a bucket lets in, under which
// keys they lie, and that nothing is lost or doubled on the way.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/text.h"
#include "gen/ec2/client.h"
#include "gen/elasticloadbalancing/client.h"
#include "gen/s3/client.h"
#include "host/fake_host.h"
#include "main/services.h"
#include "os/files.h"
#include "os/process.h"
#include "region/testing.h"
#include "store/tasks.h"
#include "wire/testing.h"

namespace hanbat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

constexpr const char* kAccount = "123456789012";
constexpr const char* kService = R"({"Service":"logdelivery.elasticloadbalancing.amazonaws.com"})";
constexpr const char* kDeliveryAccount = R"({"AWS":"arn:aws:iam::600734575887:root"})";
constexpr Seconds kPeriod{300};

class BalancerLogs : public testing::Test {
 protected:
  BalancerLogs()
      : test([this](region::TestRegion& made, region::Parts& parts) {
          parts.host = &host;
          foundations_ =
              &made.keep<Foundations>(region::Settings{.state_folder = made.folder}, made.clock, *made.db, made.vault);
          parts.trail = &foundations_->trail;
          parts.identity = &foundations_->access.identity;
          parts.authorizer = &foundations_->access.authorizer;
        }) {
    write_file_atomic(test.folder + "/build-runner", "");
    add_services(test.home, *foundations_);
    test.start();
    root.kind = region::Caller::Kind::kRoot;
    root.account = root.user_id = kAccount;
    root.arn = root.principal_arn = fmt::format("arn:aws:iam::{}:root", kAccount);
    make_balancer();
    make_bucket("logs", test.region);
  }

  void make_balancer() {
    const ec2::Client ec2(test.home, root, test.region);
    const auto vpc = ec2.create_vpc({.cidr_block = "10.1.0.0/16"}).vpc->vpc_id.value();
    std::vector<std::string> subnets;
    for (const char* zone : {"a", "b"}) {
      ec2::CreateSubnetInput in;
      in.vpc_id = vpc;
      in.cidr_block = fmt::format("10.1.{}.0/24", subnets.size());
      in.availability_zone = test.region + zone;
      subnets.push_back(ec2.create_subnet(in).subnet->subnet_id.value());
    }
    elasticloadbalancing::CreateLoadBalancerInput in;
    in.name = "web";
    in.scheme = "internal";
    in.subnets = subnets;
    balancer = balancing().create_load_balancer(in).load_balancers->front().load_balancer_arn.value();
    id = balancer.substr(balancer.rfind('/') + 1);
    test.run_until_idle();
  }

  void make_bucket(const std::string& name, const std::string& where) {
    s3().create_bucket(
        {.bucket = name, .create_bucket_configuration = s3::CreateBucketConfiguration{.location_constraint = where}});
  }
  void let_in(const std::string& principal, const std::string& effect = "Allow",
              const std::string& resource = "arn:aws:s3:::logs/web/AWSLogs/123456789012/*") {
    s3::PutBucketPolicyInput in;
    in.bucket = "logs";
    in.policy = fmt::format(
        R"({{"Version":"2012-10-17","Statement":[{{"Effect":"{}","Principal":{},"Action":"s3:PutObject","Resource":"{}"}}]}})",
        effect, principal, resource);
    s3().put_bucket_policy(in);
  }

  s3::Client s3() { return {test.home, root, test.region}; }
  elasticloadbalancing::Client balancing() { return {test.home, root, test.region}; }

  using Attributes = std::vector<std::pair<std::string, std::string>>;
  void set(const Attributes& attributes) {
    elasticloadbalancing::ModifyLoadBalancerAttributesInput in;
    in.load_balancer_arn = balancer;
    for (const auto& [key, value] : attributes) in.attributes.push_back({key, value});
    balancing().modify_load_balancer_attributes(in);
  }
  std::string refusal(const Attributes& attributes) {
    try {
      set(attributes);
    } catch (const wire::Error& error) {
      return error.code() + ": " + error.what();
    }
    return "";
  }
  static Attributes on(const std::string& kind = "access_logs", const std::string& bucket = "logs",
                       const std::string& prefix = "web") {
    return {{kind + ".s3.enabled", "true"}, {kind + ".s3.bucket", bucket}, {kind + ".s3.prefix", prefix}};
  }

  std::vector<std::string> keys() {
    s3::ListObjectsV2Input in;
    in.bucket = "logs";
    std::vector<std::string> out;
    if (const auto page = s3().list_objects_v2(in); page.contents)
      for (const s3::Object& object : *page.contents) out.push_back(*object.key);
    return out;
  }
  std::vector<std::string> log_keys() {
    std::vector<std::string> out = keys();
    std::erase_if(out, [](const std::string& key) { return key.ends_with("TestFile"); });
    return out;
  }
  std::string text_of(const std::string& key) {
    s3::GetObjectInput in;
    in.bucket = "logs";
    in.key = key;
    const std::string path = test.folder + "/object.gz";
    write_file_atomic(path, s3().get_object(in).body.read_all());
    return run_capture({"gzip", "-dc", path}).out;
  }

  static std::string record(const std::string& node, const std::string& target, bool first = true) {
    return fmt::format(
        "r l-1 1600000000618401 10.0.0.7 49556 {} 80 ab12 1600000000615640 0 - - - - 0 {} 1 1600000000615700 R0VU {} "
        "{} 1.1 - - - fixed-response - - 0 -1 -1 -1 <NOSRV> - 200 158 72",
        node, first ? "1" : "-", to_base64("a.example"), to_base64(target));
  }
  host::LogBatch batch(const std::string& name, std::vector<std::string> records) const {
    return {.name = name, .until = test.clock.now().ms / 1000, .lost = 0, .records = std::move(records)};
  }
  void pass_a_period() {
    test.clock.advance(kPeriod);
    test.run_until_idle();
  }
  std::vector<store::FailingTask> failing() {
    return test.db->read([](store::Tx& tx) { return store::list_failing(tx, 10); });
  }

  host::FakeHost host;
  Foundations* foundations_ = nullptr;
  region::TestRegion test;
  region::Caller root;
  std::string balancer, id;
};

TEST_F(BalancerLogs, ABucketThatDoesNotLetTheDeliveryInIsRefused) {
  const std::string denied =
      "InvalidConfigurationRequest: Access Denied for bucket: logs. Please check S3bucket permission";
  EXPECT_EQ(refusal(on()), denied) << "it has no policy";
  let_in(kService, "Allow", "arn:aws:s3:::logs/other/AWSLogs/123456789012/*");
  EXPECT_EQ(refusal(on()), denied) << "its policy is about another prefix";
  let_in(R"({"Service":"delivery.logs.amazonaws.com"})");
  EXPECT_EQ(refusal(on()), denied) << "its policy is about another service";
  let_in("\"*\"", "Deny");
  EXPECT_EQ(refusal(on()), denied);
  EXPECT_THAT(keys(), IsEmpty());
  EXPECT_EQ(host.balancers.balancers.size(), 1U);
}

TEST_F(BalancerLogs, ABucketThatIsMissingOrElsewhereIsRefused) {
  EXPECT_EQ(refusal(on("access_logs", "nowhere")), "InvalidConfigurationRequest: S3Bucket: nowhere does not exist");
  s3::Client(test.home, root, "us-west-2")
      .create_bucket(
          {.bucket = "far",
           .create_bucket_configuration = s3::CreateBucketConfiguration{.location_constraint = "us-west-2"}});
  EXPECT_THAT(
      refusal(on("access_logs", "far")),
      HasSubstr("InvalidConfigurationRequest: S3Bucket: far is not located in the same region with ELB: app/web/"));
  EXPECT_THAT(refusal({{"access_logs.s3.enabled", "true"}}), HasSubstr("InvalidConfigurationRequest"));
  for (const char* prefix : {"/web", "web/", "a/AWSLogs"})
    EXPECT_THAT(refusal({{"access_logs.s3.prefix", prefix}}), HasSubstr("InvalidConfigurationRequest")) << prefix;
}

TEST_F(BalancerLogs, TheServiceOrAmazonsAccountOfTheRegionMayBeLetIn) {
  let_in(kService);
  EXPECT_EQ(refusal(on()), "");
  EXPECT_THAT(keys(), ElementsAre("web/AWSLogs/123456789012/ELBAccessLogTestFile"));
  EXPECT_EQ(host.balancers.balancers[0].logs, host::BalancerLogs::kNone) << "before the task has run";
  test.run_until_idle();
  EXPECT_EQ(host.balancers.balancers[0].logs, host::BalancerLogs::kRequests);

  let_in(kDeliveryAccount);
  EXPECT_EQ(refusal(on("connection_logs")), "");
  EXPECT_THAT(keys(), ElementsAre("web/AWSLogs/123456789012/ELBAccessLogTestFile",
                                  "web/AWSLogs/123456789012/ELBConnectionLogTestFile"));
}

TEST_F(BalancerLogs, APolicyMayAskForTheBalancerInWhoseNameTheyCome) {
  s3::PutBucketPolicyInput in;
  in.bucket = "logs";
  const auto with = [&](const std::string& arn) {
    in.policy = fmt::format(
        R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{},"Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*","Condition":{{"ArnLike":{{"aws:SourceArn":"{}"}}}}}}]}})",
        kService, arn);
    s3().put_bucket_policy(in);
  };
  with("arn:aws:elasticloadbalancing:ap-northeast-2:999999999999:loadbalancer/*");
  EXPECT_THAT(refusal(on()), HasSubstr("Access Denied for bucket"));
  with("arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/*");
  EXPECT_EQ(refusal(on()), "");
}

TEST_F(BalancerLogs, EveryFiveMinutesEachNodeHasAFileOfItsOwn) {
  let_in(kService);
  set(on());
  set(on("connection_logs"));
  test.run_until_idle();
  host.logs[id] = {batch("b1", {record("10.1.0.5", "/one"), record("10.1.1.5", "/two"), "no record",
                                record("10.1.0.5", "/three", false)})};
  pass_a_period();
  const std::string where = "web/AWSLogs/123456789012/elasticloadbalancing/ap-northeast-2/2020/09/13/";
  const std::string file = "123456789012_elasticloadbalancing_ap-northeast-2_app.web." + id + "_20200913T1226Z_";
  const auto found = log_keys();
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_THAT(found[0], MatchesRegex(where + file + "10.1.0.5_[0-9a-f]{8}.log.gz"));
  EXPECT_THAT(found[1], MatchesRegex(where + file + "10.1.1.5_[0-9a-f]{8}.log.gz"));
  EXPECT_THAT(found[2], MatchesRegex(where + "conn_log." + file + "10.1.0.5_[0-9a-f]{8}.log.gz"));
  EXPECT_THAT(text_of(found[0]),
              MatchesRegex("http .*\"GET http://a.example:80/one HTTP/1.1\".*\nhttp .*/three HTTP.*\n"));
  EXPECT_THAT(text_of(found[1]), HasSubstr("app/web/" + id + " 10.0.0.7:49556 - -1 -1 -1 200 - 158 72 "));
  EXPECT_EQ(split(text_of(found[2]), '\n').size(), 2U) << "one connection, and the end of its line";
  EXPECT_THAT(host.logs[id], IsEmpty());
  pass_a_period();
  EXPECT_THAT(log_keys(), SizeIs(4)) << "nothing was asked meanwhile";
}

TEST_F(BalancerLogs, ABatchThatIsDeliveredTwiceLiesThereOnce) {
  let_in(kService);
  set(on());
  const auto one = batch("b1", {record("10.1.0.5", "/one")});
  host.logs[id] = {one};
  pass_a_period();
  const auto once = log_keys();
  ASSERT_THAT(once, SizeIs(1));
  host.logs[id] = {one, batch("b2", {record("10.1.0.5", "/two")})};  // as after a kill before it was dropped
  pass_a_period();
  EXPECT_THAT(log_keys(), SizeIs(2));
  EXPECT_THAT(text_of(once[0]), HasSubstr("/one HTTP/1.1"));
}

TEST_F(BalancerLogs, WhatABucketTakesNoMoreIsKeptAndToldUntilItDoes) {
  let_in(kService);
  set(on());
  host.logs[id] = {batch("b1", {record("10.1.0.5", "/one")})};
  let_in(kService, "Deny");
  pass_a_period();
  ASSERT_THAT(failing(), SizeIs(1));
  EXPECT_EQ(failing()[0].kind, "elb.logs");
  EXPECT_THAT(failing()[0].why, HasSubstr("logs of " + balancer + " cannot be delivered: "));
  EXPECT_THAT(host.logs[id], SizeIs(1));
  let_in(kService);
  pass_a_period();
  EXPECT_THAT(failing(), IsEmpty());
  EXPECT_THAT(log_keys(), SizeIs(1));
}

TEST_F(BalancerLogs, WhatIsThereWhenLogsGoOffIsDeliveredAtOnce) {
  let_in(kService);
  set(on());
  test.run_until_idle();
  host.logs[id] = {batch("b1", {record("10.1.0.5", "/one")}), batch("b2", {record("10.1.0.5", "/two")})};
  set({{"access_logs.s3.enabled", "false"}});
  test.run_until_idle();
  EXPECT_THAT(log_keys(), SizeIs(2));
  EXPECT_EQ(host.balancers.balancers[0].logs, host::BalancerLogs::kNone);
  host.logs[id] = {batch("b3", {record("10.1.0.5", "/three")})};
  pass_a_period();
  EXPECT_THAT(log_keys(), SizeIs(2)) << "they are off";
}

TEST_F(BalancerLogs, ABalancerThatIsDeletedLeavesItsLastLogs) {
  let_in(kService);
  set(on());
  test.run_until_idle();
  host.logs[id] = {batch("b1", {record("10.1.0.5", "/one")})};
  balancing().delete_load_balancer({.load_balancer_arn = balancer});
  test.run_until_idle();
  EXPECT_THAT(log_keys(), SizeIs(1));
  EXPECT_THAT(failing(), IsEmpty());
}

TEST_F(BalancerLogs, WhatWasRecordedUnderOtherSettingsGoesWhereTheySaid) {
  let_in(kService, "Allow", "arn:aws:s3:::logs/*");
  set(on());
  host.logs[id] = {batch("b1", {record("10.1.0.5", "/one")})};
  set({{"access_logs.s3.prefix", "later"}});
  test.run_until_idle();
  ASSERT_THAT(log_keys(), SizeIs(1));
  EXPECT_TRUE(log_keys()[0].starts_with("web/AWSLogs/"));
  host.logs[id] = {batch("b2", {record("10.1.0.5", "/two")})};
  pass_a_period();
  ASSERT_THAT(log_keys(), SizeIs(2));
  EXPECT_TRUE(log_keys()[0].starts_with("later/AWSLogs/"));
}

}  // namespace
}  // namespace hanbat
