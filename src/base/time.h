// Points in time, their AWS spellings, and the clock that the rest of the system asks, so that a test can move time.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hanbat {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// A point in time, in milliseconds since the Unix epoch, UTC.
struct Timestamp {
  std::int64_t ms = 0;

  static Timestamp of_seconds(double seconds) { return {static_cast<std::int64_t>(seconds * 1000.0)}; }
  double seconds() const { return static_cast<double>(ms) / 1000.0; }
  auto operator<=>(const Timestamp&) const = default;
  Timestamp operator+(Milliseconds d) const { return {ms + d.count()}; }
  Timestamp operator-(Milliseconds d) const { return {ms - d.count()}; }
  Milliseconds operator-(Timestamp other) const { return Milliseconds(ms - other.ms); }
};

/// "2026-11-23T20:00:00Z"
std::string iso8601(Timestamp at);
/// "2026-11-23T20:00:00.123Z"
std::string iso8601_ms(Timestamp at);
/// "20261123T200000Z", as SigV4 writes it
std::string basic_iso8601(Timestamp at);
/// "Mon, 23 Nov 2026 20:00:00 GMT"
std::string http_date(Timestamp at);
/// strftime in UTC
std::string format_utc(Timestamp at, const char* format);

/// Reads ISO 8601 with or without separators, fraction and offset; nothing when it is none.
std::optional<Timestamp> parse_iso8601(std::string_view text);
/// Reads an RFC 7231 date.
std::optional<Timestamp> parse_http_date(std::string_view text);

/// What time it is. Everything that acts on time holds a reference to one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// How long a thread sleeps before it looks again whether it is `at`: at least a millisecond, at most half a minute,
  /// as the machine's clock may be set meanwhile.
  virtual Milliseconds time_to(Timestamp at) const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Milliseconds time_to(Timestamp at) const override;
};

/// A clock that stands still until it is moved. Any thread may ask it; who waits for it looks often.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = {1'600'000'000'000}) : now_ms_(start.ms) {}
  Timestamp now() const override { return {now_ms_}; }
  Milliseconds time_to(Timestamp) const override { return Milliseconds(2); }
  void advance(Milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

}  // namespace hanbat
