#include "services/monitoring/verdicts/alarm_rule.h"

#include <algorithm>

#include "services/monitoring/refusal.h"

namespace hanbat::monitoring {

class RuleParser {
 public:
  RuleParser(std::string_view operation, std::string_view text) : operation_(operation), all_(text), rest_(text) {}

  AlarmRule whole() {
    AlarmRule out = either();
    skip_blanks();
    if (!rest_.empty()) fail("unexpected '" + std::string(rest_.substr(0, 20)) + "'");
    return out;
  }

 private:
  static constexpr int kDeepest = 100;
  static constexpr int kMostElements = 500;

  [[noreturn]] void fail(const std::string& what) const {
    throw_invalid("Invalid AlarmRule at position " + std::to_string(all_.size() - rest_.size()) + ": " + what);
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    const auto is_word = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    if (is_word(word[0]) && rest_.size() > word.size() && is_word(rest_[word.size()])) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  static AlarmRule of(AlarmRule::Kind kind, std::vector<AlarmRule> parts) {
    AlarmRule out;
    out.kind_ = kind;
    out.parts_ = std::move(parts);
    return out;
  }

  AlarmRule either() {
    std::vector<AlarmRule> parts;
    do parts.push_back(both());
    while (take("OR"));
    return parts.size() == 1 ? std::move(parts.front()) : of(AlarmRule::Kind::kOr, std::move(parts));
  }

  AlarmRule both() {
    std::vector<AlarmRule> parts;
    do parts.push_back(one());
    while (take("AND"));
    return parts.size() == 1 ? std::move(parts.front()) : of(AlarmRule::Kind::kAnd, std::move(parts));
  }

  AlarmRule one() {
    if (++elements_ > kMostElements) fail("more than 500 elements");
    if (++depth_ > kDeepest) fail("it is nested too deeply");
    AlarmRule out = take("NOT") ? of(AlarmRule::Kind::kNot, {one()}) : primary();
    --depth_;
    return out;
  }

  AlarmRule primary() {
    if (take("(")) {
      AlarmRule out = either();
      if (!take(")")) fail("')' is missing");
      return out;
    }
    if (take("AT_LEAST")) throw wire::Error::not_implemented(operation_, "AlarmRule with AT_LEAST");
    for (const bool constant : {true, false}) {
      if (!take(constant ? "TRUE" : "FALSE")) continue;
      AlarmRule out;
      out.constant_ = constant;
      return out;
    }
    for (const auto& [state, word] : kWords<AlarmState>) {
      if (!take(word)) continue;
      if (!take("(")) fail("'(' is missing");
      AlarmRule out;
      out.kind_ = AlarmRule::Kind::kState;
      out.state_ = state;
      out.alarm_ = name();
      if (!take(")")) fail("')' is missing");
      return out;
    }
    fail("ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE, NOT or '(' is missing");
  }

  std::string name() {
    skip_blanks();
    std::string out;
    if (!rest_.empty() && (rest_[0] == '"' || rest_[0] == '\'')) {
      const char quote = rest_[0];
      std::size_t i = 1;
      for (; i < rest_.size() && rest_[i] != quote; ++i) {
        if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
        out += rest_[i];
      }
      if (i >= rest_.size()) fail("a name has no end");
      rest_.remove_prefix(i + 1);
    } else {
      const std::size_t end = std::min(rest_.find_first_of(" \t\r\n)"), rest_.size());
      out = std::string(rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
    if (out.empty()) fail("an alarm's name is missing");
    return out;
  }

  std::string_view operation_, all_, rest_;
  int depth_ = 0;
  int elements_ = 0;
};

AlarmRule AlarmRule::parse(std::string_view operation, std::string_view text) {
  return RuleParser(operation, text).whole();
}

std::vector<std::string> AlarmRule::alarms() const {
  std::vector<std::string> out;
  if (kind_ == Kind::kState) out.push_back(alarm_);
  for (const AlarmRule& part : parts_)
    for (std::string& name : part.alarms())
      if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  return out;
}

bool AlarmRule::holds(const std::function<std::optional<AlarmState>(const std::string& alarm)>& state_of) const {
  const auto part_holds = [&](const AlarmRule& part) { return part.holds(state_of); };
  switch (kind_) {
    case Kind::kConstant:
      return constant_;
    case Kind::kState:
      return state_of(alarm_).value_or(AlarmState::kInsufficientData) == state_;
    case Kind::kNot:
      return !part_holds(parts_.front());
    case Kind::kAnd:
      return std::ranges::all_of(parts_, part_holds);
    case Kind::kOr:
      return std::ranges::any_of(parts_, part_holds);
  }
  return false;
}

}  // namespace hanbat::monitoring
