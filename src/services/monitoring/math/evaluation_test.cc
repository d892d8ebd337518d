// Metric math over two small series.
#include "services/monitoring/math/evaluation.h"

#include <gtest/gtest.h>

#include <string>

namespace hanbat::monitoring {
namespace {

const Values kFirst{{0, 1}, {60, 2}, {180, 4}};
const Values kSecond{{0, 10}, {60, 0}, {120, 30}};

Result evaluated(const std::string& text) {
  const auto look = [](const std::string& id) {
    if (id == "m1") return Result::of_series({.label = "m1", .period = 60, .values = kFirst});
    if (id == "m2") return Result::of_series({.label = "m2", .period = 60, .values = kSecond});
    throw ExpressionError("no " + id);
  };
  Evaluation evaluation(
      {0, 240}, 60, look,
      [&](const std::string&) { return std::vector<Series>{look("m1").series.front(), look("m2").series.front()}; },
      [&](const MetricSearch& search, const std::string& stat, int period) {
        std::vector<Series> found;
        for (const char* id : {"m1", "m2"})
          if (search.fits("App", id, {})) found.push_back(look(id).series.front());
        for (Series& one : found) one.label += " " + stat + " " + std::to_string(period);
        return found;
      });
  return evaluation.evaluate(parse_expression(text));
}

double number(const std::string& text) {
  const Result out = evaluated(text);
  EXPECT_EQ(out.kind, Result::Kind::kNumber) << text;
  return out.number;
}

Values series(const std::string& text) {
  const Result out = evaluated(text);
  EXPECT_EQ(out.kind, Result::Kind::kSeries) << text;
  return out.series.empty() ? Values{} : out.series.front().values;
}

TEST(MetricMath, BindsAsArithmeticDoes) {
  EXPECT_EQ(number("1+2*3"), 7);
  EXPECT_EQ(number("(1+2)*3"), 9);
  EXPECT_EQ(number("-2^2"), -4);
  EXPECT_EQ(number("2^-1"), 0.5);
  EXPECT_EQ(number("8-3-2"), 3);
  EXPECT_EQ(number("1 < 2 AND 3 < 2 OR 1 == 1"), 1);
}

TEST(MetricMath, JoinsSeriesByTime) {
  EXPECT_EQ(series("m1 + m2"), (Values{{0, 11}, {60, 2}}));
  EXPECT_EQ(series("100 * m1"), (Values{{0, 100}, {60, 200}, {180, 400}}));
  EXPECT_EQ(series("m1 / m2"), (Values{{0, 0.1}})) << "a division by zero is no value";
  EXPECT_EQ(series("m1 > 1"), (Values{{0, 0}, {60, 1}, {180, 1}}));
}

TEST(MetricMath, GathersOneSeriesToANumberAndSeveralToOne) {
  EXPECT_EQ(number("SUM(m1)"), 7);
  EXPECT_EQ(number("MAX(m2)"), 30);
  EXPECT_EQ(series("SUM(METRICS())"), (Values{{0, 11}, {60, 2}, {120, 30}, {180, 4}}));
  EXPECT_EQ(series("AVG([m1, m2])"), (Values{{0, 5.5}, {60, 1}, {120, 30}, {180, 4}}));
  EXPECT_EQ(series("MIN(m1, m2)"), (Values{{0, 1}, {60, 0}, {120, 30}, {180, 4}}));
  EXPECT_EQ(number("METRIC_COUNT(METRICS())"), 2);
  EXPECT_EQ(evaluated("METRICS() * 2").series.size(), 2u);
}

TEST(MetricMath, FillsWhatIsMissing) {
  EXPECT_EQ(series("FILL(m1, 0)"), (Values{{0, 1}, {60, 2}, {120, 0}, {180, 4}}));
  EXPECT_EQ(series("FILL(m1, REPEAT)"), (Values{{0, 1}, {60, 2}, {120, 2}, {180, 4}}));
  EXPECT_EQ(series("FILL(m1, LINEAR)"), (Values{{0, 1}, {60, 2}, {120, 3}, {180, 4}}));
  EXPECT_EQ(series("FILL(m1, m2)"), (Values{{0, 1}, {60, 2}, {120, 30}, {180, 4}}));
  EXPECT_EQ(series("IF(m2 > 5, m2, 0)"), (Values{{0, 10}, {60, 0}, {120, 30}}));
  EXPECT_EQ(series("IF(m2 > 5, m2)"), (Values{{0, 10}, {120, 30}}));
  EXPECT_EQ(series("TIME_SERIES(5)").size(), 4u);
}

TEST(MetricMath, FollowsValuesThroughTime) {
  EXPECT_EQ(series("DIFF(m1)"), (Values{{60, 1}, {180, 2}}));
  EXPECT_EQ(series("RATE(m1) * 60"), (Values{{60, 1}, {180, 1}}));
  EXPECT_EQ(series("RUNNING_SUM(m1)"), (Values{{0, 1}, {60, 3}, {180, 7}}));
  EXPECT_EQ(number("PERIOD(m1)"), 60);
  EXPECT_EQ(series("MINUTE(m1)"), (Values{{0, 0}, {60, 1}, {180, 3}}));
}

TEST(MetricMath, SearchesForMetrics) {
  EXPECT_EQ(evaluated("SEARCH('{App}', 'Sum')").series.size(), 2u);
  EXPECT_EQ(evaluated("SEARCH('{App} MetricName=\"m2\"', 'p99', 300)").series.front().label, "m2 p99 300");
  EXPECT_EQ(series("SUM(SEARCH('{App}', 'Sum'))"), (Values{{0, 11}, {60, 2}, {120, 30}, {180, 4}}));
  for (const char* text : {"SEARCH('{App}')", "SEARCH('{App}', 'Summe')", "SEARCH('{App}', 'Sum', 61)",
                           "SEARCH(m1, 'Sum')", "SEARCH('{App}', 'Sum', 1e99)", "SEARCH('', 'Sum')"})
    EXPECT_THROW(evaluated(text), ExpressionError) << text;
}

TEST(MetricMath, SortsAndCutsWhatIsFound) {
  const auto labels = [](const std::string& text) {
    std::string out;
    for (const Series& one : evaluated(text).series) out += one.label;
    return out;
  };
  EXPECT_EQ(labels("SORT([m1, m2], MAX, DESC)"), "m2m1");
  EXPECT_EQ(labels("SORT([m2, m1], AVG, ASC)"), "m1m2");
  EXPECT_EQ(labels("SORT([m1, m2], SUM, DESC, 1)"), "m2");
  EXPECT_EQ(labels("SLICE([m1, m2], 1)"), "m2");
  EXPECT_EQ(labels("SLICE([m1, m2], 0, 9)"), "m1m2");
  EXPECT_EQ(labels("SLICE(SORT([m1, m2], MAX, DESC), 0, 1)"), "m2");
  EXPECT_EQ(labels("SLICE([m1, m2], 2, 5)"), "");
  for (const char* text : {"SORT(m1)", "SORT(m1, FIRST, ASC)", "SORT(m1, MAX, UP)", "SORT(m1, MAX, ASC, 0)",
                           "SLICE(m1, 0)", "SLICE([m1, m2])", "SLICE([m1, m2], m1)"})
    EXPECT_THROW(evaluated(text), ExpressionError) << text;
}

TEST(MetricMath, RefusesWhatIsNoExpression) {
  for (const char* text : {"", "1 +", "(1", "m1 m2", "FOO(m1)", "FILL(m1)", "IF(m1)", "[m1, 2]", "ABS()", "\"x\" + 1",
                           "1..2", "METRICS() + METRICS()", "m9", "#"})
    EXPECT_THROW(evaluated(text), ExpressionError) << text;
  EXPECT_THROW(evaluated("ANOMALY_DETECTION_BAND(m1)"), ExpressionNotBuilt);
  EXPECT_THROW(parse_expression("SELECT AVG(CPUUtilization) FROM \"AWS/EC2\""), ExpressionNotBuilt);
  EXPECT_THROW(parse_expression(std::string(2000, '(')), ExpressionError);
  EXPECT_THROW(parse_expression(std::string(2000, '-') + "1" + std::string(900, '^')), ExpressionError);
}

}  // namespace
}  // namespace hanbat::monitoring
