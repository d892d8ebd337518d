// Statistics of values, and summaries as they are kept.
#include "services/monitoring/metrics/statistic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace hanbat::monitoring {
namespace {

/// 1 to 100, once each.
Summary hundred() {
  Summary out;
  for (int i = 1; i <= 100; ++i) out.add(i);
  return out;
}

double of(const char* name, const Summary& summary) { return Statistic::parse(name).value().of(summary).value_or(-1); }

TEST(Statistics, AreMadeOfTheValues) {
  EXPECT_EQ(of("SampleCount", hundred()), 100);
  EXPECT_EQ(of("Sum", hundred()), 5050);
  EXPECT_EQ(of("Average", hundred()), 50.5);
  EXPECT_EQ(of("Minimum", hundred()), 1);
  EXPECT_EQ(of("Maximum", hundred()), 100);
  EXPECT_EQ(of("p50", hundred()), 50);
  EXPECT_EQ(of("p99.9", hundred()), 100);
  EXPECT_EQ(of("p0", hundred()), 1);
  EXPECT_EQ(of("tm90", hundred()), 45.5) << "without the ten greatest";
  EXPECT_EQ(of("TM(10%:90%)", hundred()), 50.5);
  EXPECT_EQ(of("TM(:10)", hundred()), 5.5);
  EXPECT_EQ(of("tc90", hundred()), 90);
  EXPECT_EQ(of("TS(90:)", hundred()), 955);
  EXPECT_EQ(of("IQM", hundred()), 50.5);
  EXPECT_EQ(of("PR(:25)", hundred()), 25);
  EXPECT_EQ(of("wm90", hundred()), (45.5 * 90 + 90 * 10) / 100);
}

TEST(Statistics, WithANameThatIsNoneAreRefused) {
  for (const char* name : {"", "average", "p", "p101", "p-1", "p1e1", "tm", "TM(10:90%)", "TM(90%:10%)", "TM()",
                           "TM(:)", "PR(10%:90%)", "pr50", "IQ", "Tm90"})
    EXPECT_FALSE(Statistic::parse(name)) << name;
  EXPECT_FALSE(Statistic::parse_plain("p99"));
}

TEST(Statistics, OfASetThatHidesItsValuesHaveNoPercentiles) {
  Summary set;
  set.add_set(4, 20, 1, 9);
  EXPECT_EQ(of("Average", set), 5);
  EXPECT_EQ(of("p50", set), -1);
  Summary same;
  same.add_set(4, 20, 5, 5);
  EXPECT_EQ(of("p50", same), 5) << "all of it is one value";
  Summary negative;
  negative.add(-3);
  EXPECT_EQ(of("p50", negative), -1);
}

TEST(Summaries, AreWrittenAndReadAsTheyWere) {
  Summary few;
  few.add(20);
  few.add(35.5, 3);
  EXPECT_EQ(few.text(), "20 35.5*3");
  few.add_set(2, 3, 1, 2);
  EXPECT_EQ(few.text(), "=6 129.5 1 35.5 ?");
  EXPECT_EQ(Summary::parse(few.text()).text(), few.text());
  EXPECT_EQ(Summary::parse("20 35.5*3").sum, 126.5);
  for (const char* text : {"x", "=1 2", "1*", "1 *2"})
    EXPECT_THROW(Summary::parse(text), std::invalid_argument) << text;
}

TEST(Summaries, OfManyValuesKeepPercentilesToOnePercent) {
  Summary many, back;
  for (int i = 1; i <= 10'000; ++i) many.add(i / 7.0);
  EXPECT_LE(many.values().size(), 2000u);
  EXPECT_NEAR(of("p90", many), 9000 / 7.0, 9000 / 7.0 * 0.01);
  EXPECT_EQ(many.count, 10'000);
  back = Summary::parse(many.text());
  EXPECT_EQ(back.sum, many.sum);
  EXPECT_EQ(of("p90", back), of("p90", many));
}

TEST(Summaries, OfValuesFarApartStaySmall) {
  Summary wide;
  for (int i = -3000; i < 3000; ++i) wide.add(std::pow(1.1, i));
  EXPECT_LE(wide.values().size(), 2000u);
  EXPECT_LE(wide.text().size(), 60'000u);
}

}  // namespace
}  // namespace hanbat::monitoring
