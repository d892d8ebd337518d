// What every EC2 operation does the same way: ask for permission, honour DryRun, tag what it makes, page what it lists.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "region/region.h"
#include "region/request.h"
#include "services/ec2/filters.h"
#include "services/ec2/store.h"
#include "wire/error.h"

namespace hanbat::ec2 {

using region::Request;
using wire::Error;
using Strings = std::optional<std::vector<std::string>>;

/// Where and when something is made: what both calls and tasks have at hand.
struct Making {
  store::Tx& tx;
  Place place;
  Timestamp now;
};

inline Place place_of(const Request& rq) { return {rq.account, rq.region}; }
inline Making making(Request& rq) { return {rq.tx, place_of(rq), rq.now()}; }

/// arn:aws:ec2:<region>:<account>:<type>/<id>; images belong to no account.
std::string arn_of(const Request& rq, std::string_view type, std::string_view id);

/// Asks whether the caller may do `ec2:<action>` to the resource; its tags and what it is are condition keys. An absent
/// one is asked about by its ARN alone, so that only who may do it to any is told that it is not there.
void may(Request& rq, std::string_view action, std::string_view type, std::string_view id,
         region::ConditionKeys keys = {});
/// The same for actions that know no resource.
void may(Request& rq, std::string_view action);

/// The same for what the call makes, with the tags that it gets: `<type>/*`, or `id` where the name is known.
void may_make(Request& rq, std::string_view action, std::string_view type, const Tags& tags,
              region::ConditionKeys keys = {}, std::string_view id = "*");
/// ec2:CreateTags on what the call makes, when it gets tags; asked after the action itself.
void may_tag(Request& rq, std::string_view type, const Tags& tags);

/// Ends a call that was only a question.
void end_dry_run(const std::optional<bool>& dry_run);

/// may() and, when the input has a DryRun, end_dry_run().
template <class In>
void allow(Request& rq, const In& in, std::string_view action, std::string_view type, std::string_view id) {
  may(rq, action, type, id);
  if constexpr (requires { in.dry_run; }) end_dry_run(in.dry_run);
}
template <class In>
void allow(Request& rq, const In& in, std::string_view action) {
  may(rq, action);
  if constexpr (requires { in.dry_run; }) end_dry_run(in.dry_run);
}

/// The tags that the call wants on what it makes of that type. Throws AWS's errors for tags that cannot be, and for
/// other types than `types`.
Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type,
                    std::initializer_list<std::string_view> types);
inline Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type) {
  return requested_tags(specifications, type, {type});
}
/// Throws unless these may be tags of a resource that has `present` already.
void check_tags(const Tags& tags, const Tags& present);
std::vector<Tag> tag_list(const Tags& tags);

/// A new resource with an id of its kind.
template <class T>
Resource<T> make(const Making& at, std::string vpc_id = "", std::string parent = "") {
  return {.id = ec2_id(KindOf<T>::kKind.prefix),
          .place = at.place,
          .vpc_id = std::move(vpc_id),
          .parent = std::move(parent),
          .created = at.now};
}

/// Writes a new resource with its tags.
template <class T>
void create(store::Tx& tx, const Resource<T>& row, const Tags& tags = {}) {
  insert(tx, row);
  for (const auto& [key, value] : tags) rows::put_tag(tx, row.place, KindOf<T>::kKind.type, row.id, key, value);
}

template <class T>
void set_tags(T& shape, const Tags& tags) {
  if constexpr (requires { shape.tag_set; })
    shape.tag_set = tag_list(tags);
  else if constexpr (requires { shape.tags; })
    shape.tags = tag_list(tags);
}

/// The shape as Describe answers it, with its tags.
template <class T>
T tagged(store::Tx& tx, const Resource<T>& row) {
  T shape = row.shape;
  set_tags(shape, rows::tags_of(tx, row.id));
  return shape;
}

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_token;
};

/// What a Describe call asks for beside its filters.
struct Paging {
  std::optional<int> max_results;
  std::optional<std::string> next_token;
};

template <class In>
Paging paging_of(const In& in) {
  return {in.max_results, in.next_token};
}

std::vector<NamedFilter> named_filters(const std::optional<std::vector<Filter>>& filters);
/// The error for ids that were asked for and are not there.
[[noreturn]] void throw_missing(const Kind& kind, const std::vector<std::string>& ids);
/// Place in a list of the first item to answer, and the token of the page after. `keys` name the items in order.
std::pair<std::size_t, std::size_t> page_bounds(const std::vector<std::string>& keys, const Paging& paging,
                                                std::optional<std::string>& next_token);

template <class T>
Page<T> cut_page(std::vector<T> items, const std::vector<std::string>& keys, const Paging& paging) {
  Page<T> page;
  const auto [from, to] = page_bounds(keys, paging, page.next_token);
  page.items.assign(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(from)),
                    std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(to)));
  return page;
}

/// Resources of a kind with their tags: those of `ids` (all when absent) that pass the filters. `fill` completes a
/// shape with what is computed, before the filters see it. Throws the kind's error for an id that is not there.
template <class T>
std::vector<Resource<T>> select(Request& rq, const Strings& ids, const std::optional<std::vector<Filter>>& filters,
                                FilterPaths paths, const std::function<void(Resource<T>&)>& fill = nullptr) {
  constexpr const Kind& kind = KindOf<T>::kKind;
  const auto wanted = named_filters(filters);
  const auto tags = rows::tags_of_kind(rq.tx, kind.type, place_of(rq));
  std::vector<std::string> missing = ids.value_or(std::vector<std::string>{});
  std::vector<Resource<T>> found;
  for (Resource<T>& row : list<T>(rq.tx, place_of(rq))) {
    if (ids && !ids->empty()) {
      if (std::ranges::find(*ids, row.id) == ids->end()) continue;
      std::erase(missing, row.id);
    }
    if (const auto own = tags.find(row.id); own != tags.end())
      set_tags(row.shape, own->second);
    else
      set_tags(row.shape, {});
    if (fill) fill(row);
    if (wanted.empty() || passes(wire::to_json(row.shape), wanted, paths)) found.push_back(std::move(row));
  }
  if (!missing.empty()) throw_missing(kind, missing);
  return found;
}

/// select() as a page of shapes.
template <class T>
Page<T> describe(Request& rq, const Strings& ids, const std::optional<std::vector<Filter>>& filters,
                 const Paging& paging, FilterPaths paths, const std::function<void(Resource<T>&)>& fill = nullptr) {
  std::vector<T> items;
  std::vector<std::string> keys;
  for (Resource<T>& row : select<T>(rq, ids, filters, paths, fill)) {
    keys.push_back(row.id);
    items.push_back(std::move(row.shape));
  }
  return cut_page(std::move(items), keys, paging);
}

/// Earlier answer to the same call with the same client token. Throws IdempotentParameterMismatch when the call
/// differs.
std::optional<std::string> earlier_result(Request& rq, const std::optional<std::string>& token, const Json& input);
void remember_result(Request& rq, const std::optional<std::string>& token, const Json& input, std::string_view result);

Error invalid_parameter(std::string_view message);
Error missing_parameter(std::string_view name);
Error dependency_violation(std::string_view message);
/// 501 of the request's operation, naming what of it is not done.
Error not_done(const Request& rq, std::string_view what);

}  // namespace hanbat::ec2
