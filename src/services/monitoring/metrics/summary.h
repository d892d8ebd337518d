// What is kept of the values that came in one stretch of time, and what statistics are made of it.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>

namespace hanbat::monitoring {

/// How many values, their sum, the least and the greatest; and which values, how often each, as far as they are known:
/// of a statistic set they are not, unless all of it is one value. Of very many different values those within one
/// percent of each other become one (of some that lie very far apart, more), so that a percentile is right to that.
class Summary {
 public:
  double count = 0;
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();

  /// Adds a value that came `times` times.
  void add(double value, double times = 1);
  /// Adds a statistic set.
  void add_set(double set_count, double set_sum, double set_least, double set_greatest);
  void merge(const Summary& other);

  bool empty() const { return count == 0; }
  /// Value → how often. Empty when they are not known.
  const std::map<double, double>& values() const { return values_; }
  bool knows_values() const { return known_; }

  /// "20 35.5*3": values with how often they came; before them, where they do not tell all, "=count sum least
  /// greatest", and a '?' where they are not known.
  std::string text() const;
  /// Reads it back. Throws std::invalid_argument for what text() does not write.
  static Summary parse(std::string_view text);

 private:
  void fold();

  static constexpr std::size_t kMostDifferent = 200;

  std::map<double, double> values_;
  std::size_t limit_ = kMostDifferent;  // of different values, before some become one
  bool known_ = true;
  bool exact_ = true;  // count, sum, least and greatest follow from the values
};

}  // namespace hanbat::monitoring
