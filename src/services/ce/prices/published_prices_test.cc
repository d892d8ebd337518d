// What a known use costs, beside what AWS's price pages say of it: a line for each thing that is metered. Amounts are
// worked out from the pages' prices of Seoul, and not from the file that the bill reads.
#include <gtest/gtest.h>

#include <ostream>

#include "services/ce/testing.h"

namespace hanbat::ce {
namespace {

using enum region::UsageUnit;

constexpr const char* kOther = "EC2 - Other";
constexpr const char* kVpc = "Amazon Virtual Private Cloud";
constexpr const char* kBalancing = "Amazon Elastic Load Balancing";
constexpr const char* kStorage = "Amazon Simple Storage Service";
constexpr const char* kWatch = "AmazonCloudWatch";

/// Something that went on from when to when, or, without an end, happened.
struct Known {
  const char* what;
  const char* from;
  const char* to;
  region::Use use;
  double usd;

  friend void PrintTo(const Known& known, std::ostream* out) { *out << known.what; }
};

// November has 30 days.
constexpr const char* kBegin = "2026-11-01T00:00:00Z";
constexpr const char* kEnd = "2026-12-01T00:00:00Z";
constexpr const char* kNoon = "2026-11-05T12:00:00Z";

class PublishedPrices : public CostExplorer, public ::testing::WithParamInterface<Known> {};

TEST_P(PublishedPrices, AreWhatAKnownUseCosts) {
  const Known& known = GetParam();
  set_time("2026-12-05T00:00:00Z");
  if (known.to) {
    use(known.from, "r", {known.use});
    use(known.to, "r", {});
  } else {
    test.db->write([&](store::Tx& tx) {
      region::meter_event(tx, at(known.from), {"123456789012", "ap-northeast-2"}, arn("r"), known.use);
    });
  }
  const auto answer = client().get_cost_and_usage(november());
  EXPECT_NEAR(std::stod(*answer.results_by_time->front().total->at("UnblendedCost").amount), known.usd, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(
    OfSeoul, PublishedPrices,
    ::testing::Values(
        // https://aws.amazon.com/ec2/pricing/on-demand/
        Known{"a t3.small for half a minute is billed for one",
              "2026-11-05T12:00:00Z",
              "2026-11-05T12:00:30Z",
              {kCompute, "BoxUsage:t3.small", "RunInstances", kSeconds},
              0.026 / 60},
        Known{"a t3.large for an hour and a half",
              "2026-11-05T12:00:00Z",
              "2026-11-05T13:30:00Z",
              {kCompute, "BoxUsage:t3.large", "RunInstances", kSeconds},
              0.104 * 1.5},
        Known{"110 GB to the internet, of which 100 are free",
              kNoon,
              nullptr,
              {kCompute, "DataTransfer-Out-Bytes", "RunInstances", kGigabytes, 110 * kGiB},
              10 * 0.126},
        Known{"a gigabyte from one zone to another, at the sender's",
              kNoon,
              nullptr,
              {kOther, "DataTransfer-Regional-Bytes", "InterZone-Out", kGigabytes, kGiB},
              0.01},
        // https://aws.amazon.com/ebs/pricing/
        Known{"30 GB of gp3 for a month",
              kBegin,
              kEnd,
              {kOther, "EBS:VolumeUsage.gp3", "", kGigabyteMonths, 30 * kGiB},
              30 * 0.0912},
        Known{"8 GB of gp2 for three days",
              "2026-11-05T12:00:00Z",
              "2026-11-08T12:00:00Z",
              {kOther, "EBS:VolumeUsage.gp2", "", kGigabyteMonths, 8 * kGiB},
              8 * 0.114 / 10},
        // https://aws.amazon.com/vpc/pricing/
        Known{"a NAT gateway from ten to ten past eleven",
              "2026-11-05T10:00:00Z",
              "2026-11-05T11:10:00Z",
              {kOther, "NatGateway-Hours", "NatGateway", kHours},
              2 * 0.059},
        Known{"50 GB through a NAT gateway",
              kNoon,
              nullptr,
              {kOther, "NatGateway-Bytes", "NatGateway", kGigabytes, 50 * kGiB},
              50 * 0.059},
        Known{"a public address that is used for a day",
              "2026-11-05T00:00:00Z",
              "2026-11-06T00:00:00Z",
              {kVpc, "PublicIPv4:InUseAddress", "RunInstances", kSeconds},
              24 * 0.005},
        Known{"an elastic address that nobody uses for a month",
              kBegin,
              kEnd,
              {kVpc, "PublicIPv4:IdleAddress", "AllocateAddressVPC", kSeconds},
              720 * 0.005},
        // https://aws.amazon.com/elasticloadbalancing/pricing/
        Known{"a load balancer for a month",
              kBegin,
              kEnd,
              {kBalancing, "LoadBalancerUsage", "LoadBalancing:Application", kHours},
              720 * 0.0225},
        Known{"three and a half capacity units for an hour",
              kNoon,
              nullptr,
              {kBalancing, "LCUUsage", "LoadBalancing:Application", kCapacityUnits, 3'500'000},
              3.5 * 0.008},
        // https://aws.amazon.com/s3/pricing/
        Known{"40 GB of Standard for a month",
              kBegin,
              kEnd,
              {kStorage, "TimedStorage-ByteHrs", "StandardStorage", kGigabyteMonths, 40 * kGiB},
              1},
        Known{"100 GB of Glacier Flexible Retrieval for a month",
              kBegin,
              kEnd,
              {kStorage, "TimedStorage-GlacierByteHrs", "GlacierStorage", kGigabyteMonths, 100 * kGiB},
              0.45},
        Known{"2,000 PUTs", kNoon, nullptr, {kStorage, "Requests-Tier1", "PutObject", kRequests, 2000}, 2 * 0.0045},
        Known{"10,000 GETs", kNoon, nullptr, {kStorage, "Requests-Tier2", "GetObject", kRequests, 10'000}, 0.0035},
        Known{"101 GB of objects to the internet",
              kNoon,
              nullptr,
              {kStorage, "DataTransfer-Out-Bytes", "GetObject", kGigabytes, 101 * kGiB},
              0.126},
        // https://aws.amazon.com/ecr/pricing/
        Known{"10 GB of images for a month",
              kBegin,
              kEnd,
              {"Amazon EC2 Container Registry (ECR)", "TimedStorage-ByteHrs", "", kGigabyteMonths, 10 * kGiB},
              1},
        Known{"102 GB of images to the internet",
              kNoon,
              nullptr,
              {"Amazon EC2 Container Registry (ECR)", "DataTransfer-Out-Bytes", "", kGigabytes, 102 * kGiB},
              2 * 0.126},
        // https://aws.amazon.com/cloudwatch/pricing/
        Known{"15 GB of logs, of which 5 are free",
              kNoon,
              nullptr,
              {kWatch, "DataProcessing-Bytes", "PutLogEvents", kGigabytes, 15 * kGiB},
              10 * 0.76},
        Known{"15 GB of logs kept for a month, of which 5 are free",
              kBegin,
              kEnd,
              {kWatch, "TimedStorage-ByteHrs", "HourlyStorageMetering", kGigabyteMonths, 15 * kGiB},
              10 * 0.0314},
        Known{"10 alarms for a month", kBegin, kEnd, {kWatch, "CW:AlarmMonitorUsage", "Unknown", kMonths, 10}, 0},
        Known{"12 alarms for a month", kBegin, kEnd, {kWatch, "CW:AlarmMonitorUsage", "Unknown", kMonths, 12}, 0.2},
        Known{"two alarms of ten seconds for a month",
              kBegin,
              kEnd,
              {kWatch, "CW:HighResAlarmMonitorUsage", "Unknown", kMonths, 2},
              0.6},
        Known{"a composite alarm for a month",
              kBegin,
              kEnd,
              {kWatch, "CW:CompositeAlarmMonitorUsage", "Unknown", kMonths},
              0.5},
        Known{"20 metrics for a month, of which 10 are free",
              kBegin,
              kEnd,
              {kWatch, "CW:MetricMonitorUsage", "MetricStorage", kMonths, 20},
              3},
        Known{"1,001,000 calls, of which a million are free",
              kNoon,
              nullptr,
              {kWatch, "CW:Requests", "PutMetricData", kRequests, 1'001'000},
              0.01},
        Known{"1,000 metrics asked for by GetMetricData",
              kNoon,
              nullptr,
              {kWatch, "CW:GMD-Metrics", "GetMetricData", kRequests, 1000},
              0.01},
        // https://aws.amazon.com/secrets-manager/pricing/
        Known{"a secret for a month",
              kBegin,
              kEnd,
              {"AWS Secrets Manager", "AWSSecretsManager-Secrets", "Secret", kMonths},
              0.4},
        Known{"10,000 calls about secrets",
              kNoon,
              nullptr,
              {"AWS Secrets Manager", "AWSSecretsManagerAPIRequest", "GetSecretValue", kRequests, 10'000},
              0.05},
        // https://aws.amazon.com/codebuild/pricing/
        Known{"120 minutes of general1.small, of which 100 are free",
              kNoon,
              nullptr,
              {"CodeBuild", "Build-Min:Linux:g1.small", "Build", kMinutes, 120},
              20 * 0.005},
        Known{"10 minutes of general1.medium",
              kNoon,
              nullptr,
              {"CodeBuild", "Build-Min:Linux:g1.medium", "Build", kMinutes, 10},
              0.1},
        Known{"10 minutes of general1.large",
              kNoon,
              nullptr,
              {"CodeBuild", "Build-Min:Linux:g1.large", "Build", kMinutes, 10},
              0.2},
        // https://aws.amazon.com/codepipeline/pricing/
        Known{"three pipelines of V1, of which one is free",
              kNoon,
              nullptr,
              {"AWS CodePipeline", "activePipeline", "PipelineExecution", kRequests, 3},
              2},
        Known{"150 minutes of V2's actions, of which 100 are free",
              kNoon,
              nullptr,
              {"AWS CodePipeline", "actionExecutionMinute", "ActionExecution", kMinutes, 150},
              50 * 0.002}));

}  // namespace
}  // namespace hanbat::ce
