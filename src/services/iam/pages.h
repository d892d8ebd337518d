// Lists in pages: IAM's Marker is the key of the last item told, so that items that come and go move nothing.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "wire/error.h"

namespace hanbat::iam {

template <class T>
struct Page {
  std::vector<T> items;
  bool truncated = false;
  std::optional<std::string> marker;

  /// Fills the two members that every list's answer has.
  template <class Output>
  void tell(Output& out) const {
    out.is_truncated = truncated;
    out.marker = marker;
  }
};

/// The page after `marker` of items in the order of their keys.
template <class T, class Key>
Page<T> take_page(std::vector<T> all, Key key, const std::optional<std::string>& marker, std::optional<int> max_items) {
  std::sort(all.begin(), all.end(), [&](const T& a, const T& b) { return key(a) < key(b); });
  auto first = all.begin();
  if (marker) {
    const auto after = from_base64(*marker);
    if (!after) throw wire::Error("ValidationError", 400, "Invalid Marker.");
    first = std::find_if(all.begin(), all.end(), [&](const T& item) { return std::string(key(item)) > *after; });
  }
  const auto limit = static_cast<std::ptrdiff_t>(max_items.value_or(100));
  Page<T> page;
  page.truncated = all.end() - first > limit;
  const auto last = page.truncated ? first + limit : all.end();
  page.items.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  if (page.truncated) page.marker = to_base64(std::string(key(page.items.back())));
  return page;
}

}  // namespace hanbat::iam
