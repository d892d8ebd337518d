// Lists in pages as IAM has them: Marker, IsTruncated, and MaxItems from 1 to 1000, 100 when the caller does not say.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html and its like.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "region/pick.h"
#include "region/region.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// The page of all items that the caller asks for; `key(item)` is unique, and no longer than IAM's Marker can bear (212
/// bytes).
template <class In, class T, class Key>
region::Page<T> cut_page(const region::Request& rq, const In& in, std::vector<T> all, Key key) {
  return region::Pager(rq, in).cut(std::move(all), key);
}

/// The page of the account's entities of a kind below a path.
template <class In>
region::Page<Entity> page_below(const region::Request& rq, const In& in, Kind kind, const std::string& path) {
  return region::pick(
      region::Pager(rq, in),
      [&](const std::optional<std::string>& after, std::size_t most) {
        return rows::list_after(rq.tx, rq.account, kind, after, most);
      },
      [&](const Entity& e) { return e.path.starts_with(path); }, name_key);
}

/// A key for policies: a name is unique among the account's own and among AWS's, and their ARNs are too long.
inline std::string policy_key(const std::string& name, std::string_view arn) {
  return name + (arn.starts_with("arn:aws:iam::aws:") ? "/aws" : "/own");
}

/// Fills the two members that every list's answer has.
template <class T, class Output>
void end_page(const region::Page<T>& page, Output& out) {
  out.is_truncated = page.next_token.has_value();
  out.marker = page.next_token;
}

}  // namespace hanbat::iam
