// Alarms from their making to what they do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/json.h"
#include "gen/monitoring/client.h"
#include "region/testing.h"
#include "services/monitoring/monitoring.h"
#include "wire/testing.h"

namespace hanbat::monitoring {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Alarms : public testing::Test {
 protected:
  Alarms() {
    t.add<Monitoring>();
    t.home.tasks.handle(std::string(region::kDeliverEvent),
                        [this](store::TaskRun& run) { events.push_back(run.body()); });
    t.start();
  }
  Client client() { return Client(t.home, t.user, t.region); }
  static PutMetricAlarmInput alarm(const std::string& name = "high") {
    PutMetricAlarmInput in;
    in.alarm_name = name;
    in.namespace_ = "App";
    in.metric_name = "load";
    in.statistic = "Average";
    in.period = 60;
    in.evaluation_periods = 1;
    in.threshold = 5;
    in.comparison_operator = "GreaterThanThreshold";
    return in;
  }
  void put(double value) {
    MetricDatum one;
    one.metric_name = "load";
    one.value = value;
    client().put_metric_data({.metric_data = std::vector{one}, .namespace_ = "App"});
  }
  /// A minute with that value, and what the alarms make of it.
  void minute(double value) {
    put(value);
    pass();
  }
  void pass(Milliseconds time = std::chrono::minutes(1)) {
    t.clock.advance(time);
    t.run_until_idle();
  }
  MetricAlarm shown(const std::string& name = "high") {
    return client().describe_alarms({.alarm_names = std::vector{name}}).metric_alarms->at(0);
  }
  std::string composite_state(const std::string& name) {
    return *client()
                .describe_alarms(
                    {.alarm_names = std::vector{name}, .alarm_types = std::vector<std::string>{"CompositeAlarm"}})
                .composite_alarms->at(0)
                .state_value;
  }
  std::vector<std::string> history(const std::string& type, const std::string& name = "high") {
    std::vector<std::string> out;
    const auto found = client().describe_alarm_history(
        {.alarm_name = name, .history_item_type = type, .scan_by = "TimestampAscending"});
    for (const auto& one : *found.alarm_history_items) out.push_back(*one.history_summary);
    return out;
  }

  region::TestRegion t;
  std::vector<Json> events;
};

TEST_F(Alarms, AnAlarmGoesWhereItsMetricGoes) {
  client().put_metric_alarm(alarm());
  EXPECT_EQ(shown().state_value, "INSUFFICIENT_DATA");
  EXPECT_EQ(shown().state_reason, "Unchecked: Initial alarm creation");
  minute(9);
  EXPECT_EQ(shown().state_value, "ALARM");
  EXPECT_THAT(*shown().state_reason, HasSubstr("was greater than the threshold (5.0)"));
  EXPECT_THAT(*shown().state_reason_data, HasSubstr("\"recentDatapoints\":[9]"));
  minute(1);
  EXPECT_EQ(shown().state_value, "OK");
  for (int i = 0; i < 5; ++i) pass();
  EXPECT_EQ(shown().state_value, "INSUFFICIENT_DATA") << "nothing came for so long";
  EXPECT_THAT(history("StateUpdate"),
              ElementsAre("Alarm updated from INSUFFICIENT_DATA to ALARM", "Alarm updated from ALARM to OK",
                          "Alarm updated from OK to INSUFFICIENT_DATA"));
  EXPECT_THAT(history("ConfigurationUpdate"), ElementsAre("Alarm \"high\" created"));
}

TEST_F(Alarms, AChangeIsAnEventInAwsShape) {
  auto in = alarm();
  in.alarm_description = "too much";
  in.dimensions = std::vector<Dimension>{};
  client().put_metric_alarm(in);
  t.run_until_idle();
  events.clear();
  minute(9);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text("detail-type"), "CloudWatch Alarm State Change");
  EXPECT_EQ(events[0].text("source"), "aws.cloudwatch");
  EXPECT_THAT(events[0].texts("resources"), ElementsAre("arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:high"));
  const Json& detail = events[0]["detail"];
  EXPECT_EQ(detail.text("alarmName"), "high");
  EXPECT_EQ(detail["state"].text("value"), "ALARM");
  EXPECT_EQ(detail["previousState"].text("value"), "INSUFFICIENT_DATA");
  EXPECT_EQ(detail["configuration"].text("description"), "too much");
  const Json& stat = detail["configuration"]["metrics"].items().at(0)["metricStat"];
  EXPECT_EQ(stat["metric"].text("name"), "load");
  EXPECT_EQ(stat.integer("period"), 60);
}

TEST_F(Alarms, AnAlarmOfSeveralPeriodsWaitsForAsManyAsItIsTold) {
  auto in = alarm();
  in.evaluation_periods = 3;
  in.datapoints_to_alarm = 2;
  client().put_metric_alarm(in);
  for (const double value : {1, 9, 1}) minute(value);
  EXPECT_EQ(shown().state_value, "OK");
  minute(9);
  EXPECT_EQ(shown().state_value, "ALARM");
}

TEST_F(Alarms, MissingValuesAreTreatedAsTheAlarmSays) {
  for (const char* how : {"missing", "ignore", "breaching", "notBreaching"}) {
    auto in = alarm(how);
    in.treat_missing_data = how;
    client().put_metric_alarm(in);
  }
  t.run_until_idle();
  EXPECT_EQ(shown("missing").state_value, "INSUFFICIENT_DATA");
  EXPECT_EQ(shown("ignore").state_value, "INSUFFICIENT_DATA");
  EXPECT_EQ(shown("breaching").state_value, "ALARM");
  EXPECT_EQ(shown("notBreaching").state_value, "OK");
}

TEST_F(Alarms, AnAlarmWatchesAnExpression) {
  auto in = alarm();
  in.namespace_.reset();
  in.metric_name.reset();
  in.statistic.reset();
  in.period.reset();
  MetricDataQuery load;
  load.id = "load";
  load.metric_stat.emplace();
  load.metric_stat->metric = {.metric_name = "load", .namespace_ = "App"};
  load.metric_stat->period = 60;
  load.metric_stat->stat = "Sum";
  load.return_data = false;
  MetricDataQuery twice;
  twice.id = "twice";
  twice.expression = "load * 2";
  in.metrics = std::vector{load, twice};
  client().put_metric_alarm(in);
  minute(3);
  EXPECT_EQ(shown().state_value, "ALARM");
  in.metrics->at(0).return_data = true;
  EXPECT_EQ(wire::code_of([&] { client().put_metric_alarm(in); }), "ValidationError") << "two return data";
  in.metrics->at(0).return_data = false;
  in.period = 60;
  EXPECT_EQ(wire::code_of([&] { client().put_metric_alarm(in); }), "ValidationError");
}

TEST_F(Alarms, AnActionThatNothingHereTakesFailsVisibly) {
  auto in = alarm();
  in.alarm_actions = std::vector<std::string>{"arn:aws:sns:ap-northeast-2:123456789012:topic"};
  client().put_metric_alarm(in);
  minute(9);
  EXPECT_THAT(history("Action"), ElementsAre(HasSubstr("Failed to execute action arn:aws:sns:")));
  client().disable_alarm_actions({.alarm_names = {"high", "none"}});
  EXPECT_EQ(shown().actions_enabled, false);
  minute(1);
  minute(9);
  EXPECT_EQ(history("Action").size(), 1u);
  client().enable_alarm_actions({.alarm_names = {"high"}});
  minute(1);
  minute(9);
  EXPECT_EQ(history("Action").size(), 2u);
}

TEST_F(Alarms, AStateThatIsSetByHandActsAndPassesWithTheNextLook) {
  auto in = alarm();
  in.alarm_actions = std::vector<std::string>{"arn:aws:sns:ap-northeast-2:123456789012:topic"};
  client().put_metric_alarm(in);
  minute(1);
  client().set_alarm_state({.alarm_name = "high", .state_reason = "a try", .state_value = "ALARM"});
  EXPECT_EQ(shown().state_reason, "a try");
  t.run_until_idle();
  EXPECT_EQ(history("Action").size(), 1u);
  minute(1);
  EXPECT_EQ(shown().state_value, "OK");
  EXPECT_EQ(wire::code_of(
                [&] { client().set_alarm_state({.alarm_name = "none", .state_reason = "x", .state_value = "OK"}); }),
            "ResourceNotFound");
  EXPECT_EQ(wire::code_of([&] {
              client().set_alarm_state(
                  {.alarm_name = "high", .state_reason = "x", .state_reason_data = "{", .state_value = "OK"});
            }),
            "InvalidFormatFault");
}

TEST_F(Alarms, WhatIsPutAgainKeepsItsStateAndTags) {
  auto in = alarm();
  in.tags = std::vector<Tag>{{.key = "team", .value = "red"}};
  client().put_metric_alarm(in);
  minute(9);
  in.threshold = 100;
  in.tags = std::vector<Tag>{{.key = "team", .value = "blue"}};
  client().put_metric_alarm(in);
  EXPECT_EQ(shown().state_value, "ALARM");
  EXPECT_EQ(client().list_tags_for_resource({.resource_arn = *shown().alarm_arn}).tags->at(0).value, "red");
  t.run_until_idle();
  EXPECT_EQ(shown().state_value, "OK") << "it is looked at at once";
  EXPECT_THAT(history("ConfigurationUpdate"), ElementsAre("Alarm \"high\" created", "Alarm \"high\" updated"));
  client().delete_alarms({.alarm_names = {"high"}});
  EXPECT_THAT(*client().describe_alarms({}).metric_alarms, IsEmpty());
  EXPECT_EQ(wire::code_of([&] { client().delete_alarms({.alarm_names = {"high"}}); }), "ResourceNotFound");
  minute(200);
  EXPECT_EQ(history("ConfigurationUpdate").back(), "Alarm \"high\" deleted");
}

TEST_F(Alarms, AreFoundByTheirMetricTheirStateAndTheirActions) {
  auto one = alarm("one");
  one.ok_actions = std::vector<std::string>{"arn:aws:sns:ap-northeast-2:123456789012:topic"};
  client().put_metric_alarm(one);
  auto other = alarm("other");
  other.metric_name = "disk";
  client().put_metric_alarm(other);
  const auto names = [](const std::vector<MetricAlarm>& alarms) {
    std::vector<std::string> out;
    for (const MetricAlarm& each : alarms) out.push_back(*each.alarm_name);
    return out;
  };
  EXPECT_THAT(names(*client().describe_alarms_for_metric({.metric_name = "disk", .namespace_ = "App"}).metric_alarms),
              ElementsAre("other"));
  EXPECT_THAT(names(*client().describe_alarms({.action_prefix = "arn:aws:sns"}).metric_alarms), ElementsAre("one"));
  EXPECT_THAT(names(*client().describe_alarms({.alarm_name_prefix = "o"}).metric_alarms), ElementsAre("one", "other"));
  EXPECT_THAT(names(*client().describe_alarms({.state_value = "OK"}).metric_alarms), IsEmpty());
}

TEST_F(Alarms, ACompositeAlarmFollowsThoseThatItsRuleNames) {
  client().put_metric_alarm(alarm("a"));
  EXPECT_EQ(wire::code_of([&] { client().put_composite_alarm({.alarm_name = "all", .alarm_rule = "ALARM(b)"}); }),
            "ValidationError");
  client().put_composite_alarm({.alarm_name = "all", .alarm_rule = "ALARM(a) OR FALSE"});
  EXPECT_EQ(composite_state("all"), "OK");
  EXPECT_THAT(*client().describe_alarms({}).composite_alarms, IsEmpty()) << "only those of metrics unless it is said";
  minute(9);
  EXPECT_EQ(composite_state("all"), "ALARM");
  minute(1);
  EXPECT_EQ(composite_state("all"), "OK");
  EXPECT_EQ(wire::code_of([&] { client().put_metric_alarm(alarm("all")); }), "ValidationError") << "of another type";
}

TEST_F(Alarms, ThatAwsDoesNotTakeAreRefused) {
  const auto code = [&](const std::function<void(PutMetricAlarmInput&)>& change) {
    PutMetricAlarmInput in = alarm();
    change(in);
    return wire::code_of([&] { client().put_metric_alarm(in); });
  };
  EXPECT_EQ(code([](auto&) {}), "");
  EXPECT_EQ(code([](auto& in) { in.threshold.reset(); }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.period = 45; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.evaluation_periods = 1441; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.datapoints_to_alarm = 2; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.extended_statistic = "p99"; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.treat_missing_data = "never"; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.comparison_operator = "LessThanLowerThreshold"; }), "NotImplemented");
  EXPECT_EQ(code([](auto& in) { in.alarm_actions = std::vector<std::string>{"not-an-arn"}; }), "ValidationError");
  EXPECT_EQ(code([](auto& in) { in.alarm_actions = std::vector<std::string>{"arn:aws:s3:::bucket"}; }),
            "ValidationError");
  EXPECT_EQ(
      code([](auto& in) { in.alarm_actions = std::vector<std::string>{"arn:aws:automate:ap-northeast-2:ec2:stop"}; }),
      "ValidationError")
      << "of no instance";
  const auto of_instance = [&](const char* action) {
    return code([&](auto& in) {
      in.dimensions = std::vector<Dimension>{{.name = "InstanceId", .value = "i-0123456789abcdef0"}};
      in.alarm_actions = std::vector<std::string>{action};
    });
  };
  EXPECT_EQ(of_instance("arn:aws:automate:ap-northeast-2:ec2:stop"), "");
  EXPECT_EQ(of_instance("arn:aws:swf:ap-northeast-2:123456789012:action/actions/AWS_EC2.InstanceId.Reboot/1.0"), "");
  EXPECT_EQ(of_instance("arn:aws:automate:ap-northeast-2:ec2:recover"), "NotImplemented");
  EXPECT_EQ(of_instance("arn:aws:automate:ap-northeast-2:ec2:explode"), "ValidationError");
}

TEST_F(Alarms, AskAboutTheirActionsAndTags) {
  auto in = alarm();
  in.alarm_actions = std::vector<std::string>{"arn:aws:sns:ap-northeast-2:123456789012:topic"};
  in.tags = std::vector<Tag>{{.key = "team", .value = "red"}};
  client().put_metric_alarm(in);
  EXPECT_EQ(t.authorizer.condition_key_of("cloudwatch:PutMetricAlarm", "*alarm:high", "cloudwatch:AlarmActions"),
            "arn:aws:sns:ap-northeast-2:123456789012:topic");
  EXPECT_EQ(t.authorizer.condition_key_of("cloudwatch:TagResource", "*alarm:high", "aws:RequestTag/team"), "red");
  client().enable_alarm_actions({.alarm_names = {"high"}});
  EXPECT_EQ(t.authorizer.condition_key_of("cloudwatch:EnableAlarmActions", "*alarm:high", "aws:ResourceTag/team"),
            "red");
}

}  // namespace
}  // namespace hanbat::monitoring
