// The rows of EC2: one resource each, the shape that Describe answers beside what only we know of it.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "services/ec2/kinds.h"
#include "store/database.h"
#include "wire/error.h"
#include "wire/shape.h"

namespace hanbat::ec2 {

/// Whose resources: everything is kept by account and region.
struct Place {
  std::string account;
  std::string region;
  auto operator<=>(const Place&) const = default;
};

/// A row with its body undecoded.
struct RawResource {
  std::string id;
  Place place;
  std::string vpc_id;
  std::string parent;
  std::optional<std::string> name;
  Timestamp created{0};
  Json body;
  Json own = Json::object();
};

/// A resource: `shape` is what Describe answers (without tags), `own` what only we know.
template <class T>
struct Resource {
  std::string id;
  Place place;
  std::string vpc_id;
  std::string parent;
  std::optional<std::string> name;
  Timestamp created{0};
  T shape;
  Json own = Json::object();
};

using Tags = std::map<std::string, std::string>;

namespace rows {

void insert(store::Tx& tx, std::string_view kind, const RawResource& row);
void update(store::Tx& tx, const RawResource& row);
void remove(store::Tx& tx, std::string_view id);
std::optional<RawResource> find(store::Tx& tx, std::string_view kind, std::string_view id);
std::optional<RawResource> find_named(store::Tx& tx, std::string_view kind, const Place& place, std::string_view vpc_id,
                                      std::string_view name);
std::vector<RawResource> list(store::Tx& tx, std::string_view kind, const Place& place);
std::vector<RawResource> list_all(store::Tx& tx, std::string_view kind);
std::vector<RawResource> list_in_vpc(store::Tx& tx, std::string_view kind, std::string_view vpc_id);
std::vector<RawResource> list_of(store::Tx& tx, std::string_view kind, std::string_view parent);

/// Tags of one resource, and of all resources of a kind by id.
Tags tags_of(store::Tx& tx, std::string_view id);
std::map<std::string, Tags> tags_of_kind(store::Tx& tx, std::string_view kind, const Place& place);
void put_tag(store::Tx& tx, const Place& place, std::string_view kind, std::string_view id, std::string_view key,
             std::string_view value);

template <class T>
Resource<T> decode(RawResource raw) {
  return {std::move(raw.id),   std::move(raw.place), std::move(raw.vpc_id),        std::move(raw.parent),
          std::move(raw.name), raw.created,          wire::from_json<T>(raw.body), std::move(raw.own)};
}

template <class T>
RawResource encode(const Resource<T>& row) {
  return {row.id, row.place, row.vpc_id, row.parent, row.name, row.created, wire::to_json(row.shape), row.own};
}

template <class T>
std::vector<Resource<T>> decode_all(std::vector<RawResource> raws) {
  std::vector<Resource<T>> all;
  all.reserve(raws.size());
  for (RawResource& raw : raws) all.push_back(decode<T>(std::move(raw)));
  return all;
}

}  // namespace rows

template <class T>
void insert(store::Tx& tx, const Resource<T>& row) {
  rows::insert(tx, KindOf<T>::kKind.type, rows::encode(row));
}
template <class T>
void update(store::Tx& tx, const Resource<T>& row) {
  rows::update(tx, rows::encode(row));
}
/// Deletes the resource and its tags.
template <class T>
void remove(store::Tx& tx, const Resource<T>& row) {
  rows::remove(tx, row.id);
}

/// By id wherever it lies; for tasks, which know what they look for.
template <class T>
std::optional<Resource<T>> find(store::Tx& tx, std::string_view id) {
  auto raw = rows::find(tx, KindOf<T>::kKind.type, id);
  if (!raw) return std::nullopt;
  return rows::decode<T>(std::move(*raw));
}
template <class T>
std::optional<Resource<T>> find(store::Tx& tx, const Place& place, std::string_view id) {
  auto found = find<T>(tx, id);
  if (found && found->place != place) return std::nullopt;
  return found;
}
/// Throws AWS's "does not exist" of the kind, or "malformed" when the text can be no such id.
template <class T>
Resource<T> require(store::Tx& tx, const Place& place, std::string_view id) {
  constexpr const Kind& kind = KindOf<T>::kKind;
  if (auto found = find<T>(tx, place, id)) return std::move(*found);
  if (!id.starts_with(kind.prefix) || id.size() <= kind.prefix.size() || id[kind.prefix.size()] != '-')
    throw wire::Error(std::string(kind.malformed), 400,
                      fmt::format("Invalid id: \"{}\" (expecting \"{}-...\")", id, kind.prefix));
  throw wire::Error(std::string(kind.not_found), 400, fmt::format(fmt::runtime(kind.message), id));
}
template <class T>
std::optional<Resource<T>> find_named(store::Tx& tx, const Place& place, std::string_view vpc_id,
                                      std::string_view name) {
  auto raw = rows::find_named(tx, KindOf<T>::kKind.type, place, vpc_id, name);
  if (!raw) return std::nullopt;
  return rows::decode<T>(std::move(*raw));
}
template <class T>
std::vector<Resource<T>> list(store::Tx& tx, const Place& place) {
  return rows::decode_all<T>(rows::list(tx, KindOf<T>::kKind.type, place));
}
template <class T>
std::vector<Resource<T>> list_all(store::Tx& tx) {
  return rows::decode_all<T>(rows::list_all(tx, KindOf<T>::kKind.type));
}
template <class T>
std::vector<Resource<T>> list_in_vpc(store::Tx& tx, std::string_view vpc_id) {
  return rows::decode_all<T>(rows::list_in_vpc(tx, KindOf<T>::kKind.type, vpc_id));
}
template <class T>
std::vector<Resource<T>> list_of(store::Tx& tx, std::string_view parent) {
  return rows::decode_all<T>(rows::list_of(tx, KindOf<T>::kKind.type, parent));
}

}  // namespace hanbat::ec2
