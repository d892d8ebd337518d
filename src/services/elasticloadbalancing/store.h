// The rows of load balancing: resources by ARN, the targets of groups, tags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/elasticloadbalancing/model.h"
#include "region/request.h"
#include "region/tag_keys.h"
#include "store/database.h"

namespace hanbat::elasticloadbalancing {

using region::Request;

/// A resource without its body's type.
struct RawRow {
  std::string arn;
  std::string account;
  std::string region;
  std::string name;
  std::string parent;
  Timestamp created{0};
  Json body;
  Json own = Json::object();
};

/// A resource: `shape` is what Describe answers, `own` what only we know of it.
template <class T>
struct Resource {
  std::string arn;
  std::string account;
  std::string region;
  std::string name;
  std::string parent;
  Timestamp created{0};
  T shape;
  Json own = Json::object();
};

/// The kind of a type in the table, and what is said when one is missing.
template <class T>
struct KindOf;
template <>
struct KindOf<LoadBalancer> {
  static constexpr std::string_view kKind = "loadbalancer";
  [[noreturn]] static void missing() { throw LoadBalancerNotFoundException("One or more load balancers not found"); }
};
template <>
struct KindOf<TargetGroup> {
  static constexpr std::string_view kKind = "targetgroup";
  [[noreturn]] static void missing() { throw TargetGroupNotFoundException("One or more target groups not found"); }
};
template <>
struct KindOf<Listener> {
  static constexpr std::string_view kKind = "listener";
  [[noreturn]] static void missing() { throw ListenerNotFoundException("One or more listeners not found"); }
};
template <>
struct KindOf<Rule> {
  static constexpr std::string_view kKind = "rule";
  [[noreturn]] static void missing() { throw RuleNotFoundException("One or more rules not found"); }
};

namespace rows {

void insert(store::Tx& tx, std::string_view kind, const RawRow& row);
void update(store::Tx& tx, const RawRow& row);
std::optional<RawRow> find(store::Tx& tx, std::string_view kind, std::string_view arn);
std::vector<RawRow> list_all(store::Tx& tx, std::string_view kind);
std::vector<RawRow> list_in(store::Tx& tx, std::string_view kind, std::string_view account, std::string_view region);
std::vector<RawRow> list_of(store::Tx& tx, std::string_view kind, std::string_view parent);

template <class T>
Resource<T> decode(RawRow raw) {
  return {std::move(raw.arn),           std::move(raw.account), std::move(raw.region),
          std::move(raw.name),          std::move(raw.parent),  raw.created,
          wire::from_json<T>(raw.body), std::move(raw.own)};
}
template <class T>
RawRow encode(const Resource<T>& row) {
  return {row.arn, row.account, row.region, row.name, row.parent, row.created, wire::to_json(row.shape), row.own};
}
template <class T>
std::vector<Resource<T>> decode_all(std::vector<RawRow> raws) {
  std::vector<Resource<T>> all;
  all.reserve(raws.size());
  for (RawRow& raw : raws) all.push_back(decode<T>(std::move(raw)));
  return all;
}

}  // namespace rows

template <class T>
void insert(store::Tx& tx, const Resource<T>& row) {
  rows::insert(tx, KindOf<T>::kKind, rows::encode(row));
}
template <class T>
void update(store::Tx& tx, const Resource<T>& row) {
  rows::update(tx, rows::encode(row));
}
/// Deletes the resource and its tags.
void remove(store::Tx& tx, std::string_view arn);

template <class T>
std::optional<Resource<T>> find(store::Tx& tx, std::string_view arn) {
  auto raw = rows::find(tx, KindOf<T>::kKind, arn);
  if (!raw) return std::nullopt;
  return rows::decode<T>(std::move(*raw));
}
/// The caller's own in the request's region. Throws AWS's "not found".
template <class T>
Resource<T> require(Request& rq, std::string_view arn) {
  auto found = find<T>(rq.tx, arn);
  if (!found || found->account != rq.account || found->region != rq.region) KindOf<T>::missing();
  return std::move(*found);
}
template <class T>
std::vector<Resource<T>> list_all(store::Tx& tx) {
  return rows::decode_all<T>(rows::list_all(tx, KindOf<T>::kKind));
}
template <class T>
std::vector<Resource<T>> list_in(Request& rq) {
  return rows::decode_all<T>(rows::list_in(rq.tx, KindOf<T>::kKind, rq.account, rq.region));
}
template <class T>
std::vector<Resource<T>> list_of(store::Tx& tx, std::string_view parent) {
  return rows::decode_all<T>(rows::list_of(tx, KindOf<T>::kKind, parent));
}

/// A registered target.
struct TargetRow {
  std::string group_arn;
  std::string id;
  int port = 0;
  std::string ip;
  std::string state = "active";
  std::string instance_state = "running";
  Timestamp deadline{0};
};
std::vector<TargetRow> list_targets(store::Tx& tx, std::string_view group_arn);
std::vector<TargetRow> list_all_targets(store::Tx& tx);
/// Adds it, or puts it in the place of what has the same id and port.
void put_target(store::Tx& tx, const TargetRow& target);
void remove_target(store::Tx& tx, const TargetRow& target);

std::vector<Tag> tags_of(store::Tx& tx, std::string_view arn);
/// Throws AWS's errors for tags that cannot be.
void put_tags(store::Tx& tx, std::string_view arn, const std::vector<Tag>& tags);

/// The ARNs of the load balancers whose listeners or rules forward to the group.
std::vector<std::string> balancers_of_group(store::Tx& tx, std::string_view group_arn);
/// The ARNs of the groups that the actions forward to.
std::vector<std::string> groups_of(const std::optional<std::vector<Action>>& actions);

/// The last part of an ARN: "…/50dc6c495c0c9188" → "50dc6c495c0c9188".
std::string_view last_part(std::string_view arn);

/// One page of `items`; the marker is the place of its first item.
template <class T>
std::pair<std::vector<T>, std::optional<std::string>> page_of(std::vector<T> items,
                                                              const std::optional<std::string>& marker,
                                                              const std::optional<int>& page_size) {
  const std::size_t first =
      std::min<std::size_t>(marker ? std::strtoul(marker->c_str(), nullptr, 10) : 0, items.size());
  const std::size_t last =
      std::min<std::size_t>(items.size(), first + static_cast<std::size_t>(page_size.value_or(400)));
  std::optional<std::string> next;
  if (last < items.size()) next = std::to_string(last);
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(last), items.end());
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first));
  return {std::move(items), next};
}

/// AWS's "ValidationError".
wire::Error validation_error(std::string message);

/// rq.authorize of a resource by an ARN that the caller gave, with its tags. Throws AWS's ValidationError when it is no
/// ARN of what the action is about.
void authorize(Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
/// rq.authorize of making something; its name is known and its ARN is not yet. Asks for AddTags too when it gets tags.
/// `arn` is that of what the action is about, `made` that of what is made, with '*' for what is not known.
void authorize_making(Request& rq, std::string_view action, const std::string& arn, const std::string& made,
                      const std::optional<std::vector<Tag>>& tags, region::ConditionKeys keys = {});

}  // namespace hanbat::elasticloadbalancing
