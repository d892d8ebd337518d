// What of a bill depends on more than its own lines: what is free in a month, what an account has spent ever, and a
// clock that runs faster than the real one.
#include <gmock/gmock.h>

#include "os/files.h"
#include "services/ce/bill_pace.h"
#include "services/ce/testing.h"
#include "store/statement_watch.h"

namespace hanbat::ce {
namespace {

class WholeBill : public CostExplorer {
 protected:
  /// So many gigabytes have gone out to the internet at a moment.
  void send(const char* when, std::int64_t gigabytes, const std::string& id = "i-1",
            const std::string& account = "123456789012") {
    test.db->write([&](store::Tx& tx) {
      region::meter_event(
          tx, at(when), {account, "ap-northeast-2"}, arn(id, account),
          {kCompute, "DataTransfer-Out-Bytes", "RunInstances", region::UsageUnit::kGigabytes, gigabytes * kGiB});
    });
  }
  std::string cost(const std::string& from, const std::string& to, const std::optional<Expression>& filter = {}) {
    auto in = november();
    in.granularity = "DAILY";
    in.time_period = {.end = to, .start = from};
    in.filter = filter;
    double sum = 0;
    const auto answer = client().get_cost_and_usage(in);
    for (const auto& part : *answer.results_by_time) sum += std::stod(*part.total->at("UnblendedCost").amount);
    return decimal(sum);
  }
  double spent(const std::string& account = "123456789012") {
    organization.tags[account] = {{std::string(kLimitTag), "1000"}};
    return test.db->read([&](store::Tx& tx) { return limits.find_standing(tx, account)->spent; });
  }
};

TEST_F(WholeBill, TheFirstHundredGigabytesThatAreSentInAMonthAreFree) {
  send("2026-11-08T10:00:00Z", 60);
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), "0");
  send("2026-11-09T10:00:00Z", 60, "i-2");
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), decimal(20 * 0.126));
  EXPECT_EQ(cost("2026-11-09", "2026-11-10"), decimal(20 * 0.126)) << "what came before it counts, too";
  EXPECT_EQ(cost("2026-11-01", "2026-11-09"), "0");
  send("2026-10-31T23:59:59Z", 150);
  EXPECT_EQ(cost("2026-10-01", "2026-12-01"), decimal(70 * 0.126)) << "each month has its own";
}

TEST_F(WholeBill, WhatAFilterLeavesOutHasUsedUpWhatIsFreeAllTheSame) {
  send("2026-11-08T10:00:00Z", 90, "i-1");
  send("2026-11-09T10:00:00Z", 30, "i-2");
  send("2026-11-09T10:00:00Z", 90, "i-3", kMember);  // another account has its own
  Expression mine;
  mine.dimensions = DimensionValues{.key = "LINKED_ACCOUNT", .values = std::vector<std::string>{"123456789012"}};
  EXPECT_EQ(cost("2026-11-09", "2026-11-10", mine), decimal(20 * 0.126));
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), decimal(20 * 0.126));
}

TEST_F(WholeBill, TenAlarmsAreFreeAllMonthAndTwentyForHalfOfIt) {
  const auto alarms = [](std::int64_t count) {
    return std::vector<region::Use>{
        {"AmazonCloudWatch", "CW:AlarmMonitorUsage", "Unknown", region::UsageUnit::kMonths, count}};
  };
  use("2026-11-01T00:00:00Z", "a", alarms(10));
  set_time("2026-11-28T00:00:00Z");
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), "0");
  // With five more from the 8th on, what is free is used up on the 23rd: from then on each is billed.
  use("2026-11-08T00:00:00Z", "b", alarms(5));
  set_time("2026-12-02T00:00:00Z");
  const double used = 10 + 5 * 23 / 30.0;
  EXPECT_NEAR(std::stod(cost("2026-11-01", "2026-12-01")), (used - 10) * 0.1, 1e-8);
  EXPECT_EQ(cost("2026-11-01", "2026-11-23"), "0");
  EXPECT_NEAR(std::stod(cost("2026-11-29", "2026-11-30")), 15 / 30.0 * 0.1, 1e-8);
}

TEST_F(WholeBill, OfRequestsAndMinutesTheFirstOfAMonthAreFree) {
  const auto happen = [&](const char* when, const region::Use& what) {
    test.db->write(
        [&](store::Tx& tx) { region::meter_event(tx, at(when), {"123456789012", "ap-northeast-2"}, arn("p"), what); });
  };
  using enum region::UsageUnit;
  happen("2026-11-03T10:00:00Z", {"CodeBuild", "Build-Min:Linux:g1.small", "Build", kMinutes, 90});
  happen("2026-11-04T10:00:00Z", {"CodeBuild", "Build-Min:Linux:g1.small", "Build", kMinutes, 30});
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), decimal(20 * 0.005));
  happen("2026-11-05T10:00:00Z", {"CodeBuild", "Build-Min:Linux:g1.medium", "Build", kMinutes, 3});
  EXPECT_EQ(cost("2026-11-05", "2026-11-06"), decimal(3 * 0.01)) << "the larger machines' are not free";
  happen("2026-11-06T10:00:00Z", {"AWS CodePipeline", "activePipeline", "PipelineExecution", kRequests});
  EXPECT_EQ(cost("2026-11-06", "2026-11-07"), "0") << "the first pipeline of a month";
  happen("2026-11-07T10:00:00Z", {"AWS CodePipeline", "activePipeline", "PipelineExecution", kRequests});
  EXPECT_EQ(cost("2026-11-07", "2026-11-08"), "1");
  happen("2026-11-08T10:00:00Z", {"AWS CodePipeline", "actionExecutionMinute", "ActionExecution", kMinutes, 150});
  EXPECT_EQ(cost("2026-11-08", "2026-11-09"), decimal(50 * 0.002));
  happen("2026-11-09T10:00:00Z", {"AmazonCloudWatch", "CW:Requests", "PutMetricData", kRequests, 1'000'100});
  EXPECT_EQ(cost("2026-11-09", "2026-11-10"), decimal(100 * 0.00001));
}

TEST_F(WholeBill, WhatS3SendsUsesUpTheSameHundredGigabytes) {
  test.db->write([&](store::Tx& tx) {
    region::meter_event(tx, at("2026-11-08T10:00:00Z"), {"123456789012", "ap-northeast-2"}, "arn:aws:s3:::b",
                        {"Amazon Simple Storage Service", "DataTransfer-Out-Bytes", "GetObject",
                         region::UsageUnit::kGigabytes, 90 * kGiB});
  });
  send("2026-11-09T10:00:00Z", 30);
  EXPECT_EQ(cost("2026-11-08", "2026-11-09"), "0");
  EXPECT_EQ(cost("2026-11-09", "2026-11-10"), decimal(20 * 0.126));
}

TEST_F(WholeBill, BetweenZonesNothingIsFree) {
  test.db->write([&](store::Tx& tx) {
    for (const char* operation : {"InterZone-Out", "InterZone-In"})
      region::meter_event(
          tx, at("2026-11-08T10:00:00Z"), {"123456789012", "ap-northeast-2"}, arn("i-1"),
          {"EC2 - Other", "DataTransfer-Regional-Bytes", operation, region::UsageUnit::kGigabytes, 3 * kGiB});
  });
  EXPECT_EQ(cost("2026-11-01", "2026-12-01"), decimal(2 * 3 * 0.01));
}

TEST_F(WholeBill, WhatAnAccountHasSpentIsTheSameWhetherItIsAddedUpAtOnceOrHourByHour) {
  use("2026-11-08T08:20:00Z", "i-1", {box("t3.small")});
  send("2026-11-08T10:00:00Z", 90);
  use("2026-11-10T11:59:50Z", "i-2", {box("t3.large")});
  use("2026-11-10T11:59:55Z", "i-2", {});
  double last = 0;
  for (int minutes = 0; minutes < 300; minutes += 20) {
    if (minutes == 100) send("2026-11-10T13:40:00Z", 30);
    if (minutes == 200) use("2026-11-10T15:20:00Z", "i-1", {});
    const double by_hour = spent();
    const double at_once = test.db->read([&](store::Tx& tx) {
      return CostLimits(test.clock, prices, organization).find_standing(tx, "123456789012")->spent;
    });
    EXPECT_NEAR(by_hour, at_once, 1e-9) << minutes;
    EXPECT_GE(by_hour, last);
    last = by_hour;
    test.clock.advance(std::chrono::minutes(20));
  }
  EXPECT_GT(last, 20 * 0.126);
}

TEST_F(WholeBill, ACallAddsUpTheLastHoursAndNotTheAccountsLife) {
  const auto steps = [&] {
    std::int64_t sum = 0;
    test.db->read([&](store::Tx& tx) {
      const store::StatementWatch watch;
      limits.find_standing(tx, "123456789012");
      for (const auto& one : watch.statements()) sum += one.steps;
    });
    return sum;
  };
  organization.tags["123456789012"] = {{std::string(kLimitTag), "1000"}};
  test.db->write([&](store::Tx& tx) {
    for (int i = 0; i < 3000; ++i)
      region::meter_event(tx, at("2026-11-01T00:00:00Z") + Seconds(60 * i), {"123456789012", "ap-northeast-2"},
                          arn("i-" + std::to_string(i)), {kCompute, "CPUCredits:t3", "RunInstances"});
  });
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  const std::int64_t first = steps(), second = steps();
  EXPECT_GT(first, 20 * second) << first << " steps, then " << second;
}

TEST_F(WholeBill, AClockThatRunsFasterFillsTheBillFaster) {
  test.db->write([&](store::Tx& tx) { region::set_bill_pace(tx, test.clock.now(), 60); });
  const auto say = [&](const std::vector<region::Use>& uses) {
    test.db->write([&](store::Tx& tx) {
      region::meter(tx, test.clock.now(), {"123456789012", "ap-northeast-2"}, arn("i-1"), uses);
    });
  };
  say({box("t3.small")});
  test.clock.advance(std::chrono::minutes(2));
  say({});
  EXPECT_EQ(cost("2026-11-10", "2026-11-11"), "0.052") << "two hours";
  EXPECT_NEAR(spent(), 0.052, 1e-9);
  // Back at the real pace it goes on from where it was.
  test.db->write([&](store::Tx& tx) { region::set_bill_pace(tx, test.clock.now(), 1); });
  say({box("t3.small")});
  test.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(cost("2026-11-10", "2026-11-11"), "0.078");
}

TEST_F(WholeBill, ThePaceIsTheOperatorsFile) {
  const std::string file = test.folder + "/bill-pace", told = test.folder + "/" + region::kBillClockFile;
  for (const char* wrong : {"", "fast", "0", "1000000", "-5"}) {
    write_file_atomic(file, wrong);
    EXPECT_THROW(keep_bill_clock(test.home), std::runtime_error) << wrong;
  }
  EXPECT_FALSE(path_exists(told));
  write_file_atomic(file, "3600\n");
  keep_bill_clock(test.home);
  test.clock.advance(Seconds(2));
  const auto now = test.db->read([&](store::Tx& tx) { return region::bill_time(tx, test.clock.now()); });
  EXPECT_EQ(now - test.clock.now(), Seconds(2 * 3600 - 2));
  EXPECT_EQ(Json::parse(read_file(told)).integer("pace"), 3600);
}

}  // namespace
}  // namespace hanbat::ce
