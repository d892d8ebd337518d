// What each service tells the ledger: everything that costs is made, time goes by, it is deleted again, and the bill
// has just that. And the limit of an account, held against all that begins to spend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "main/whole_region.h"

namespace hanbat {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Pair;

class Costs : public ::testing::Test {
 protected:
  // Of its own: time goes by in it.
  Costs() : tester(region.new_tester()) { region.test.run_until_idle(); }

  void run(const std::vector<Step>& steps) { region.run(tester, "ec2", steps, 0); }
  void pass(Milliseconds time) {
    region.test.clock.advance(time);
    region.test.run_until_idle();
  }
  /// Amounts of the tester's bill since the beginning, by usage type as the bill has it.
  std::map<std::string, double> bill() {
    const Timestamp now = region.test.clock.now();
    const Json answer = region.call(
        tester, "ce", "GetCostAndUsage",
        Json::object({{"Granularity", "MONTHLY"},
                      {"Metrics", Json::array({"UsageQuantity", "UnblendedCost"})},
                      {"GroupBy", Json::array({Json::object({{"Type", "DIMENSION"}, {"Key", "SERVICE"}}),
                                               Json::object({{"Type", "DIMENSION"}, {"Key", "USAGE_TYPE"}})})},
                      {"TimePeriod", Json::object({{"Start", "2020-09-01"},
                                                   {"End", format_utc(now + std::chrono::hours(24), "%Y-%m-%d")}})}}));
    std::map<std::string, double> out;
    for (const Json& part : answer["ResultsByTime"].items())
      for (const Json& group : part["Groups"].items())
        out[group["Keys"].items()[0].as_string() + " " + group["Keys"].items()[1].as_string()] +=
            std::stod(group["Metrics"]["UsageQuantity"].text("Amount"));
    return out;
  }

  WholeRegion region;
  Tester tester;
};

const std::vector<Step> kNetwork{
    {"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId"},
    {"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.0.0/24","AvailabilityZone":"ap-northeast-2a"})",
     "subnet=Subnet.SubnetId"},
    {"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.1.0/24","AvailabilityZone":"ap-northeast-2b"})",
     "other=Subnet.SubnetId"},
    {"CreateInternetGateway", "{}", "igw=InternetGateway.InternetGatewayId"},
    {"AttachInternetGateway", R"({"VpcId":"$vpc","InternetGatewayId":"$igw"})"},
    {"DescribeImages", R"({"Owners":["amazon"]})", "image=Images.0.ImageId"}};
const Step kRun{"RunInstances",
                R"({"ImageId":"$image","InstanceType":"t3.small","MinCount":1,"MaxCount":1,"SubnetId":"$subnet"})",
                "id=Instances.0.InstanceId"};
const std::string kInstance = "Amazon Elastic Compute Cloud - Compute APN2-BoxUsage:t3.small";

TEST_F(Costs, AnInstanceIsBilledWhileItRunsAndItsDiskWhileItIsThere) {
  run(kNetwork);
  run({kRun, {"@work"}});
  pass(std::chrono::minutes(30));
  run({{"StopInstances", R"({"InstanceIds":["$id"]})"}, {"@work"}});
  pass(std::chrono::minutes(30));
  run({{"StartInstances", R"({"InstanceIds":["$id"]})"}, {"@work"}});
  pass(std::chrono::minutes(15));
  run({{"TerminateInstances", R"({"InstanceIds":["$id"]})"}, {"@work"}});
  pass(std::chrono::hours(5));
  const auto all = bill();
  ASSERT_THAT(all, Contains(Key(kInstance)));
  EXPECT_NEAR(all.at(kInstance), 0.75, 0.01);
  const std::string disk = "EC2 - Other APN2-EBS:VolumeUsage.gp2";
  ASSERT_THAT(all, Contains(Key(disk)));
  EXPECT_NEAR(all.at(disk), 8 * 1.25 / (24 * 30), 0.001);
}

TEST_F(Costs, AGatewayAndItsAddressAreBilledUntilTheyAreGone) {
  run(kNetwork);
  run({{"AllocateAddress", R"({"Domain":"vpc"})", "ip=AllocationId"},
       {"CreateNatGateway", R"({"SubnetId":"$subnet","AllocationId":"$ip"})", "nat=NatGateway.NatGatewayId"},
       {"@work"}});
  pass(std::chrono::hours(2));
  run({{"DeleteNatGateway", R"({"NatGatewayId":"$nat"})"}, {"@work"}});
  pass(std::chrono::hours(1));
  run({{"ReleaseAddress", R"({"AllocationId":"$ip"})"}});
  pass(std::chrono::hours(5));
  const auto all = bill();
  ASSERT_THAT(all, Contains(Key("EC2 - Other APN2-NatGateway-Hours")));
  EXPECT_DOUBLE_EQ(all.at("EC2 - Other APN2-NatGateway-Hours"), 3);  // two hours that lie in three of the clock
  EXPECT_NEAR(all.at("Amazon Virtual Private Cloud APN2-PublicIPv4:InUseAddress"), 2, 0.01);
  EXPECT_NEAR(all.at("Amazon Virtual Private Cloud APN2-PublicIPv4:IdleAddress"), 1, 0.02);
}

TEST_F(Costs, ABalancerIsBilledByHoursAndItsAddressesWithIt) {
  run(kNetwork);
  run({{"CreateLoadBalancer", R"({"Name":"lb","Scheme":"internet-facing","Subnets":["$subnet","$other"]})",
        "lb=LoadBalancers.0.LoadBalancerArn", "elasticloadbalancing"},
       {"@work"}});
  pass(std::chrono::hours(1));
  run({{"DeleteLoadBalancer", R"({"LoadBalancerArn":"$lb"})", "", "elasticloadbalancing"}, {"@work"}});
  pass(std::chrono::hours(3));
  const auto all = bill();
  EXPECT_THAT(all, Contains(Pair("Amazon Elastic Load Balancing APN2-LoadBalancerUsage", 2)));
  ASSERT_THAT(all, Contains(Key("Amazon Virtual Private Cloud APN2-PublicIPv4:InUseAddress")));
  EXPECT_NEAR(all.at("Amazon Virtual Private Cloud APN2-PublicIPv4:InUseAddress"), 2, 0.01);
}

TEST_F(Costs, SecretsAreBilledUntilTheyAreMarkedForDeletion) {
  run({{"CreateSecret",
        R"({"Name":"s","SecretString":"x","ClientRequestToken":"0123456789-0123456789-0123456789-000"})", "",
        "secretsmanager"}});
  pass(std::chrono::hours(24 * 3));
  run({{"DeleteSecret", R"({"SecretId":"s","RecoveryWindowInDays":7})", "", "secretsmanager"}});
  pass(std::chrono::hours(24 * 3));
  EXPECT_NEAR(bill()["AWS Secrets Manager APN2-AWSSecretsManager-Secrets"], 0.1, 0.001);
}

TEST_F(Costs, LogsAreBilledAsTheyComeAndAsTheyLie) {
  const std::string message(200'000, 'x');
  run({{"CreateLogGroup", R"({"logGroupName":"g"})", "", "logs"},
       {"CreateLogStream", R"({"logGroupName":"g","logStreamName":"s"})", "", "logs"},
       {"PutLogEvents",
        R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":"$T","message":")" + message + R"("}]})",
        "", "logs"}});
  for (int i = 0; i < 3; ++i) pass(std::chrono::hours(1));
  const double gigabytes = 200'026.0 / (1 << 30);
  const std::string put = "AmazonCloudWatch APN2-DataProcessing-Bytes";
  const std::string lies = "AmazonCloudWatch APN2-TimedStorage-ByteHrs";
  EXPECT_NEAR(bill()[put], gigabytes, 1e-9);
  run({{"DeleteLogGroup", R"({"logGroupName":"g"})", "", "logs"}});
  // Read at each of the three looks, it counts from the first one on.
  EXPECT_NEAR(bill()[lies], gigabytes * 2 / (24 * 30), 1e-8);
  pass(std::chrono::hours(10));
  EXPECT_NEAR(bill()[lies], gigabytes * 2 / (24 * 30), 1e-8);
}

TEST_F(Costs, BucketsAreBilledForRequestsAndForWhatLiesInThem) {
  run({{"@bucket"}, {"@object"}});
  region.call(tester, "s3", "ListObjectsV2", Json::object({{"Bucket", "b-" + tester.caller.account}}));
  pass(std::chrono::seconds(70));
  for (int i = 0; i < 3; ++i) pass(std::chrono::hours(1));
  const auto all = bill();
  // The bucket is made before there is one to count it under; one object is put, and one list is read.
  EXPECT_THAT(all, Contains(Pair("Amazon Simple Storage Service APN2-Requests-Tier1", 2)));
  EXPECT_THAT(all, Contains(Key("Amazon Simple Storage Service APN2-TimedStorage-ByteHrs")));
}

TEST_F(Costs, WhatLiesInSeveralClassesOfABucketIsBilledByEachUntilItGoes) {
  run({{"@bucket"}});
  const std::string bucket = "b-" + tester.caller.account;
  const s3::Client s3(region.test.home.as(tester.caller, region.test.region));
  const auto put = [&](const char* key, const char* kept_in) {
    s3.put_object({.body = wire::Body::of_bytes(std::string(400'000, 'x')),
                   .bucket = bucket,
                   .key = key,
                   .storage_class = kept_in});
  };
  put("warm", "STANDARD");
  put("cold", "GLACIER");
  const std::string warm = "Amazon Simple Storage Service APN2-TimedStorage-ByteHrs";
  const std::string cold = "Amazon Simple Storage Service APN2-TimedStorage-GlacierByteHrs";
  for (int i = 0; i < 3; ++i) pass(std::chrono::hours(1));
  EXPECT_GT(bill()[cold], 0);
  EXPECT_DOUBLE_EQ(bill()[warm], bill()[cold]) << "as many bytes for as long";
  region.call(tester, "s3", "DeleteObject", Json::object({{"Bucket", bucket}, {"Key", "cold"}}));
  pass(std::chrono::hours(1));
  const double ended = bill()[cold];
  for (int i = 0; i < 3; ++i) pass(std::chrono::hours(1));
  EXPECT_DOUBLE_EQ(bill()[cold], ended);
  EXPECT_GT(bill()[warm], ended);
}

TEST_F(Costs, ImagesAreBilledAsTheyLie) {
  run({{"CreateRepository", R"({"repositoryName":"rr"})", "", "ecr"}, {"@layer"}, {"@image"}});
  for (int i = 0; i < 2; ++i) pass(std::chrono::hours(1));
  EXPECT_THAT(bill(), Contains(Key("Amazon EC2 Container Registry (ECR) APN2-TimedStorage-ByteHrs")));
}

TEST_F(Costs, ABuildIsBilledByMinutesThatAreBegun) {
  run({{"CreateProject",
        R"({"name":"pp","source":{"type":"NO_SOURCE","buildspec":"version: 0.2"},"artifacts":{"type":"NO_ARTIFACTS"},)"
        R"("environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0",)"
        R"("computeType":"BUILD_GENERAL1_SMALL"},"serviceRole":"arn:aws:iam::$A:role/r"})",
        "", "codebuild"},
       {"StartBuild", R"({"projectName":"pp"})", "build=build.id", "codebuild"}});
  region.test.clock.advance(Seconds(61));
  run({{"StopBuild", R"({"id":"$build"})", "", "codebuild"}});
  EXPECT_THAT(bill(), Contains(Pair("CodeBuild APN2-Build-Min:Linux:g1.small", 2)));
}

TEST_F(Costs, AlarmsAreBilledByTheirMetricsUntilTheyAreDeleted) {
  const auto alarm = [&](const std::string& name, int period) {
    run({{"PutMetricAlarm",
          R"({"AlarmName":")" + name + R"(","Namespace":"App","MetricName":"load","Statistic":"Average","Period":)" +
              std::to_string(period) +
              R"(,"EvaluationPeriods":1,"Threshold":5,"ComparisonOperator":"GreaterThanThreshold"})",
          "", "monitoring"}});
  };
  alarm("usual", 60);
  alarm("often", 10);
  run({{"PutCompositeAlarm", R"j({"AlarmName":"both","AlarmRule":"ALARM(usual) AND ALARM(often)"})j", "", "monitoring"},
       {"PutMetricAlarm",
        R"({"AlarmName":"sum","EvaluationPeriods":1,"Threshold":5,"ComparisonOperator":"GreaterThanThreshold",)"
        R"("Metrics":[{"Id":"a","MetricStat":{"Metric":{"Namespace":"App","MetricName":"x"},"Period":60,"Stat":"Sum"},)"
        R"("ReturnData":false},{"Id":"b","MetricStat":{"Metric":{"Namespace":"App","MetricName":"y"},"Period":60,)"
        R"("Stat":"Sum"},"ReturnData":false},{"Id":"c","Expression":"a+b"}]})",
        "", "monitoring"}});
  pass(std::chrono::hours(24));
  for (const char* name : {"both", "usual", "often", "sum"})
    run({{"DeleteAlarms", R"({"AlarmNames":[")" + std::string(name) + R"("]})", "", "monitoring"}});
  pass(std::chrono::hours(48));
  const auto all = bill();
  const double day = 1 / 30.0;  // of September
  EXPECT_NEAR(all.at("AmazonCloudWatch APN2-CW:AlarmMonitorUsage"), 3 * day, 0.001);
  EXPECT_NEAR(all.at("AmazonCloudWatch APN2-CW:HighResAlarmMonitorUsage"), day, 0.001);
  EXPECT_NEAR(all.at("AmazonCloudWatch APN2-CW:CompositeAlarmMonitorUsage"), day, 0.001);
}

TEST_F(Costs, MetricsAreBilledInTheHoursInWhichTheyHaveAValueAndCallsOneByOne) {
  const auto put = [&](const std::string& names) {
    std::string data;
    for (const char name : names)
      data += std::string(data.empty() ? "" : ",") + R"({"MetricName":")" + name + R"(","Value":1})";
    run({{"PutMetricData", R"({"Namespace":"App","MetricData":[)" + data + "]}", "", "monitoring"}});
  };
  // Over two hours of the clock: a and b in the first, a in the second, however often.
  const Milliseconds rest{3'600'000 - region.test.clock.now().ms % 3'600'000};
  region.test.clock.advance(rest);
  put("ab");
  for (int i = 0; i < 59; ++i) {
    pass(std::chrono::minutes(1));
    put("a");
  }
  pass(std::chrono::minutes(1));
  put("a");
  region.call(tester, "monitoring", "ListMetrics", Json::object());
  pass(std::chrono::minutes(2));
  const auto all = bill();
  EXPECT_NEAR(all.at("AmazonCloudWatch APN2-CW:MetricMonitorUsage"), 3 / (24 * 30.0), 1e-9);
  EXPECT_THAT(all, Contains(Pair("AmazonCloudWatch APN2-CW:Requests", 62)));
}

TEST_F(Costs, DetailedMonitoringIsBilledAsMetricsWhileTheInstanceRuns) {
  run(kNetwork);
  run({kRun, {"@work"}, {"MonitorInstances", R"({"InstanceIds":["$id"]})"}});
  pass(std::chrono::hours(6));
  run({{"StopInstances", R"({"InstanceIds":["$id"]})"}, {"@work"}});
  pass(std::chrono::hours(6));
  EXPECT_NEAR(bill().at("AmazonCloudWatch APN2-CW:MetricMonitorUsage"), 7 * 6 / (24 * 30.0), 0.001);
}

TEST_F(Costs, WhatLiesInBucketsIsBilledByItsClass) {
  run({{"@bucket"}});
  const std::string bucket = "b-" + tester.caller.account;
  const auto put = [&](const char* key, const char* storage_class, std::size_t size) {
    s3::PutObjectInput in;
    in.bucket = bucket;
    in.key = key;
    in.storage_class = storage_class;
    // Whoever names a class in the metadata has said nothing of it.
    in.metadata = std::map<std::string, std::string>{{"storage_class", "GLACIER"}};
    in.body = wire::Body::of_bytes(std::string(size, 'x'));
    s3::Client(region.test.home.as(tester.caller, "ap-northeast-2")).put_object(in);
  };
  put("a", "STANDARD", 500'000);
  put("b", "STANDARD_IA", 400'000);
  put("c", "STANDARD_IA", 1'000);
  put("d", "DEEP_ARCHIVE", 300'000);
  region.test.clock.advance(Milliseconds(3'600'000 - region.test.clock.now().ms % 3'600'000));
  region.test.run_until_idle();
  pass(std::chrono::hours(1));
  const auto all = bill();
  const double hour = 1 / (24 * 30.0) / (1 << 30);
  EXPECT_NEAR(all.at("Amazon Simple Storage Service APN2-TimedStorage-ByteHrs"), 500'000 * hour, 1e-9);
  EXPECT_NEAR(all.at("Amazon Simple Storage Service APN2-TimedStorage-SIA-ByteHrs"), (400'000 + 131'072) * hour, 1e-9);
  EXPECT_NEAR(all.at("Amazon Simple Storage Service APN2-TimedStorage-GDA-ByteHrs"), 300'000 * hour, 1e-9);
  EXPECT_FALSE(all.contains("Amazon Simple Storage Service APN2-TimedStorage-GlacierByteHrs"));
}

TEST_F(Costs, ARequestThatNeedsSeveralRightsIsBilledOnce) {
  run({{"@bucket"}});
  s3::PutObjectInput in;
  in.bucket = "b-" + tester.caller.account;
  in.key = "a";
  in.tagging = "team=red";
  in.body = wire::Body::of_bytes("x");
  s3::Client(region.test.home.as(tester.caller, "ap-northeast-2")).put_object(in);
  EXPECT_THAT(bill(), Contains(Pair("Amazon Simple Storage Service APN2-Requests-Tier1", 1)));
}

TEST_F(Costs, ASecretsCallsAreBilledOneByOne) {
  run({{"CreateSecret",
        R"({"Name":"s","SecretString":"x","ClientRequestToken":"0123456789-0123456789-0123456789-000"})", "",
        "secretsmanager"}});
  for (int i = 0; i < 3; ++i)
    region.call(tester, "secretsmanager", "GetSecretValue", Json::object({{"SecretId", "s"}}));
  pass(std::chrono::minutes(2));
  EXPECT_THAT(bill(), Contains(Pair("AWS Secrets Manager APN2-AWSSecretsManagerAPIRequest", 4)));
}

TEST_F(Costs, WhatIsFreeIsOnNoBill) {
  run({{"CreateVpc", R"({"CidrBlock":"10.2.0.0/16"})"}});
  pass(std::chrono::hours(1));
  EXPECT_THAT(bill(), ::testing::IsEmpty());
}

class CostLimit : public Costs {
 protected:
  /// The account's organization, of which another manages it, bounds it.
  void bound(const std::string& usd) {
    payer = region.new_tester();
    region.call(payer, "organizations", "CreateOrganization", Json::object());
    const Json asked = region.call(payer, "organizations", "CreateAccount",
                                   Json::object({{"Email", "a@example.com"}, {"AccountName", "a"}}));
    region.test.run_until_idle();
    const Json made = region.call(payer, "organizations", "DescribeCreateAccountStatus",
                                  Json::object({{"CreateAccountRequestId", asked["CreateAccountStatus"].text("Id")}}));
    tester.caller.account = made["CreateAccountStatus"].text("AccountId");
    set_limit(usd);
  }
  void set_limit(const std::string& usd) {
    region.call(payer, "organizations", "TagResource",
                Json::object({{"ResourceId", tester.caller.account},
                              {"Tags", Json::array({Json::object({{"Key", "hanbat:cost-limit"}, {"Value", usd}})})}}));
  }
  std::string code(const std::string& service, const std::string& operation, const std::string& input) {
    try {
      region.call(tester, service, operation, Json::parse(region.filled(tester, input, 0)));
    } catch (const wire::Error& error) {
      return error.code();
    }
    return "fine";
  }
  Tester payer;
};

TEST_F(CostLimit, PastItNothingNewBeginsAndWhatRunsGoesOnAndCanBeDeleted) {
  bound("0.05");
  run(kNetwork);
  run({kRun, {"@work"}});
  EXPECT_EQ(code("secretsmanager", "CreateSecret",
                 R"({"Name":"one","SecretString":"x","ClientRequestToken":"0123456789-0123456789-0123456789-001"})"),
            "fine");
  pass(std::chrono::hours(3));
  EXPECT_EQ(code("secretsmanager", "CreateSecret",
                 R"({"Name":"two","SecretString":"x","ClientRequestToken":"0123456789-0123456789-0123456789-002"})"),
            "CostLimitExceeded");
  EXPECT_EQ(code("ec2", "RunInstances", kRun.input), "CostLimitExceeded");
  EXPECT_EQ(code("ec2", "AllocateAddress", R"({"Domain":"vpc"})"), "CostLimitExceeded");
  EXPECT_EQ(code("ec2", "DescribeInstances", "{}"), "fine");
  EXPECT_EQ(code("secretsmanager", "DeleteSecret", R"({"SecretId":"one"})"), "fine");
  EXPECT_EQ(code("ec2", "StopInstances", R"({"InstanceIds":["$id"]})"), "fine");
  region.test.run_until_idle();
  EXPECT_EQ(code("ec2", "StartInstances", R"({"InstanceIds":["$id"]})"), "CostLimitExceeded");
  set_limit("10");
  EXPECT_EQ(code("ec2", "StartInstances", R"({"InstanceIds":["$id"]})"), "fine");
  EXPECT_EQ(code("ec2", "TerminateInstances", R"({"InstanceIds":["$id"]})"), "fine");
}

TEST_F(CostLimit, TheAccountItselfCannotTakeItAway) {
  bound("0.05");
  EXPECT_NE(code("organizations", "UntagResource", R"({"ResourceId":"$A","TagKeys":["hanbat:cost-limit"]})"), "fine");
}

TEST_F(Costs, ABudgetTellsOnceThatItsThresholdIsPassed) {
  int told = 0;
  region.test.home.ask_before_publishing([&](store::Tx&, const Json& event) {
    told += event.text("source") == "hanbat.budgets";
    return false;
  });
  run({{"CreateBudget",
        R"({"AccountId":"$A","Budget":{"BudgetName":"b","BudgetType":"COST","TimeUnit":"MONTHLY",)"
        R"("BudgetLimit":{"Amount":"0.1","Unit":"USD"},"CostFilters":{"InstanceType":["t3.small"]}},)"
        R"("NotificationsWithSubscribers":[{"Notification":{"NotificationType":"ACTUAL",)"
        R"("ComparisonOperator":"GREATER_THAN","Threshold":50},)"
        R"("Subscribers":[{"SubscriptionType":"EMAIL","Address":"a@example.com"}]}]})",
        "", "budgets"}});
  run(kNetwork);
  run({kRun, {"@work"}});
  const auto budget = [&] {
    return region.call(tester, "budgets", "DescribeBudget",
                       Json::object({{"AccountId", tester.caller.account}, {"BudgetName", "b"}}))["Budget"];
  };
  pass(std::chrono::hours(1));
  EXPECT_EQ(told, 0);
  EXPECT_NEAR(std::stod(budget()["CalculatedSpend"]["ActualSpend"].text("Amount")), 0.026, 0.0005);
  pass(std::chrono::hours(1));
  pass(std::chrono::hours(1));
  EXPECT_EQ(told, 1);
  EXPECT_GT(std::stod(budget()["CalculatedSpend"]["ForecastedSpend"].text("Amount")), 5);
}

}  // namespace
}  // namespace hanbat
