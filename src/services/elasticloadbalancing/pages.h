// The pages of Describe operations: up to 400 items each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "region/pick.h"
#include "region/request.h"
#include "region/resources.h"

namespace hanbat::elasticloadbalancing {

inline constexpr region::PageSizes kPageSizes{.usual = 400, .least = 1, .most = 400};

/// Shapes, each with the text by which it has its place in the list.
template <class T>
using Placed = std::vector<std::pair<std::string, T>>;

/// Resources in order of their making.
template <class T>
Placed<T> by_age(std::vector<region::Resource<T>> rows) {
  Placed<T> placed;
  for (region::Resource<T>& row : rows) placed.emplace_back(region::creation_key(row), std::move(row.shape));
  return placed;
}

/// The page of the account's resources, in order of their making, that `keep` takes; it may complete a row.
template <class T, class Keep>
region::Page<T> pick_by_age(region::Request& rq, const region::Pager& pager, Keep keep) {
  auto rows = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_age<T>(rq.tx, {rq.account, rq.region}, {.after = after, .most = most});
      },
      keep, region::creation_key);
  region::Page<T> page;
  for (region::Resource<T>& row : rows.items) page.items.push_back(std::move(row.shape));
  page.next_token = std::move(rows.next_token);
  return page;
}

template <class T>
region::Page<T> cut_page(const region::Pager& pager, Placed<T> all) {
  auto cut = pager.cut(std::move(all), [](const std::pair<std::string, T>& one) { return one.first; });
  region::Page<T> page;
  for (auto& [key, item] : cut.items) page.items.push_back(std::move(item));
  page.next_token = std::move(cut.next_token);
  return page;
}

}  // namespace hanbat::elasticloadbalancing
