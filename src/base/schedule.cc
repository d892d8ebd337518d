#include "base/schedule.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/text.h"

namespace hanbat {
namespace {

using namespace std::chrono;

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;

const std::vector<std::string> kMonthNames = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                              "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
const std::vector<std::string> kWeekdayNames = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Range {
  int low;
  int high;
  const std::vector<std::string>* names = nullptr;
};

std::optional<int> number(std::string_view text, const Range& range) {
  if (range.names)
    for (std::size_t i = 0; i < range.names->size(); ++i)
      if (iequals(text, (*range.names)[i])) return static_cast<int>(i) + 1;
  const auto value = parse_int(text);
  if (!value || *value < range.low || *value > range.high) return std::nullopt;
  return static_cast<int>(*value);
}

// One comma-separated part without letters of its own: *, n, a-b, with /step.
bool add_part(std::string_view part, const Range& range, std::set<int>& out) {
  int step = 0;
  if (const std::size_t slash = part.find('/'); slash != std::string_view::npos) {
    const auto value = parse_int(part.substr(slash + 1));
    if (!value || *value < 1) return false;
    step = static_cast<int>(*value);
    part = part.substr(0, slash);
  }
  int low = range.low, high = range.high;
  if (part != "*") {
    const std::size_t dash = part.find('-');
    const auto first = number(part.substr(0, dash), range);
    if (!first) return false;
    low = *first;
    if (dash != std::string_view::npos) {
      const auto last = number(part.substr(dash + 1), range);
      if (!last) return false;
      high = *last;
    } else if (step == 0) {
      high = low;
    }
  }
  // A range may wrap: FRI-MON, 22-2.
  for (int value = low, left = range.high - range.low + 1; left > 0; --left) {
    if (low <= high ? value > high : (value > high && value < low)) break;
    if (step == 0 || (value - low) % step == 0) out.insert(value);
    if (value == high && low > high) break;
    if (++value > range.high) {
      if (low <= high) break;
      value = range.low;
      if (step > 1) break;
    }
  }
  return !out.empty();
}

bool add_field(std::string_view field, const Range& range, std::set<int>& out) {
  for (const std::string& part : split(field, ','))
    if (!add_part(part, range, out)) return false;
  return true;
}

int days_in(int y, int m) { return static_cast<int>(static_cast<unsigned>((year(y) / month(m) / last).day())); }

int weekday_of(int y, int m, int d) {  // 1 = Sunday
  return static_cast<int>(weekday(sys_days(year(y) / month(m) / day(d))).c_encoding()) + 1;
}

int nearest_weekday(int y, int m, int d) {
  const int length = days_in(y, m);
  d = std::min(d, length);
  const int w = weekday_of(y, m, d);
  if (w == 7) return d > 1 ? d - 1 : d + 2;
  if (w == 1) return d < length ? d + 1 : d - 2;
  return d;
}

}  // namespace

std::optional<Schedule> Schedule::parse(std::string_view text) {
  if (!text.ends_with(")")) return std::nullopt;
  if (text.starts_with("rate(")) return parse_rate(text.substr(5, text.size() - 6));
  if (text.starts_with("cron(")) return parse_cron(text.substr(5, text.size() - 6));
  return std::nullopt;
}

std::optional<Schedule> Schedule::parse_rate(std::string_view body) {
  const std::vector<std::string> parts = split(body, ' ');
  if (parts.size() != 2) return std::nullopt;
  const auto count = parse_int(parts[0]);
  if (!count || *count < 1 || *count > 1'000'000) return std::nullopt;
  std::string unit = parts[1];
  if (*count == 1 ? unit.ends_with('s') : !unit.ends_with('s')) return std::nullopt;
  if (*count > 1) unit.pop_back();
  Schedule schedule;
  if (unit == "minute") schedule.rate_ = minutes(*count);
  if (unit == "hour") schedule.rate_ = hours(*count);
  if (unit == "day") schedule.rate_ = hours(24 * *count);
  if (!schedule.rate_) return std::nullopt;
  return schedule;
}

std::optional<Schedule> Schedule::parse_cron(std::string_view body) {
  std::vector<std::string> fields;
  for (const std::string& field : split(body, ' '))
    if (!field.empty()) fields.push_back(field);
  if (fields.size() != 6) return std::nullopt;
  const std::string &month_days = fields[2], &week_days = fields[4];
  if ((month_days == "?") == (week_days == "?")) return std::nullopt;  // exactly one of the two is '?'

  Schedule schedule;
  schedule.by_weekday_ = month_days == "?";
  if (!add_field(fields[0], {0, 59}, schedule.minutes_) || !add_field(fields[1], {0, 23}, schedule.hours_) ||
      !add_field(fields[3], {1, 12, &kMonthNames}, schedule.months_) ||
      !add_field(fields[5], {kFirstYear, kLastYear}, schedule.years_))
    return std::nullopt;
  for (const std::string& part : split(schedule.by_weekday_ ? week_days : month_days, ',')) {
    const Range range = schedule.by_weekday_ ? Range{1, 7, &kWeekdayNames} : Range{1, 31};
    const std::size_t hash = part.find('#');
    if (schedule.by_weekday_ && hash != std::string::npos) {
      const auto day = number(std::string_view(part).substr(0, hash), range);
      const auto nth = parse_int(std::string_view(part).substr(hash + 1));
      if (!day || !nth || *nth < 1 || *nth > 5) return std::nullopt;
      schedule.specials_.push_back({Special::Kind::kNthOfWeekday, *day, static_cast<int>(*nth)});
    } else if (schedule.by_weekday_ && part.size() > 1 && part.back() == 'L') {
      const auto day = number(std::string_view(part).substr(0, part.size() - 1), range);
      if (!day) return std::nullopt;
      schedule.specials_.push_back({Special::Kind::kLastOfWeekday, *day});
    } else if (schedule.by_weekday_ && part == "L") {
      schedule.weekdays_.insert(7);
    } else if (!schedule.by_weekday_ && part == "L") {
      schedule.specials_.push_back({Special::Kind::kLastDay});
    } else if (!schedule.by_weekday_ && part == "LW") {
      schedule.specials_.push_back({Special::Kind::kLastWeekday});
    } else if (!schedule.by_weekday_ && part.size() > 1 && part.back() == 'W') {
      const auto day = number(std::string_view(part).substr(0, part.size() - 1), range);
      if (!day) return std::nullopt;
      schedule.specials_.push_back({Special::Kind::kNearestWeekday, *day});
    } else if (!add_part(part, range, schedule.by_weekday_ ? schedule.weekdays_ : schedule.days_)) {
      return std::nullopt;
    }
  }
  return schedule;
}

bool Schedule::day_fits(int y, int m, int d) const {
  const int w = weekday_of(y, m, d);
  if (by_weekday_ ? weekdays_.contains(w) : days_.contains(d)) return true;
  return std::any_of(specials_.begin(), specials_.end(), [&](const Special& special) {
    switch (special.kind) {
      case Special::Kind::kLastDay:
        return d == days_in(y, m);
      case Special::Kind::kLastWeekday:
        return d == nearest_weekday(y, m, 31);
      case Special::Kind::kNearestWeekday:
        return special.day <= days_in(y, m) && d == nearest_weekday(y, m, special.day);
      case Special::Kind::kLastOfWeekday:
        return w == special.day && d + 7 > days_in(y, m);
      case Special::Kind::kNthOfWeekday:
        return w == special.day && (d - 1) / 7 + 1 == special.nth;
    }
    return false;
  });
}

std::optional<Timestamp> Schedule::next(Timestamp after) const {
  if (rate_) return after + *rate_;
  const std::int64_t first_minute = after.ms / 60'000 + 1;
  const sys_days first_day = floor<days>(sys_time<minutes>(minutes(first_minute)));
  const int end = years_.empty() ? kFirstYear : *years_.rbegin();
  for (sys_days date = first_day;; date += days(1)) {
    const year_month_day ymd(date);
    const int y = static_cast<int>(ymd.year());
    const int m = static_cast<int>(static_cast<unsigned>(ymd.month()));
    if (y > end) return std::nullopt;
    if (!years_.contains(y) || !months_.contains(m) ||
        !day_fits(y, m, static_cast<int>(static_cast<unsigned>(ymd.day()))))
      continue;
    for (const int hour : hours_)
      for (const int minute : minutes_) {
        const std::int64_t at = duration_cast<minutes>(date.time_since_epoch()).count() + hour * 60 + minute;
        if (at >= first_minute) return Timestamp{at * 60'000};
      }
  }
}

}  // namespace hanbat
