// Where a stretch of texts with one beginning ends, in the order of bytes, which is the database's.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::region {

/// The smallest text greater than every text with the prefix; "" when there is none.
inline std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace hanbat::region
