// A page of what a list chooses by filters: rows are read in stretches from where the page begins until it is full, so
// that it costs the same whatever lies behind it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "region/page.h"

namespace hanbat::region {

/// The page of the rows that `keep` takes; it may complete a row. `read(after, most)` gives rows in order, those after
/// the one of that key (from the first on, without), `key(row)` a row's key. A page ends early, with a token, after
/// `look_at` rows that were looked at; 0 = it goes on until it is full.
template <class Read, class Keep, class Key>
auto pick(const Pager& pager, Read read, Keep keep, Key key, std::size_t look_at = 0) {
  constexpr std::size_t kStretch = 200;
  using Rows = std::invoke_result_t<Read, const std::optional<std::string>&, std::size_t>;
  Page<typename Rows::value_type> page;
  std::optional<std::string> at = pager.after();
  std::size_t looked = 0;
  for (std::size_t most = pager.size() + 1;; most = std::max(most, std::min(2 * most, kStretch))) {
    Rows rows = read(std::as_const(at), most);
    for (auto& row : rows) {
      if (look_at && looked++ == look_at) {
        page.next_token = pager.token(*at);
        return page;
      }
      std::string here(key(std::as_const(row)));
      if (keep(row)) {
        if (page.items.size() == pager.size()) {
          page.next_token = pager.token(*at);
          return page;
        }
        page.items.push_back(std::move(row));
      }
      at = std::move(here);
    }
    if (rows.size() < most) return page;
  }
}

}  // namespace hanbat::region
