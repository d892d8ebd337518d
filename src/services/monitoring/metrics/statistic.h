// Statistics by their names: "Average", "p99.9", "tm90", "TM(10%:90%)", "PR(:300)", and their values.
// Source: CloudWatch User Guide, "CloudWatch statistics definitions".
#pragma once

#include <optional>
#include <string_view>

#include "services/monitoring/metrics/summary.h"

namespace hanbat::monitoring {

class Statistic {
 public:
  /// Nothing for a name that is none.
  static std::optional<Statistic> parse(std::string_view text);
  /// Of the five alone that have a name of their own: SampleCount, Average, Sum, Minimum, Maximum.
  static std::optional<Statistic> parse_plain(std::string_view text);

  /// Nothing when there are no values, or when which ones there were is needed and not known. A percentile is not told
  /// of negative values.
  std::optional<double> of(const Summary& summary) const;
  bool is_percentile() const { return kind_ == Kind::kPercentile; }
  bool is_plain() const { return kind_ <= Kind::kMaximum; }
  double percentile() const { return high_; }

 private:
  enum class Kind {
    kSampleCount,
    kAverage,
    kSum,
    kMinimum,
    kMaximum,
    kPercentile,
    kTrimmedMean,
    kWinsorizedMean,
    kTrimmedCount,
    kTrimmedSum,
    kPercentileRank,
  };

  std::optional<double> of_values(const Summary& summary) const;
  /// Reads "10%:90%", ":300" or "5:": nothing for what is no range.
  bool read_range(std::string_view text);

  Kind kind_ = Kind::kAverage;
  // The range: percents of the values, or values themselves; without an end open there.
  bool in_percent_ = true;
  std::optional<double> low_;
  double high_ = 100;
  bool has_high_ = true;
};

}  // namespace hanbat::monitoring
