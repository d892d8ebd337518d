// Metric filters as they are kept, and as they are tried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/logs/client.h"
#include "region/testing.h"
#include "services/logs/logs.h"
#include "wire/testing.h"

namespace hanbat::logs {
namespace {

class MetricFilters : public testing::Test {
 protected:
  MetricFilters() {
    t.add<Logs>();
    t.start();
    for (const char* name : {"app", "other"}) client().create_log_group({.log_group_name = name});
  }
  Client client() { return Client(t.home, t.user, t.region); }
  static PutMetricFilterInput filter(const std::string& group, const std::string& name) {
    return {.filter_name = name,
            .filter_pattern = "{ $.status >= 500 }",
            .log_group_name = group,
            .metric_transformations = {{.metric_name = "errors", .metric_namespace = "Web", .metric_value = "1"}}};
  }
  std::vector<std::string> names(DescribeMetricFiltersInput in) {
    std::vector<std::string> out;
    const auto found = client().describe_metric_filters(in);
    for (const auto& one : *found.metric_filters) out.push_back(*one.log_group_name + "/" + *one.filter_name);
    return out;
  }
  int count_of(const std::string& group) {
    return *client().describe_log_groups({.log_group_name_prefix = group}).log_groups->at(0).metric_filter_count;
  }

  region::TestRegion t;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(MetricFilters, AFilterIsKeptReplacedCountedAndGoesWithItsGroup) {
  client().put_metric_filter(filter("app", "b"));
  client().put_metric_filter(filter("app", "a"));
  client().put_metric_filter(filter("other", "a"));
  auto again = filter("app", "a");
  again.filter_pattern = "ERROR";
  client().put_metric_filter(again);
  EXPECT_EQ(count_of("app"), 2);
  EXPECT_THAT(names({}), ElementsAre("app/a", "other/a", "app/b"));
  const auto one = client().describe_metric_filters({.filter_name_prefix = "a", .log_group_name = "app"});
  ASSERT_EQ(one.metric_filters->size(), 1u);
  EXPECT_EQ(one.metric_filters->at(0).filter_pattern, "ERROR");
  EXPECT_EQ(one.metric_filters->at(0).creation_time, t.clock.now().ms);
  EXPECT_THAT(names({.metric_name = "errors", .metric_namespace = "Mail"}), IsEmpty());

  client().delete_metric_filter({.filter_name = "b", .log_group_name = "app"});
  EXPECT_EQ(wire::code_of([&] { client().delete_metric_filter({.filter_name = "b", .log_group_name = "app"}); }),
            "ResourceNotFoundException");
  client().delete_log_group({.log_group_name = "app"});
  EXPECT_THAT(names({}), ElementsAre("other/a"));
}

TEST_F(MetricFilters, WhatAwsDoesNotTakeIsRefused) {
  const auto code = [&](auto change) {
    PutMetricFilterInput in = filter("app", "x");
    change(in);
    return wire::code_of([&] { client().put_metric_filter(in); });
  };
  const std::string invalid = "InvalidParameterException";
  EXPECT_EQ(code([](auto& in) { in.filter_pattern = "{ $.status >= }"; }), invalid);
  EXPECT_EQ(code([](auto& in) { in.filter_name = "a:b"; }), invalid);
  EXPECT_EQ(code([](auto& in) { in.metric_transformations[0].metric_value = "many"; }), invalid);
  EXPECT_EQ(code([](auto& in) {
              in.metric_transformations[0].default_value = 0;
              in.metric_transformations[0].dimensions = std::map<std::string, std::string>{{"Path", "$.path"}};
            }),
            invalid);
  EXPECT_EQ(code([](auto& in) { in.log_group_name = "none"; }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { names({.metric_name = "errors"}); }), invalid);
  EXPECT_EQ(count_of("app"), 0);
}

TEST_F(MetricFilters, ATriedPatternTellsWhichEventsMatchAndWhatItNamesOfThem) {
  const auto out =
      client().test_metric_filter({.filter_pattern = "[ip, user, ..., status = 5*, size]",
                                   .log_event_messages = {R"(127.0.0.1 - [10/Oct/2021:13:25:15] "GET /a b" 200 15)",
                                                          R"(127.0.0.1 - [10/Oct/2021:13:25:16] "GET /a b" 503 7)"}});
  ASSERT_EQ(out.matches->size(), 1u);
  EXPECT_EQ(out.matches->at(0).event_number, 2);
  EXPECT_THAT(*out.matches->at(0).extracted_values,
              testing::UnorderedElementsAre(testing::Pair("$ip", "127.0.0.1"), testing::Pair("$user", "-"),
                                            testing::Pair("$status", "503"), testing::Pair("$size", "7")));
}

}  // namespace
}  // namespace hanbat::logs
