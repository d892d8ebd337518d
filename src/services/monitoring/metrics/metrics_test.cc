// Metrics as callers put and read them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "gen/monitoring/client.h"
#include "region/testing.h"
#include "services/monitoring/monitoring.h"
#include "wire/testing.h"

namespace hanbat::monitoring {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Metrics : public testing::Test {
 protected:
  Metrics() {
    t.add<Monitoring>();
    t.start();
  }
  Client client() { return Client(t.home, t.user, t.region); }
  static MetricDatum datum(const std::string& name, double value) {
    MetricDatum out;
    out.metric_name = name;
    out.value = value;
    return out;
  }
  void put(const MetricDatum& one, const std::string& space = "App") {
    client().put_metric_data({.metric_data = std::vector{one}, .namespace_ = space});
  }
  std::string code(const std::function<void(MetricDatum&)>& change, const std::string& space = "App") {
    MetricDatum one = datum("m", 1);
    change(one);
    return wire::code_of([&] { put(one, space); });
  }
  GetMetricStatisticsInput question(std::vector<std::string> statistics) {
    GetMetricStatisticsInput in;
    in.namespace_ = "App";
    in.metric_name = "m";
    in.start_time = t.clock.now() - std::chrono::minutes(10);
    in.end_time = t.clock.now() + std::chrono::minutes(1);
    in.period = 60;
    in.statistics = std::move(statistics);
    return in;
  }
  std::vector<Datapoint> points(GetMetricStatisticsInput in) { return *client().get_metric_statistics(in).datapoints; }
  std::vector<std::string> names(const ListMetricsInput& in = {}) {
    std::vector<std::string> out;
    const auto found = client().list_metrics(in);
    for (const Metric& one : *found.metrics) {
      std::string text = *one.namespace_ + "/" + *one.metric_name;
      for (const Dimension& each : *one.dimensions) text += " " + each.name + "=" + each.value;
      out.push_back(text);
    }
    return out;
  }
  MetricDataQuery stat(const std::string& id, const std::string& name, const std::string& which) {
    MetricDataQuery out;
    out.id = id;
    out.metric_stat.emplace();
    out.metric_stat->metric = {.dimensions = {}, .metric_name = name, .namespace_ = "App"};
    out.metric_stat->period = 60;
    out.metric_stat->stat = which;
    return out;
  }
  MetricDataQuery expression(const std::string& id, const std::string& text) {
    MetricDataQuery out;
    out.id = id;
    out.expression = text;
    return out;
  }
  GetMetricDataOutput ask(std::vector<MetricDataQuery> queries) {
    GetMetricDataInput in;
    in.metric_data_queries = std::move(queries);
    in.start_time = t.clock.now() - std::chrono::minutes(10);
    in.end_time = t.clock.now() + std::chrono::minutes(1);
    return client().get_metric_data(in);
  }

  region::TestRegion t;
};

TEST_F(Metrics, ValuesOfAMinuteBecomeOneDatapoint) {
  put(datum("m", 3));
  MetricDatum more = datum("m", 0);
  more.value.reset();
  more.values = std::vector<double>{1, 8};
  more.counts = std::vector<double>{2, 1};
  put(more);
  const auto found = points(question({"Average", "Sum", "SampleCount", "Minimum", "Maximum"}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sum, 13);
  EXPECT_EQ(found[0].sample_count, 4);
  EXPECT_EQ(found[0].average, 3.25);
  EXPECT_EQ(found[0].minimum, 1);
  EXPECT_EQ(found[0].maximum, 8);
  EXPECT_EQ(found[0].unit, "None");
  EXPECT_EQ(found[0].timestamp->ms % 60'000, 0);
  GetMetricStatisticsInput in = question({});
  in.statistics.reset();
  in.extended_statistics = std::vector<std::string>{"p50", "p100"};
  EXPECT_THAT(*points(in)[0].extended_statistics, ElementsAre(testing::Pair("p100", 8), testing::Pair("p50", 1)));
}

TEST_F(Metrics, AreApartByDimensionsAndUnits) {
  MetricDatum one = datum("m", 1);
  one.unit = "Seconds";
  put(one);
  one.unit = "Bytes";
  put(one);
  one.dimensions = std::vector<Dimension>{{.name = "z", .value = "1"}, {.name = "a", .value = "2"}};
  put(one);
  EXPECT_EQ(points(question({"Sum"})).size(), 2u) << "one of each unit";
  GetMetricStatisticsInput in = question({"Sum"});
  in.unit = "Bytes";
  EXPECT_EQ(points(in).size(), 1u);
  in.dimensions = std::vector<Dimension>{{.name = "a", .value = "2"}, {.name = "z", .value = "1"}};
  EXPECT_EQ(points(in).size(), 1u) << "in whichever order";
  EXPECT_THAT(names(), ElementsAre("App/m a=2 z=1", "App/m"));
}

TEST_F(Metrics, AreListedByWhatTheyAreKnownBy) {
  put(datum("b", 1));
  put(datum("a", 1), "Other");
  MetricDatum one = datum("a", 1);
  one.dimensions = std::vector<Dimension>{{.name = "host", .value = "h1"}};
  put(one);
  EXPECT_THAT(names(), ElementsAre("App/a host=h1", "App/b", "Other/a"));
  EXPECT_THAT(names({.namespace_ = "App"}), ElementsAre("App/a host=h1", "App/b"));
  EXPECT_THAT(names({.metric_name = "a"}), ElementsAre("App/a host=h1", "Other/a"));
  EXPECT_THAT(names({.metric_name = "a", .namespace_ = "Other"}), ElementsAre("Other/a"));
  EXPECT_THAT(names({.dimensions = std::vector<DimensionFilter>{{.name = "host"}}}), ElementsAre("App/a host=h1"));
  EXPECT_THAT(names({.dimensions = std::vector<DimensionFilter>{{.name = "host", .value = "h2"}}}), IsEmpty());
  t.clock.advance(std::chrono::hours(4));
  EXPECT_THAT(names({.recently_active = "PT3H"}), IsEmpty());
  t.clock.advance(std::chrono::hours(14 * 24));
  EXPECT_THAT(names(), IsEmpty()) << "what had no value for two weeks";
}

TEST_F(Metrics, OfASecondAreReadByTheSecondForThreeHours) {
  MetricDatum one = datum("m", 1);
  one.storage_resolution = 1;
  for (int i = 0; i < 3; ++i) {
    put(one);
    t.clock.advance(std::chrono::seconds(1));
  }
  GetMetricStatisticsInput in = question({"Sum"});
  in.start_time = t.clock.now() - std::chrono::seconds(20);
  in.end_time = t.clock.now() + std::chrono::seconds(2);
  in.period = 1;
  EXPECT_EQ(points(in).size(), 3u);
  t.clock.advance(std::chrono::hours(4));
  t.run_until_idle();
  EXPECT_EQ(points(in).size(), 0u) << "they lie in minutes now";
  in.period = 60;
  in.start_time = in.start_time - std::chrono::minutes(2);
  double sum = 0;
  for (const auto& point : points(in)) sum += *point.sum;
  EXPECT_EQ(sum, 3);
}

TEST_F(Metrics, GrowOldInCoarserPointsAndGo) {
  for (int i = 0; i < 5; ++i) {
    put(datum("m", 2));
    t.clock.advance(std::chrono::minutes(1));
  }
  GetMetricStatisticsInput in = question({"Sum"});
  in.start_time = t.clock.now() - std::chrono::hours(2);
  in.period = 3600;
  const auto sum = [&] {
    double out = 0;
    for (const auto& point : points(in)) out += *point.sum;
    return out;
  };
  for (const int days : {16, 64, 300}) {
    t.clock.advance(std::chrono::hours(24 * days));
    t.run_until_idle();
    EXPECT_EQ(sum(), 10) << days;
  }
  t.clock.advance(std::chrono::hours(24 * 200));
  t.run_until_idle();
  EXPECT_EQ(sum(), 0);
}

TEST_F(Metrics, ExpressionsAreCalculatedOverThem) {
  put(datum("errors", 5));
  put(datum("requests", 50));
  auto hidden = stat("r", "requests", "Sum");
  hidden.return_data = false;
  const auto out = ask({stat("e", "errors", "Sum"), hidden, expression("rate", "100 * (e / r)")});
  ASSERT_EQ(out.metric_data_results->size(), 2u);
  EXPECT_EQ(out.metric_data_results->at(0).label, "errors");
  EXPECT_EQ(out.metric_data_results->at(1).id, "rate");
  EXPECT_EQ(out.metric_data_results->at(1).status_code, "Complete");
  EXPECT_THAT(*out.metric_data_results->at(1).values, ElementsAre(10));
}

TEST_F(Metrics, ASearchFindsThoseThatThereAre) {
  for (const auto& [name, host, value] : {std::tuple("cpu", "h1", 3.0), {"cpu", "h2", 5.0}, {"disk", "h1", 7.0}}) {
    MetricDatum one = datum(name, value);
    one.dimensions = std::vector<Dimension>{{.name = "host", .value = host}};
    put(one);
  }
  put(datum("cpu", 9));
  const auto found = [&](const std::string& text, const std::optional<std::string>& label = {}) {
    MetricDataQuery query = expression("a", text);
    query.label = label;
    std::string out;
    const GetMetricDataOutput answer = ask({query});
    for (const auto& one : *answer.metric_data_results) {
      EXPECT_EQ(one.id, "a");
      out +=
          *one.label + "=" + (one.values->empty() ? "" : std::to_string(static_cast<int>(one.values->front()))) + ";";
    }
    return out;
  };
  EXPECT_EQ(found("SEARCH('{App,host} MetricName=\"cpu\"', 'Sum', 60)"), "h1=3;h2=5;");
  EXPECT_EQ(found("SEARCH('{App,host}', 'Sum')"), "h1 cpu=3;h2 cpu=5;h1 disk=7;");
  EXPECT_EQ(found("SEARCH('{App} cpu', 'Maximum')"), "cpu=9;");
  EXPECT_EQ(found("SEARCH('{App,host} cpu', 'Sum')", "of"), "of h1=3;of h2=5;");
  EXPECT_EQ(found("SUM(SEARCH('{App,host} cpu', 'Sum'))"), "a=8;");
  EXPECT_EQ(found("SORT(SEARCH('{App,host} cpu', 'Sum'), MAX, DESC, 1)"), "h2=5;");
  EXPECT_EQ(found("SEARCH('{Other} cpu', 'Sum')"), "");
}

TEST_F(Metrics, QueriesThatAreNoneAreRefused) {
  const auto code = [&](std::vector<MetricDataQuery> queries) {
    return wire::code_of([&] { ask(std::move(queries)); });
  };
  EXPECT_EQ(code({stat("Upper", "m", "Sum")}), "ValidationError");
  EXPECT_EQ(code({stat("a", "m", "Sum"), stat("a", "m", "Sum")}), "ValidationError");
  EXPECT_EQ(code({stat("a", "m", "p200")}), "ValidationError");
  EXPECT_EQ(code({expression("a", "b + 1")}), "ValidationError");
  EXPECT_EQ(code({expression("a", "a + 1")}), "ValidationError") << "itself";
  EXPECT_EQ(code({expression("a", "1 + 1")}), "ValidationError") << "no time series";
  EXPECT_EQ(code({expression("a", "ANOMALY_DETECTION_BAND(a)")}), "NotImplemented");
  EXPECT_EQ(code({expression("a", "SEARCH('{App', 'Sum')")}), "ValidationError");
  auto both = stat("a", "m", "Sum");
  both.expression = "1";
  EXPECT_EQ(code({both}), "ValidationError");
}

TEST_F(Metrics, ThatAwsDoesNotTakeAreRefused) {
  const auto plain = [](MetricDatum&) {};
  EXPECT_EQ(code(plain), "");
  EXPECT_EQ(code(plain, "AWS/EC2"), "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& one) { one.statistic_values = StatisticSet{}; }), "InvalidParameterCombinationException");
  EXPECT_EQ(code([](auto& one) { one.value.reset(); }), "MissingRequiredParameterException");
  EXPECT_EQ(code([](auto& one) {
              one.value.reset();
              one.values = std::vector<double>{1, 2};
              one.counts = std::vector<double>{1};
            }),
            "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& one) { one.value = std::numeric_limits<double>::quiet_NaN(); }),
            "InvalidParameterValueException");
  EXPECT_EQ(code([&](auto& one) { one.timestamp = t.clock.now() - std::chrono::hours(15 * 24); }),
            "InvalidParameterValueException");
  EXPECT_EQ(code([&](auto& one) { one.timestamp = t.clock.now() + std::chrono::hours(3); }),
            "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& one) { one.storage_resolution = 5; }), "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& one) {
              one.dimensions = std::vector<Dimension>{{.name = "a", .value = "1"}, {.name = "a", .value = "2"}};
            }),
            "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& one) { one.unit = "Pounds"; }), "ValidationError");
  EXPECT_EQ(wire::code_of([&] { client().put_metric_data({.namespace_ = "App"}); }),
            "MissingRequiredParameterException");
}

TEST_F(Metrics, StatisticsThatAwsDoesNotTellAreRefused) {
  const auto code = [&](auto change) {
    GetMetricStatisticsInput in = question({"Sum"});
    change(in);
    return wire::code_of([&] { points(in); });
  };
  EXPECT_EQ(code([](auto& in) { in.end_time = in.start_time; }), "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& in) { in.period = 61; }), "InvalidParameterValueException");
  EXPECT_EQ(code([](auto& in) { in.extended_statistics = std::vector<std::string>{"p99"}; }),
            "InvalidParameterCombinationException");
  EXPECT_EQ(code([](auto& in) { in.statistics.reset(); }), "MissingRequiredParameterException");
  EXPECT_EQ(code([](auto& in) { in.start_time = in.start_time - std::chrono::hours(25); }),
            "InvalidParameterCombinationException");
}

TEST_F(Metrics, AreAskedAboutWithTheirNamespace) {
  put(datum("m", 1));
  EXPECT_EQ(t.authorizer.condition_key_of("cloudwatch:PutMetricData", "*", "cloudwatch:namespace"), "App");
}

}  // namespace
}  // namespace hanbat::monitoring
