#include "services/s3/objects/key_range.h"

namespace hanbat::s3 {
namespace {

/// The smallest text greater than every text with the prefix; "" when there is none.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xFF) {
      prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

}  // namespace

std::pair<std::string, bool> start_of(const KeyRange& range) {
  if (range.after < range.prefix) return {range.prefix, true};
  return {range.after, range.from_inclusive};
}

std::string end_of(const KeyRange& range) {
  const std::string end = after_prefix(range.prefix);
  return end.empty() ? kBeyondAllKeys : end;
}

}  // namespace hanbat::s3
