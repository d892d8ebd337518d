// What an alarm's state ought to be: the tables of the CloudWatch User Guide, "Configuring how CloudWatch alarms treat
// missing data".
#include "services/monitoring/verdicts/verdict.h"

#include <gtest/gtest.h>

namespace hanbat::monitoring {
namespace {

struct Case {
  const char* seen;  // the oldest first: '0' within the threshold, 'X' beyond, '-' missing
  AlarmState missing, breaching, not_breaching;
  std::optional<AlarmState> ignore;
};

constexpr AlarmState kOk = AlarmState::kOk, kAlarm = AlarmState::kAlarm, kNone = AlarmState::kInsufficientData;

AlarmState state_after(const char* seen, int to_alarm, Missing missing, AlarmState before) {
  const Threshold threshold{
      .comparison = Comparison::kGreater, .value = 5, .periods = 3, .to_alarm = to_alarm, .missing = missing};
  const Window window{.start = 0, .end = 300, .period = 60};
  Values values;
  for (int i = 0; i < 5; ++i)
    if (seen[i] != '-') values[i * 60] = seen[i] == 'X' ? 9 : 1;
  const auto verdict = judge(threshold, window, values, before);
  return verdict ? verdict->state : before;
}

void check(const Case& one, int to_alarm) {
  for (const AlarmState before : {kOk, kAlarm, kNone}) {
    EXPECT_EQ(state_after(one.seen, to_alarm, Missing::kMissing, before), one.missing) << one.seen;
    EXPECT_EQ(state_after(one.seen, to_alarm, Missing::kBreaching, before), one.breaching) << one.seen;
    EXPECT_EQ(state_after(one.seen, to_alarm, Missing::kNotBreaching, before), one.not_breaching) << one.seen;
    EXPECT_EQ(state_after(one.seen, to_alarm, Missing::kIgnore, before), one.ignore.value_or(before)) << one.seen;
  }
}

TEST(Verdicts, OfThreeOutOfThreeAreThoseOfTheGuide) {
  check({"0-X-X", kOk, kOk, kOk, kOk}, 3);
  check({"----0", kOk, kOk, kOk, kOk}, 3);
  check({"-----", kNone, kAlarm, kOk, std::nullopt}, 3);
  check({"0XX-X", kAlarm, kAlarm, kAlarm, kAlarm}, 3);
  check({"--X--", kAlarm, kAlarm, kOk, std::nullopt}, 3);
}

TEST(Verdicts, OfTwoOutOfThreeAreThoseOfTheGuide) {
  check({"0-X-X", kAlarm, kAlarm, kAlarm, kAlarm}, 2);
  check({"00X0X", kAlarm, kAlarm, kAlarm, kAlarm}, 2);
  check({"0-X--", kOk, kAlarm, kOk, kOk}, 2);
  check({"----0", kOk, kAlarm, kOk, kOk}, 2);
  check({"---X-", kAlarm, kAlarm, kOk, std::nullopt}, 2);
}

TEST(Verdicts, OfOneYoungValueBeyondTheThresholdLeaveTheStateAsItIs) {
  EXPECT_EQ(state_after("----X", 3, Missing::kMissing, kNone), kNone);
  EXPECT_EQ(state_after("----X", 3, Missing::kMissing, kOk), kOk);
}

TEST(Verdicts, SayWhyInAwsWords) {
  const Threshold threshold{.comparison = Comparison::kGreater, .value = 5, .periods = 1, .to_alarm = 1};
  const Window window{.start = 1'600'000'020, .end = 1'600'000'200, .period = 60};
  const auto verdict = judge(threshold, window, {{1'600'000'140, 7.5}}, kOk);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(
      verdict->reason,
      "Threshold Crossed: 1 out of the last 1 datapoints [7.5 (13/09/20 12:29:00)] was greater than the threshold "
      "(5.0) (minimum 1 datapoint for OK -> ALARM transition).");
  EXPECT_EQ(judge(threshold, window, {}, kOk)->reason, "Insufficient Data: 1 datapoint was unknown.");
  Threshold filled = threshold;
  filled.missing = Missing::kBreaching;
  EXPECT_EQ(judge(filled, window, {}, kOk)->reason,
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
            "[Breaching].");
}

}  // namespace
}  // namespace hanbat::monitoring
