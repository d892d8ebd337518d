#include "services/s3/objects/key_range.h"

#include "region/prefix.h"

namespace hanbat::s3 {

std::pair<std::string, bool> start_of(const KeyRange& range) {
  if (range.after < range.prefix) return {range.prefix, true};
  return {range.after, range.from_inclusive};
}

std::string end_of(const KeyRange& range) {
  const std::string end = region::end_of_prefix(range.prefix);
  return end.empty() ? kBeyondAllKeys : end;
}

}  // namespace hanbat::s3
