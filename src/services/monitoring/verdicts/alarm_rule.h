// The rule of a composite alarm: ALARM("cpu") AND (NOT OK(disk) OR TRUE).
// Source: CloudWatch API Reference, PutCompositeAlarm.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/monitoring/alarms/alarm_store.h"

namespace hanbat::monitoring {

class AlarmRule {
 public:
  /// Throws ValidationError for what is no rule, 501 for AT_LEAST.
  static AlarmRule parse(std::string_view operation, std::string_view text);

  /// The alarms that it names, by name or ARN, each once.
  std::vector<std::string> alarms() const;
  /// Whether it holds, given the alarms' states; an alarm that there is not is without data.
  bool holds(const std::function<std::optional<AlarmState>(const std::string& alarm)>& state_of) const;

 private:
  friend class RuleParser;
  enum class Kind { kConstant, kState, kNot, kAnd, kOr };

  Kind kind_ = Kind::kConstant;
  bool constant_ = false;
  AlarmState state_ = AlarmState::kAlarm;
  std::string alarm_;
  std::vector<AlarmRule> parts_;
};

}  // namespace hanbat::monitoring
