// The stretches of time that calls ask about.
#include "services/ce/ce.h"
#include "services/ce/refusal.h"

namespace hanbat::ce {
namespace {

constexpr std::size_t kMostParts = 4000;

Timestamp require_time(const std::string& text, std::string_view granularity) {
  const bool hourly = granularity == "HOURLY";
  if (hourly != (text.size() > 10))
    throw invalid(hourly ? "Start and end of hours are written yyyy-MM-ddTHH:mm:ssZ"
                         : "Start and end are written yyyy-MM-dd");
  const auto at = parse_iso8601(hourly ? text : text + "T00:00:00Z");
  if (!at) throw invalid("\"" + text + "\" is no date");
  if (hourly && at->ms % kHourMs != 0) throw invalid("Start and end of hours are full hours");
  return *at;
}

}  // namespace

Period require_period(const DateInterval& interval, std::string_view granularity) {
  const Period period{require_time(interval.start, granularity), require_time(interval.end, granularity)};
  if (period.to <= period.from) throw invalid("Start date (and hour) should be before end date (and hour)");
  return period;
}

std::vector<Period> parts_of(const Period& period, std::string_view granularity) {
  std::vector<Period> out;
  for (Timestamp at = period.from; at < period.to;) {
    Timestamp next = next_month(at);
    if (granularity == "DAILY") next = {at.ms + kDayMs};
    if (granularity == "HOURLY") next = {at.ms + kHourMs};
    next = std::min(next, period.to);
    out.push_back({at, next});
    if (out.size() > kMostParts) throw invalid("The period has too many parts of this granularity");
    at = next;
  }
  return out;
}

DateInterval interval_of(const Period& period, std::string_view granularity) {
  if (granularity == "HOURLY") return {.end = iso8601(period.to), .start = iso8601(period.from)};
  return {.end = format_utc(period.to, "%Y-%m-%d"), .start = format_utc(period.from, "%Y-%m-%d")};
}

}  // namespace hanbat::ce
