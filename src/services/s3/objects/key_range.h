// The stretch of a bucket's keys that a list scans.
#pragma once

#include <string>
#include <utility>

namespace hanbat::s3 {

// A text greater than all keys: keys are UTF-8, which never has this byte.
inline constexpr const char* kBeyondAllKeys = "\xFF";

/// Where a page of keys begins and what it holds.
struct KeyRange {
  std::string prefix;
  std::string after;            // keys greater than this
  bool from_inclusive = false;  // …or equal
};
/// Where the scan begins, and whether with that key itself: at the prefix or after the last key, whichever is later.
std::pair<std::string, bool> start_of(const KeyRange& range);
/// A text greater than every key of the range.
std::string end_of(const KeyRange& range);

}  // namespace hanbat::s3
