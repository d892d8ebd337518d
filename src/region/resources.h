// The region's store of rows: one resource of a service each, the shape that Describe answers beside what only we know
// of it. A service names its kinds (KindOf) and gets rows by id, by name, by what they lie in, and in pages.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "region/tags.h"
#include "store/database.h"
#include "wire/shape.h"

namespace hanbat::region {

/// Whose resources: everything is kept by account and region. What has no region of its own (IAM) has region "".
struct Place {
  std::string account;
  std::string region;
  auto operator<=>(const Place&) const = default;
};

/// What all rows have; see schema/001_resources_and_tags.sql.
struct ResourceKeys {
  std::string id;
  Place place;
  std::string scope;
  std::string parent;
  std::optional<std::string> name;
  Timestamp created{0};
};

/// A row with its body undecoded.
struct RawResource : ResourceKeys {
  Json body;
  Json own = Json::object();
};

/// A type that says itself how it is written, where a service keeps something else than the model's shape.
template <class T>
concept WritesItself = requires(const T& value, const Json& json) {
  { value.to_json() } -> std::same_as<Json>;
  { T::from_json(json) } -> std::same_as<T>;
};

/// A resource: `shape` is what Describe answers (without tags), `own` what only we know. T is a struct with a shape
/// table (any generated one), one that writes itself, or Json.
template <class T>
struct Resource : ResourceKeys {
  T shape;
  Json own = Json::object();
};

/// Which kind a type of rows is. Specialised for every type that is stored, with
///     static constexpr std::string_view kRows = "codebuild/project";
/// and, where the kind has tags, `static std::string arn(const Resource<T>&)`.
template <class T>
struct KindOf;

/// A stretch of the rows of a kind in a place and scope, in order of names.
struct NameRange {
  std::string_view scope = {};
  std::string_view prefix = {};
  std::optional<std::string> after = {};  // the name before the first
  std::size_t most = 0;                   // 0 = all
};

/// A stretch of the rows of a kind in a place, in order of their making or the other way round.
struct TimeRange {
  enum class Order { kOldestFirst, kNewestFirst };
  Order order = Order::kOldestFirst;
  std::string_view parent = {};           // "" = of all
  std::optional<std::string> after = {};  // creation_key of the row before the first
  std::size_t most = 0;                   // 0 = all
};

/// Where a row stands in the order of making: for Pager::token.
std::string creation_key(const ResourceKeys& row);

/// The rows without their types; services use what is below. Each throws store::DatabaseError.
namespace rows {

/// Throws store::UniqueViolation when the id or the name is taken.
void insert(store::Tx& tx, std::string_view kind, const RawResource& row);
void update(store::Tx& tx, std::string_view kind, const RawResource& row);
void remove(store::Tx& tx, std::string_view kind, std::string_view id);
std::optional<RawResource> find(store::Tx& tx, std::string_view kind, std::string_view id);
std::optional<RawResource> find_named(store::Tx& tx, std::string_view kind, const Place& place, std::string_view scope,
                                      std::string_view name);
std::vector<RawResource> list(store::Tx& tx, std::string_view kind, const Place& place);
std::vector<RawResource> list_all(store::Tx& tx, std::string_view kind);
std::vector<RawResource> list_in(store::Tx& tx, std::string_view kind, std::string_view scope);
std::vector<RawResource> list_of(store::Tx& tx, std::string_view kind, std::string_view parent);
std::vector<RawResource> list_by_name(store::Tx& tx, std::string_view kind, const Place& place, const NameRange& range);
std::vector<RawResource> list_by_age(store::Tx& tx, std::string_view kind, const Place& place, const TimeRange& range);
std::int64_t count(store::Tx& tx, std::string_view kind, const Place& place, std::string_view scope);

template <class T>
Resource<T> decode(RawResource raw) {
  Resource<T> row;
  static_cast<ResourceKeys&>(row) = std::move(static_cast<ResourceKeys&>(raw));
  if constexpr (std::is_same_v<T, Json>)
    row.shape = std::move(raw.body);
  else if constexpr (WritesItself<T>)
    row.shape = T::from_json(raw.body);
  else
    row.shape = wire::from_json<T>(raw.body);
  row.own = std::move(raw.own);
  return row;
}

template <class T>
RawResource encode(const Resource<T>& row) {
  RawResource raw;
  static_cast<ResourceKeys&>(raw) = row;
  if constexpr (std::is_same_v<T, Json>)
    raw.body = row.shape;
  else if constexpr (WritesItself<T>)
    raw.body = row.shape.to_json();
  else
    raw.body = wire::to_json(row.shape);
  raw.own = row.own;
  return raw;
}

template <class T>
std::optional<Resource<T>> decode(std::optional<RawResource> raw) {
  if (!raw) return std::nullopt;
  return decode<T>(std::move(*raw));
}

template <class T>
std::vector<Resource<T>> decode(std::vector<RawResource> raws) {
  std::vector<Resource<T>> all;
  all.reserve(raws.size());
  for (RawResource& raw : raws) all.push_back(decode<T>(std::move(raw)));
  return all;
}

}  // namespace rows

/// Throws store::UniqueViolation when the id or the name is taken.
template <class T>
void insert(store::Tx& tx, const Resource<T>& row) {
  rows::insert(tx, KindOf<T>::kRows, rows::encode(row));
}
/// Writes all but id, place and creation time.
template <class T>
void update(store::Tx& tx, const Resource<T>& row) {
  rows::update(tx, KindOf<T>::kRows, rows::encode(row));
}
/// Deletes the resource and its tags.
template <class T>
void remove(store::Tx& tx, const Resource<T>& row) {
  if constexpr (requires { KindOf<T>::arn(row); }) delete_tags(tx, KindOf<T>::arn(row));
  rows::remove(tx, KindOf<T>::kRows, row.id);
}

/// By id wherever it lies; for tasks, which know what they look for.
template <class T>
std::optional<Resource<T>> find(store::Tx& tx, std::string_view id) {
  return rows::decode<T>(rows::find(tx, KindOf<T>::kRows, id));
}
template <class T>
std::optional<Resource<T>> find(store::Tx& tx, const Place& place, std::string_view id) {
  auto found = find<T>(tx, id);
  if (found && found->place != place) return std::nullopt;
  return found;
}
template <class T>
std::optional<Resource<T>> find_named(store::Tx& tx, const Place& place, std::string_view scope,
                                      std::string_view name) {
  return rows::decode<T>(rows::find_named(tx, KindOf<T>::kRows, place, scope, name));
}
/// In order of their making.
template <class T>
std::vector<Resource<T>> list(store::Tx& tx, const Place& place) {
  return rows::decode<T>(rows::list(tx, KindOf<T>::kRows, place));
}
/// Of all accounts and regions.
template <class T>
std::vector<Resource<T>> list_all(store::Tx& tx) {
  return rows::decode<T>(rows::list_all(tx, KindOf<T>::kRows));
}
template <class T>
std::vector<Resource<T>> list_in(store::Tx& tx, std::string_view scope) {
  return rows::decode<T>(rows::list_in(tx, KindOf<T>::kRows, scope));
}
template <class T>
std::vector<Resource<T>> list_of(store::Tx& tx, std::string_view parent) {
  return rows::decode<T>(rows::list_of(tx, KindOf<T>::kRows, parent));
}
template <class T>
std::vector<Resource<T>> list_by_name(store::Tx& tx, const Place& place, const NameRange& range) {
  return rows::decode<T>(rows::list_by_name(tx, KindOf<T>::kRows, place, range));
}
template <class T>
std::vector<Resource<T>> list_by_age(store::Tx& tx, const Place& place, const TimeRange& range) {
  return rows::decode<T>(rows::list_by_age(tx, KindOf<T>::kRows, place, range));
}
/// How many there are in the place and scope.
template <class T>
std::int64_t count(store::Tx& tx, const Place& place, std::string_view scope = {}) {
  return rows::count(tx, KindOf<T>::kRows, place, scope);
}

/// The schema of what the services share: rows and tags.
std::span<const store::Migration> resource_migrations();

}  // namespace hanbat::region
