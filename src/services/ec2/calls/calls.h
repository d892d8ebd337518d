// What every EC2 operation does the same way: ask for permission, tag what it makes, page what it lists.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "base/words.h"
#include "region/pick.h"
#include "region/region.h"
#include "region/request.h"
#include "services/ec2/calls/filters.h"
#include "services/ec2/store.h"
#include "wire/error.h"

namespace hanbat::ec2 {

using region::Page;
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
void authorize(Request& rq, std::string_view action, std::string_view type, std::string_view id,
               region::ConditionKeys keys = {});
/// The same for actions that know no resource.
void authorize(Request& rq, std::string_view action);

/// The same for what the call makes, with the tags that it gets: `<type>/*`, or `id` where the name is known.
void authorize_making(Request& rq, std::string_view action, std::string_view type, const Tags& tags,
                      region::ConditionKeys keys = {}, std::string_view id = "*");
/// ec2:CreateTags on what the call makes, when it gets tags; asked after the action itself.
void authorize_tagging(Request& rq, std::string_view type, const Tags& tags);

/// EC2's tags: any characters, keys of at most 127.
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Tag.html
extern const region::TagRules kTagRules;

/// The tags that the call wants on what it makes of that type. Throws AWS's errors for tags that cannot be, and for
/// other types than `types`.
Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type,
                    std::initializer_list<std::string_view> types);
inline Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type) {
  return requested_tags(specifications, type, {type});
}

/// A new resource with an id of its kind.
template <class T>
Resource<T> make(const Making& at, std::string vpc_id = "", std::string parent = "") {
  Resource<T> row;
  row.id = ec2_id(KindOf<T>::kKind.prefix);
  row.place = at.place;
  row.scope = std::move(vpc_id);
  row.parent = std::move(parent);
  row.created = at.now;
  return row;
}

/// Writes a new resource with its tags.
template <class T>
void create(store::Tx& tx, const Resource<T>& row, const Tags& tags = {}) {
  insert(tx, row);
  region::put_tags(tx, KindOf<T>::arn(row), {tags.begin(), tags.end()}, kTagRules);
}

/// Whether AWS says nothing about tags of what has none, instead of an empty list. Source: the examples of each
/// Describe call in the CLI's reference; boto3's `tags` of these is None.
template <class T>
constexpr bool kSilentWithoutTags =
    std::is_same_v<T, Vpc> || std::is_same_v<T, Subnet> || std::is_same_v<T, SecurityGroup> ||
    std::is_same_v<T, Instance> || std::is_same_v<T, Volume> || std::is_same_v<T, Image> ||
    std::is_same_v<T, Address> || std::is_same_v<T, NatGateway> || std::is_same_v<T, LaunchTemplate> ||
    std::is_same_v<T, NetworkInsightsPath> || std::is_same_v<T, NetworkInsightsAnalysis>;

template <class T>
void set_tags(T& shape, const Tags& tags) {
  if constexpr (kSilentWithoutTags<T>) {
    if (tags.empty()) return shape.tags.reset();
  }
  if constexpr (requires { shape.tag_set; })
    shape.tag_set = region::tag_list<Tag>(tags);
  else if constexpr (requires { shape.tags; })
    shape.tags = region::tag_list<Tag>(tags);
}

/// The shape as Describe answers it, with its tags.
template <class T>
T tagged(store::Tx& tx, const Resource<T>& row) {
  T shape = row.shape;
  set_tags(shape, tags_of(tx, row));
  return shape;
}

/// The pages of most Describe operations.
inline constexpr region::PageSizes kPageSizes{.usual = 1000, .least = 5, .most = 1000};
/// Throws InvalidParameterCombination when the call names resources and asks for a page beside.
void refuse_page_of_named(const region::Pager& pager, const Strings& ids, std::string_view ids_parameter);

/// An item of a list, and the text by which it has its place there: its row's creation_key, say.
template <class Item>
struct Placed {
  std::string key;
  Item item;
};
template <class Item>
Page<Item> cut_page(const region::Pager& pager, std::vector<Placed<Item>> all) {
  auto cut = pager.cut(std::move(all), [](const Placed<Item>& one) { return one.key; });
  Page<Item> page;
  for (Placed<Item>& one : cut.items) page.items.push_back(std::move(one.item));
  page.next_token = std::move(cut.next_token);
  return page;
}
/// The page of rows, as shapes, in order of their making.
template <class T>
Page<T> cut_page(const region::Pager& pager, std::vector<Resource<T>> all) {
  auto cut = pager.cut(std::move(all), region::creation_key);
  Page<T> page;
  for (Resource<T>& row : cut.items) page.items.push_back(std::move(row.shape));
  page.next_token = std::move(cut.next_token);
  return page;
}

std::vector<NamedFilter> named_filters(const std::optional<std::vector<Filter>>& filters, FilterPaths paths);
/// What filters choose among a kind's resources: a row gets its tags, and `fill` completes its shape with what is
/// computed, before the filters see it.
template <class T>
struct Choice {
  Choice(const std::optional<std::vector<Filter>>& filters, FilterPaths filter_paths,
         std::function<void(Resource<T>&)> filled)
      : wanted(named_filters(filters, filter_paths)), paths(filter_paths), fill(std::move(filled)) {}

  bool takes(Request& rq, Resource<T>& row) const { return takes(row, region::tags_of(rq.tx, KindOf<T>::arn(row))); }
  bool takes(Resource<T>& row, const Tags& tags) const {
    set_tags(row.shape, tags);
    if (fill) fill(row);
    return wanted.empty() || matches_filters(wire::to_json(row.shape), wanted, paths);
  }

  std::vector<NamedFilter> wanted;
  FilterPaths paths;
  std::function<void(Resource<T>&)> fill;
};

/// The resources of these ids, in order of their making. Throws the kind's error for an id that is not there.
template <class T>
std::vector<Resource<T>> named(Request& rq, const std::vector<std::string>& ids) {
  std::vector<Resource<T>> found;
  std::vector<std::string> missing;
  for (const std::string& id : std::set<std::string>(ids.begin(), ids.end())) {
    auto row = find<T>(rq.tx, place_of(rq), id);
    if (row)
      found.push_back(*std::move(row));
    else
      missing.push_back(id);
  }
  if (!missing.empty()) {
    std::vector<std::string> told;  // as they were asked for
    std::ranges::copy_if(ids, std::back_inserter(told),
                         [&](const std::string& id) { return std::ranges::find(missing, id) != missing.end(); });
    throw_absent(KindOf<T>::kKind, told);
  }
  std::ranges::sort(found, {}, region::creation_key);
  return found;
}

/// Resources of a kind with their tags: those of `ids` (all when absent) that pass the filters. Throws the kind's error
/// for an id that is not there.
template <class T>
std::vector<Resource<T>> select(Request& rq, const Strings& ids, const std::optional<std::vector<Filter>>& filters,
                                FilterPaths paths, const std::function<void(Resource<T>&)>& fill = nullptr) {
  const Choice<T> choice(filters, paths, fill);
  std::vector<Resource<T>> found;
  if (ids && !ids->empty()) {
    for (Resource<T>& row : named<T>(rq, *ids))
      if (choice.takes(rq, row)) found.push_back(std::move(row));
    return found;
  }
  const auto tags = region::tags_below(rq.tx, arn_of(place_of(rq), KindOf<T>::kKind.type, ""));
  for (Resource<T>& row : list<T>(rq.tx, place_of(rq))) {
    const auto own = tags.find(KindOf<T>::arn(row));
    if (choice.takes(row, own == tags.end() ? Tags{} : own->second)) found.push_back(std::move(row));
  }
  return found;
}

/// select() as the page of rows that the input asks for: where no ids are named, it reads no more than it takes to fill
/// the page.
template <class T>
region::Page<Resource<T>> select_page(Request& rq, const region::Pager& pager, const Strings& ids,
                                      const std::optional<std::vector<Filter>>& filters, FilterPaths paths,
                                      const std::function<void(Resource<T>&)>& fill = nullptr) {
  if (ids && !ids->empty()) return pager.cut(select<T>(rq, ids, filters, paths, fill), region::creation_key);
  const Choice<T> choice(filters, paths, fill);
  return region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_age<T>(rq.tx, place_of(rq), {.after = after, .most = most});
      },
      [&](Resource<T>& row) { return choice.takes(rq, row); }, region::creation_key);
}
/// select_page() as shapes.
template <class T>
Page<T> describe_page(Request& rq, const region::Pager& pager, const Strings& ids,
                      const std::optional<std::vector<Filter>>& filters, FilterPaths paths,
                      const std::function<void(Resource<T>&)>& fill = nullptr) {
  auto rows = select_page<T>(rq, pager, ids, filters, paths, fill);
  Page<T> page;
  for (Resource<T>& row : rows.items) page.items.push_back(std::move(row.shape));
  page.next_token = std::move(rows.next_token);
  return page;
}
template <class T, class In>
Page<T> describe(Request& rq, const In& in, const Strings& ids, const std::optional<std::vector<Filter>>& filters,
                 FilterPaths paths, const std::function<void(Resource<T>&)>& fill = nullptr,
                 const region::PageSizes& sizes = kPageSizes) {
  return describe_page<T>(rq, region::Pager(rq, in, sizes), ids, filters, paths, fill);
}

/// Earlier answer to the same call with the same client token. Throws IdempotentParameterMismatch when the call
/// differs.
std::optional<std::string> earlier_result(Request& rq, const std::optional<std::string>& token, const Json& input);
void record_result(Request& rq, const std::optional<std::string>& token, const Json& input, std::string_view result);

Error invalid_parameter(std::string_view message);
/// The attribute that a Describe…Attribute call asks for. Throws InvalidParameterValue for one that there is not.
template <class Attribute>
Attribute require_attribute(const std::string& word) {
  if (const auto attribute = find_word<Attribute>(word)) return *attribute;
  throw invalid_parameter(fmt::format("Value ({}) for parameter attribute is invalid. Unknown attribute.", word));
}
Error missing_parameter(std::string_view name);
/// Of two parameters that name one thing.
Error not_together(std::string_view one, std::string_view other);
Error dependency_violation(std::string_view message);
/// 501 of the request's operation, naming what of it is not done.
Error not_done(const Request& rq, std::string_view what);

}  // namespace hanbat::ec2
