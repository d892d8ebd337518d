// What things cost: prices of a region by service and usage type, from a file of data each. A price that the file does
// not have is not known, and what is used of it is told without a cost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace hanbat::ce {

/// The prices of one region.
class RegionPrices {
 public:
  /// Reads a file as prices/README.md tells it. Throws std::runtime_error that says what is wrong with it.
  explicit RegionPrices(const Json& file);

  /// What begins the region's usage types: "APN2-".
  const std::string& prefix() const { return prefix_; }
  /// USD for one unit of the usage type (without the prefix); nothing when no price is known.
  std::optional<double> find(std::string_view service, std::string_view usage_type) const;
  /// How much of it an account has free in a month, in the unit that the price is for: gigabytes, minutes, requests, or
  /// one of it for the whole month. 0: nothing.
  double find_free(std::string_view service, std::string_view usage_type) const;

 private:
  struct Price {
    double usd = 0;
    double free = 0;
  };
  const Price* look_up(std::string_view service, std::string_view usage_type) const;

  std::string prefix_;
  std::map<std::pair<std::string, std::string>, Price, std::less<>> prices_;
};

/// The prices of all regions that there is a file for.
class Prices {
 public:
  /// Those that came with the program, and in their place those of `<folder>/prices/<region>.json`. Throws
  /// std::runtime_error that names the file which cannot be read as one.
  explicit Prices(const std::string& folder);

  const RegionPrices* find(std::string_view region) const;

 private:
  std::map<std::string, RegionPrices, std::less<>> regions_;
};

}  // namespace hanbat::ce
