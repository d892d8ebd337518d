// What the region measures of itself, what metric filters make of logs, and alarms that act on instances.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "main/whole_region.h"

namespace hanbat {
namespace {

class RegionMetrics : public testing::Test {
 protected:
  // Of its own: time goes by in it.
  RegionMetrics() : tester(region.new_tester()) { region.test.run_until_idle(); }

  void run(const std::vector<Step>& steps) { region.run(tester, "ec2", steps, 0); }
  void pass(Milliseconds time) {
    region.test.clock.advance(time);
    region.test.run_until_idle();
  }
  /// A statistic of all values so far, by the metric's dimensions: {"InstanceId": "i-…"}; -1 where there are none.
  double total(const std::string& space, const std::string& name, const Json& dimensions,
               const std::string& statistic = "Sum") {
    Json of = Json::array();
    for (const auto& [key, value] : dimensions.members()) of.push_back(Json::object({{"Name", key}, {"Value", value}}));
    const Json answer =
        region.call(tester, "monitoring", "GetMetricStatistics",
                    Json::object({{"Namespace", space},
                                  {"MetricName", name},
                                  {"Dimensions", of},
                                  {"StartTime", iso8601(region.test.clock.now() - std::chrono::hours(12))},
                                  {"EndTime", iso8601(region.test.clock.now() + std::chrono::hours(12))},
                                  {"Period", 86'400},
                                  {"Statistics", Json::array({statistic})}}));
    return answer["Datapoints"].empty() ? -1 : answer["Datapoints"].items()[0][statistic].as_double();
  }
  void log(const std::vector<std::string>& messages) {
    Json events = Json::array();
    for (const std::string& message : messages)
      events.push_back(Json::object({{"timestamp", region.test.clock.now().ms}, {"message", message}}));
    region.call(tester, "logs", "PutLogEvents",
                Json::object({{"logGroupName", "app"}, {"logStreamName", "s"}, {"logEvents", events}}));
  }
  void make_group() {
    run({{"CreateLogGroup", R"({"logGroupName":"app"})", "", "logs"},
         {"CreateLogStream", R"({"logGroupName":"app","logStreamName":"s"})", "", "logs"}});
  }
  void make_instance() {
    run({{"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId"},
         {"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.0.0/24"})", "subnet=Subnet.SubnetId"},
         {"DescribeImages", R"({"Owners":["amazon"]})", "image=Images.0.ImageId"},
         {"RunInstances",
          R"({"ImageId":"$image","InstanceType":"t3.micro","MinCount":1,"MaxCount":1,"SubnetId":"$subnet","Monitoring":{"Enabled":true}})",
          "id=Instances.0.InstanceId"},
         {"@work"}});
  }
  std::string state_of_instance() {
    return region.call(tester, "ec2", "DescribeInstances", Json::object())["Reservations"]
        .items()[0]["Instances"]
        .items()[0]["State"]
        .text("Name");
  }

  WholeRegion region;
  Tester tester;
};

TEST_F(RegionMetrics, AMetricFilterCountsTheEventsThatMatch) {
  make_group();
  run({{"PutMetricFilter",
        R"({"logGroupName":"app","filterName":"errors","filterPattern":"{ $.status >= 500 }","metricTransformations":[{"metricName":"errors","metricNamespace":"Web","metricValue":"1","unit":"Count"}]})",
        "", "logs"},
       {"PutMetricFilter",
        R"({"logGroupName":"app","filterName":"latency","filterPattern":"{ $.status >= 500 }","metricTransformations":[{"metricName":"latency","metricNamespace":"Web","metricValue":"$.ms","dimensions":{"Path":"$.path"}}]})",
        "", "logs"},
       {"PutMetricFilter",
        R"({"logGroupName":"app","filterName":"bytes","filterPattern":"[ip, status = 5*, size]","metricTransformations":[{"metricName":"bytes","metricNamespace":"Web","metricValue":"$size"}]})",
        "", "logs"}});
  log({R"({"status":200,"ms":5,"path":"/"})", R"({"status":503,"ms":40,"path":"/a"})",
       R"({"status":500,"ms":60,"path":"/a"})", R"({"status":500,"path":"/b"})", "10.0.0.1 502 700",
       "10.0.0.1 200 900"});
  EXPECT_EQ(total("Web", "errors", Json::object()), 3);
  EXPECT_EQ(total("Web", "latency", Json::object({{"Path", "/a"}})), 100);
  EXPECT_EQ(total("Web", "latency", Json::object({{"Path", "/a"}}), "SampleCount"), 2);
  EXPECT_EQ(total("Web", "latency", Json::object({{"Path", "/b"}})), -1) << "an event without the value";
  EXPECT_EQ(total("Web", "bytes", Json::object()), 700);
  EXPECT_EQ(total("AWS/Logs", "IncomingLogEvents", Json::object({{"LogGroupName", "app"}})), 6);
  EXPECT_GT(total("AWS/Logs", "IncomingBytes", Json::object({{"LogGroupName", "app"}})), 6 * 26);
}

TEST_F(RegionMetrics, ADefaultValueIsToldOnceOfAMinuteInWhichNothingMatched) {
  make_group();
  run({{"PutMetricFilter",
        R"({"logGroupName":"app","filterName":"errors","filterPattern":"ERROR","metricTransformations":[{"metricName":"errors","metricNamespace":"Web","metricValue":"1","defaultValue":0}]})",
        "", "logs"}});
  log({"all is well"});
  log({"still well"});
  EXPECT_EQ(total("Web", "errors", Json::object()), -1);
  pass(std::chrono::minutes(1));
  EXPECT_EQ(total("Web", "errors", Json::object(), "SampleCount"), 1);
  EXPECT_EQ(total("Web", "errors", Json::object()), 0);
  log({"well"});
  log({"ERROR"});
  pass(std::chrono::minutes(1));
  EXPECT_EQ(total("Web", "errors", Json::object(), "SampleCount"), 2) << "that minute had a match";
  EXPECT_EQ(total("Web", "errors", Json::object()), 1);
  pass(std::chrono::minutes(5));
  EXPECT_EQ(total("Web", "errors", Json::object(), "SampleCount"), 2) << "without events there is nothing to tell";
}

TEST_F(RegionMetrics, AnInstanceIsMeasuredAsItsMachineIs) {
  make_instance();
  const std::string id = tester.saved.at("id");
  pass(std::chrono::minutes(1));
  host::MachineCounters& counters = region.host().machine_counters[id];
  counters.cpu_ns += 15'000'000'000;
  counters.received_bytes += 5000;
  counters.sent_bytes += 70;
  pass(std::chrono::minutes(1));
  const Json of = Json::object({{"InstanceId", id}});
  EXPECT_EQ(total("AWS/EC2", "NetworkIn", of), 5000);
  EXPECT_EQ(total("AWS/EC2", "NetworkOut", of), 70);
  EXPECT_GT(total("AWS/EC2", "CPUUtilization", of, "Maximum"), 0);
  EXPECT_LE(total("AWS/EC2", "CPUUtilization", of, "Maximum"), 30);
}

TEST_F(RegionMetrics, AnAlarmStopsTheInstanceThatItWatches) {
  make_instance();
  run({{"PutMetricAlarm",
        R"({"AlarmName":"idle","Namespace":"App","MetricName":"jobs","Dimensions":[{"Name":"InstanceId","Value":"$id"}],"Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"LessThanThreshold","AlarmActions":["arn:aws:automate:ap-northeast-2:ec2:stop"]})",
        "", "monitoring"},
       {"PutMetricData",
        R"({"Namespace":"App","MetricData":[{"MetricName":"jobs","Dimensions":[{"Name":"InstanceId","Value":"$id"}],"Value":0}]})",
        "", "monitoring"}});
  EXPECT_EQ(state_of_instance(), "running");
  pass(std::chrono::minutes(1));
  pass(std::chrono::seconds(10));
  EXPECT_EQ(state_of_instance(), "stopped");
  const Json history = region.call(tester, "monitoring", "DescribeAlarmHistory",
                                   Json::object({{"AlarmName", "idle"}, {"HistoryItemType", "Action"}}));
  ASSERT_EQ(history["AlarmHistoryItems"].size(), 1u);
  EXPECT_EQ(history["AlarmHistoryItems"].items()[0].text("HistorySummary"),
            "Successfully executed action arn:aws:automate:ap-northeast-2:ec2:stop");
}

}  // namespace
}  // namespace hanbat
