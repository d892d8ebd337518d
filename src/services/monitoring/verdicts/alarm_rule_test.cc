// Rules of composite alarms: which hold, and which are none.
#include "services/monitoring/verdicts/alarm_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/testing.h"

namespace hanbat::monitoring {
namespace {

bool holds(const std::string& text) {
  return AlarmRule::parse("PutCompositeAlarm", text).holds([](const std::string& name) -> std::optional<AlarmState> {
    if (name == "cpu") return AlarmState::kAlarm;
    if (name == "a disk") return AlarmState::kOk;
    return std::nullopt;
  });
}

TEST(AlarmRules, HoldAsTheStatesOfTheirAlarmsSay) {
  EXPECT_TRUE(holds("ALARM(cpu)"));
  EXPECT_FALSE(holds("OK(cpu)"));
  EXPECT_TRUE(holds("ALARM(\"cpu\") AND OK('a disk')"));
  EXPECT_TRUE(holds("ALARM(none) OR NOT ALARM(none)"));
  EXPECT_TRUE(holds("INSUFFICIENT_DATA(none)")) << "an alarm that there is not is without data";
  EXPECT_TRUE(holds("TRUE OR FALSE AND FALSE")) << "AND binds closer";
  EXPECT_FALSE(holds("(TRUE OR FALSE) AND FALSE"));
}

TEST(AlarmRules, NameTheirAlarmsOnceEach) {
  EXPECT_THAT(AlarmRule::parse("x", "ALARM(a) AND (OK(b) OR NOT ALARM(a))").alarms(), testing::ElementsAre("a", "b"));
}

TEST(AlarmRules, ThatAreNoneAreRefused) {
  const auto code = [](const std::string& text) { return wire::code_of([&] { AlarmRule::parse("x", text); }); };
  for (const char* text :
       {"", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) ALARM(b)", "ALARM(\"a)", "alarm(a)", "(TRUE", "TRUE AND"})
    EXPECT_EQ(code(text), "ValidationError") << text;
  EXPECT_EQ(code(std::string(5000, '(')), "ValidationError");
  EXPECT_EQ(code("AT_LEAST(2, ALARM, (a, b, c))"), "NotImplemented");
}

}  // namespace
}  // namespace hanbat::monitoring
