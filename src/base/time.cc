#include "base/time.h"

#include <cstdio>
#include <ctime>
#include <string>

namespace hanbat {
namespace {

std::tm utc(Timestamp at) {
  std::int64_t seconds = at.ms / 1000;
  if (at.ms % 1000 < 0) --seconds;
  const std::time_t t = static_cast<std::time_t>(seconds);
  std::tm out{};
  gmtime_r(&t, &out);
  return out;
}

/// Reads exactly `count` digits at the front and drops them.
bool digits(std::string_view& text, int count, int& out) {
  if (text.size() < static_cast<std::size_t>(count)) return false;
  out = 0;
  for (int i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

void drop(std::string_view& text, char c) {
  if (!text.empty() && text.front() == c) text.remove_prefix(1);
}

}  // namespace

std::string format_utc(Timestamp at, const char* format) {
  const std::tm tm = utc(at);
  char buffer[128];
  const std::size_t size = std::strftime(buffer, sizeof buffer, format, &tm);
  return {buffer, size};
}

std::string iso8601(Timestamp at) { return format_utc(at, "%04Y-%m-%dT%H:%M:%SZ"); }

std::string iso8601_ms(Timestamp at) {
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(((at.ms % 1000) + 1000) % 1000));
  return format_utc(at, "%04Y-%m-%dT%H:%M:%S") + fraction;
}

std::string basic_iso8601(Timestamp at) { return format_utc(at, "%04Y%m%dT%H%M%SZ"); }

std::string http_date(Timestamp at) { return format_utc(at, "%a, %d %b %04Y %H:%M:%S GMT"); }

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  std::tm tm{};
  int year = 0;
  int month = 0;
  if (!digits(text, 4, year)) return std::nullopt;
  drop(text, '-');
  if (!digits(text, 2, month) || month < 1 || month > 12) return std::nullopt;
  drop(text, '-');
  if (!digits(text, 2, tm.tm_mday) || tm.tm_mday < 1 || tm.tm_mday > 31) return std::nullopt;
  tm.tm_year = year - 1900;
  tm.tm_mon = month - 1;
  std::int64_t ms = 0;
  std::int64_t offset_minutes = 0;
  if (!text.empty() && (text.front() == 'T' || text.front() == 't' || text.front() == ' ')) {
    text.remove_prefix(1);
    if (!digits(text, 2, tm.tm_hour) || tm.tm_hour > 23) return std::nullopt;
    drop(text, ':');
    if (!digits(text, 2, tm.tm_min) || tm.tm_min > 59) return std::nullopt;
    drop(text, ':');
    if (!text.empty() && text.front() >= '0' && text.front() <= '9')
      if (!digits(text, 2, tm.tm_sec) || tm.tm_sec > 60) return std::nullopt;
    if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
      int scale = 100;
      if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        ms += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
      }
    }
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
      const int sign = text.front() == '-' ? -1 : 1;
      text.remove_prefix(1);
      int hours = 0;
      int minutes = 0;
      if (!digits(text, 2, hours)) return std::nullopt;
      drop(text, ':');
      if (!text.empty() && !digits(text, 2, minutes)) return std::nullopt;
      offset_minutes = sign * (hours * 60 + minutes);
    } else {
      drop(text, 'Z');
    }
  }
  if (!text.empty()) return std::nullopt;
  return Timestamp{static_cast<std::int64_t>(timegm(&tm)) * 1000 + ms - offset_minutes * 60'000};
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  std::tm tm{};
  const std::string copy(text);
  for (const char* format : {"%a, %d %b %Y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S", "%a %b %d %H:%M:%S %Y"}) {
    tm = {};
    if (strptime(copy.c_str(), format, &tm)) return Timestamp{static_cast<std::int64_t>(timegm(&tm)) * 1000};
  }
  return std::nullopt;
}

Milliseconds SystemClock::time_to(Timestamp at) const {
  // Not by clamp: the difference to a time that never comes may not fit.
  const Timestamp now = this->now();
  if (at.ms <= now.ms) return Milliseconds(1);
  return at > now + Seconds(30) ? Milliseconds(Seconds(30)) : at - now;
}

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Milliseconds>(since_epoch).count()};
}

}  // namespace hanbat
