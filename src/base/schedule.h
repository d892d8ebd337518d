// Schedule expressions: rate(5 minutes) and cron(0 10 * * ? *), in UTC, as the EventBridge user guide defines
// them. Pure: from a point in time to the next one.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace hanbat {

class Schedule {
 public:
  /// Reads an expression; nothing when it is not valid.
  static std::optional<Schedule> parse(std::string_view text);

  /// The first time after `after` at which it fires; nothing when there is none (a cron of years gone by). A rate
  /// counts from `after`.
  std::optional<Timestamp> next(Timestamp after) const;

 private:
  /// A day-of-month or day-of-week entry that depends on the month: L, 15W, LW, 6L, 3#2.
  struct Special {
    enum class Kind { kLastDay, kLastWeekday, kNearestWeekday, kLastOfWeekday, kNthOfWeekday };
    Kind kind;
    int day = 0;  // of the month, or of the week (1 = Sunday)
    int nth = 0;
  };

  static std::optional<Schedule> parse_rate(std::string_view body);
  static std::optional<Schedule> parse_cron(std::string_view body);
  bool day_fits(int year, int month, int day) const;

  std::optional<Milliseconds> rate_;
  std::set<int> minutes_, hours_, days_, months_, weekdays_, years_;
  std::vector<Special> specials_;
  bool by_weekday_ = false;
};

}  // namespace hanbat
