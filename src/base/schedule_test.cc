// When rate() and cron() expressions are due.
#include "base/schedule.h"

#include <gtest/gtest.h>

namespace hanbat {
namespace {

std::string next(std::string_view expression, std::string_view after) {
  const auto schedule = Schedule::parse(expression);
  if (!schedule) return "invalid";
  const auto at = schedule->next(*parse_iso8601(after));
  return at ? iso8601(*at) : "never";
}

TEST(Schedule, FiresWhenItsExpressionSays) {
  struct Case {
    std::string_view expression, after, want;
  };
  const Case cases[] = {
      {"rate(1 minute)", "2026-11-23T20:00:30Z", "2026-11-23T20:01:30Z"},
      {"rate(2 hours)", "2026-11-23T20:00:00Z", "2026-11-23T22:00:00Z"},
      {"cron(0 10 * * ? *)", "2026-11-23T20:00:00Z", "2026-11-24T10:00:00Z"},
      {"cron(15 12 * * ? *)", "2026-11-23T12:15:00Z", "2026-11-24T12:15:00Z"},
      {"cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00:00Z", "2026-11-30T18:00:00Z"},
      {"cron(0 8 1 * ? *)", "2026-11-23T00:00:00Z", "2026-12-01T08:00:00Z"},
      {"cron(0/15 * * * ? *)", "2026-11-23T20:07:00Z", "2026-11-23T20:15:00Z"},
      {"cron(0/5 8-17 ? * MON-FRI *)", "2026-11-23T17:55:00Z", "2026-11-24T08:00:00Z"},
      {"cron(0 9 ? * 2#1 *)", "2026-11-23T00:00:00Z", "2026-12-07T09:00:00Z"},
      {"cron(0 0 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"},
      {"cron(0 0 ? * 6L *)", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z"},
      {"cron(0 0 1W * ? *)", "2026-07-31T23:00:00Z", "2026-08-03T00:00:00Z"},
      {"cron(0 0 1 1 ? 2020)", "2026-11-23T00:00:00Z", "never"},
      {"cron(30 23 ? * SAT-SUN *)", "2026-11-23T00:00:00Z", "2026-11-28T23:30:00Z"},
  };
  for (const Case& c : cases) EXPECT_EQ(next(c.expression, c.after), c.want) << c.expression;
}

TEST(Schedule, RefusesWhatIsNone) {
  for (const char* expression : {"rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(5)", "cron(* * * * * *)",
                                 "cron(0 10 * * ?)", "cron(61 10 * * ? *)", "at(2026-01-01T00:00:00)", "", "5 minutes"})
    EXPECT_FALSE(Schedule::parse(expression)) << expression;
}

}  // namespace
}  // namespace hanbat
