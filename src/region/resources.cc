#include "region/resources.h"

#include <cstdio>
#include <limits>

#include "base/text.h"
#include "gen/region/schema.h"
#include "region/prefix.h"

namespace hanbat::region {

std::string creation_key(const ResourceKeys& row) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(row.created.ms));
  return digits + row.id;
}

namespace rows {
namespace {

constexpr std::size_t kAgeDigits = 20;
// What lies in one scope or has one parent nearly always lies in one place, so this is the order of its making.
constexpr std::string_view kPlaceAndAge = "account, region, created, id";

RawResource read(const store::Row& row) {
  RawResource raw;
  raw.id = row.text(0);
  raw.place = {row.text(1), row.text(2)};
  raw.scope = row.text(3);
  raw.parent = row.text(4);
  raw.name = row.find_text(5);
  raw.created = row.timestamp(6);
  raw.body = row.json(7);
  raw.own = row.json(8);
  return raw;
}

std::vector<RawResource> read_all(const std::vector<store::Row>& found) {
  std::vector<RawResource> all;
  all.reserve(found.size());
  for (const store::Row& row : found) all.push_back(read(row));
  return all;
}

std::string select(std::string_view where, std::string_view order = "created, id") {
  return "SELECT id, account, region, scope, parent, name, created, body, own FROM resources WHERE kind = ? AND " +
         std::string(where) + " ORDER BY " + std::string(order);
}

std::optional<RawResource> read_first(const std::optional<store::Row>& row) {
  if (!row) return std::nullopt;
  return read(*row);
}

/// The LIMIT of a range, all rows when `most` is 0.
std::int64_t limit_of(std::size_t most) {
  return most == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(most);
}

}  // namespace

void insert(store::Tx& tx, std::string_view kind, const RawResource& row) {
  tx.exec(
      "INSERT INTO resources(kind, id, account, region, scope, parent, name, created, body, own) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      kind, row.id, row.place.account, row.place.region, row.scope, row.parent, row.name, row.created, row.body,
      row.own);
}

void update(store::Tx& tx, std::string_view kind, const RawResource& row) {
  // The indexes of columns that are set would be written anew, though most rows stay in their place.
  if (tx.exec("UPDATE resources SET body = ?, own = ? WHERE kind = ? AND id = ? AND scope = ? AND parent = ? AND name "
              "IS NOT DISTINCT FROM ?",
              row.body, row.own, kind, row.id, row.scope, row.parent, row.name))
    return;
  tx.exec("UPDATE resources SET scope = ?, parent = ?, name = ?, body = ?, own = ? WHERE kind = ? AND id = ?",
          row.scope, row.parent, row.name, row.body, row.own, kind, row.id);
}

void remove(store::Tx& tx, std::string_view kind, std::string_view id) {
  tx.exec("DELETE FROM resources WHERE kind = ? AND id = ?", kind, id);
}

std::optional<RawResource> find(store::Tx& tx, std::string_view kind, std::string_view id) {
  return read_first(tx.find(select("id = ?"), kind, id));
}

std::optional<RawResource> find_named(store::Tx& tx, std::string_view kind, const Place& place, std::string_view scope,
                                      std::string_view name) {
  return read_first(tx.find(select("account = ? AND region = ? AND scope = ? AND name = ?"), kind, place.account,
                            place.region, scope, name));
}

std::vector<RawResource> list(store::Tx& tx, std::string_view kind, const Place& place) {
  return read_all(tx.query(select("account = ? AND region = ?"), kind, place.account, place.region));
}

std::vector<RawResource> list_all(store::Tx& tx, std::string_view kind) {
  return read_all(tx.query(select("1 = 1"), kind));
}

std::vector<RawResource> list_in(store::Tx& tx, std::string_view kind, std::string_view scope) {
  return read_all(tx.query(select("scope = ?", kPlaceAndAge), kind, scope));
}

std::vector<RawResource> list_of(store::Tx& tx, std::string_view kind, std::string_view parent) {
  return read_all(tx.query(select("parent = ?", kPlaceAndAge), kind, parent));
}

std::vector<RawResource> list_by_name(store::Tx& tx, std::string_view kind, const Place& place,
                                      const NameRange& range) {
  // One bound at each end, or SQLite seeks by the one that holds the less.
  const bool behind = !range.prefix.empty() && (!range.after || *range.after < range.prefix);
  const std::string_view from = behind ? range.prefix : range.after ? std::string_view(*range.after) : "";
  const std::string where = "account = ? AND region = ? AND scope = ? AND name " + std::string(behind ? ">= ?" : "> ?");
  const std::string end = end_of_prefix(range.prefix);
  if (end.empty())
    return read_all(tx.query(select(where, "name LIMIT ?"), kind, place.account, place.region, range.scope, from,
                             limit_of(range.most)));
  return read_all(tx.query(select(where + " AND name < ?", "name LIMIT ?"), kind, place.account, place.region,
                           range.scope, from, end, limit_of(range.most)));
}

std::vector<RawResource> list_by_age(store::Tx& tx, std::string_view kind, const Place& place, const TimeRange& range) {
  const bool newest_first = range.order == TimeRange::Order::kNewestFirst;
  const std::string order = newest_first ? "created DESC, id DESC LIMIT ?" : "created, id LIMIT ?";
  const std::string where =
      "account = ? AND region = ? AND (created, id) " + std::string(newest_first ? "<" : ">") + " (?, ?)";
  std::int64_t created = newest_first ? std::numeric_limits<std::int64_t>::max() : -1;
  std::string id;
  if (range.after) {
    created = parse_int(range.after->substr(0, kAgeDigits)).value_or(0);
    id = range.after->size() > kAgeDigits ? range.after->substr(kAgeDigits) : "";
  }
  if (range.parent.empty())
    return read_all(
        tx.query(select(where, order), kind, place.account, place.region, created, id, limit_of(range.most)));
  return read_all(tx.query(select(where + " AND parent = ?", order), kind, place.account, place.region, created, id,
                           range.parent, limit_of(range.most)));
}

std::int64_t count(store::Tx& tx, std::string_view kind, const Place& place, std::string_view scope) {
  return tx
      .find("SELECT COUNT(*) FROM resources WHERE kind = ? AND account = ? AND region = ? AND scope = ?", kind,
            place.account, place.region, scope)
      ->integer(0);
}

}  // namespace rows

std::span<const store::Migration> resource_migrations() { return schema(); }

}  // namespace hanbat::region
