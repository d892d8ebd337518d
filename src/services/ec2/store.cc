#include "services/ec2/store.h"

namespace hanbat::ec2 {

std::string_view type_of_id(std::string_view id) {
  static constexpr Kind kKinds[] = {
      KindOf<Vpc>::kKind,           KindOf<Subnet>::kKind,     KindOf<InternetGateway>::kKind,
      KindOf<NatGateway>::kKind,    KindOf<Address>::kKind,    KindOf<RouteTable>::kKind,
      KindOf<SecurityGroup>::kKind, KindOf<NetworkAcl>::kKind, KindOf<SecurityGroupRule>::kKind,
      KindOf<DhcpOptions>::kKind,   KindOf<Instance>::kKind,   KindOf<NetworkInterface>::kKind,
      KindOf<KeyPairInfo>::kKind,   KindOf<Image>::kKind,      KindOf<Volume>::kKind};
  const std::string_view prefix = id.substr(0, id.rfind('-'));
  for (const Kind& kind : kKinds)
    if (kind.prefix == prefix) return kind.type;
  return "";
}

namespace rows {
namespace {

constexpr const char* kColumns = "id, account, region, vpc_id, parent, name, created, body, own";

RawResource read(const store::Row& row) {
  return {row.text(0),      {row.text(1), row.text(2)}, row.text(3), row.text(4),
          row.find_text(5), row.timestamp(6),           row.json(7), row.json(8)};
}

std::vector<RawResource> read_all(const std::vector<store::Row>& found) {
  std::vector<RawResource> all;
  all.reserve(found.size());
  for (const store::Row& row : found) all.push_back(read(row));
  return all;
}

std::string select(std::string_view where) {
  return fmt::format("SELECT {} FROM ec2_resources WHERE {} ORDER BY created, id", kColumns, where);
}

}  // namespace

void insert(store::Tx& tx, std::string_view kind, const RawResource& row) {
  tx.exec(
      "INSERT INTO ec2_resources(id, account, region, kind, vpc_id, parent, name, created, body, own) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.id, row.place.account, row.place.region, kind, row.vpc_id, row.parent, row.name, row.created, row.body,
      row.own);
}

void update(store::Tx& tx, const RawResource& row) {
  tx.exec("UPDATE ec2_resources SET vpc_id = ?, parent = ?, name = ?, body = ?, own = ? WHERE id = ?", row.vpc_id,
          row.parent, row.name, row.body, row.own, row.id);
}

void remove(store::Tx& tx, std::string_view id) {
  tx.exec("DELETE FROM ec2_resources WHERE id = ?", id);
  tx.exec("DELETE FROM ec2_tags WHERE resource_id = ?", id);
}

std::optional<RawResource> find(store::Tx& tx, std::string_view kind, std::string_view id) {
  const auto row = tx.find(select("id = ? AND kind = ?"), id, kind);
  if (!row) return std::nullopt;
  return read(*row);
}

std::optional<RawResource> find_named(store::Tx& tx, std::string_view kind, const Place& place, std::string_view vpc_id,
                                      std::string_view name) {
  const auto row = tx.find(select("account = ? AND region = ? AND kind = ? AND vpc_id = ? AND name = ?"), place.account,
                           place.region, kind, vpc_id, name);
  if (!row) return std::nullopt;
  return read(*row);
}

std::vector<RawResource> list(store::Tx& tx, std::string_view kind, const Place& place) {
  return read_all(tx.query(select("account = ? AND region = ? AND kind = ?"), place.account, place.region, kind));
}

std::vector<RawResource> list_all(store::Tx& tx, std::string_view kind) {
  return read_all(tx.query(select("kind = ?"), kind));
}

std::vector<RawResource> list_in_vpc(store::Tx& tx, std::string_view kind, std::string_view vpc_id) {
  return read_all(tx.query(select("vpc_id = ? AND kind = ?"), vpc_id, kind));
}

std::vector<RawResource> list_of(store::Tx& tx, std::string_view kind, std::string_view parent) {
  return read_all(tx.query(select("parent = ? AND kind = ?"), parent, kind));
}

Tags tags_of(store::Tx& tx, std::string_view id) {
  Tags tags;
  for (const auto& row : tx.query("SELECT key, value FROM ec2_tags WHERE resource_id = ?", id))
    tags[row.text(0)] = row.text(1);
  return tags;
}

std::map<std::string, Tags> tags_of_kind(store::Tx& tx, std::string_view kind, const Place& place) {
  std::map<std::string, Tags> tags;
  for (const auto& row :
       tx.query("SELECT resource_id, key, value FROM ec2_tags WHERE account = ? AND region = ? AND kind = ?",
                place.account, place.region, kind))
    tags[row.text(0)][row.text(1)] = row.text(2);
  return tags;
}

void put_tag(store::Tx& tx, const Place& place, std::string_view kind, std::string_view id, std::string_view key,
             std::string_view value) {
  tx.exec(
      "INSERT INTO ec2_tags(resource_id, key, value, account, region, kind) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(resource_id, key) DO UPDATE SET value = excluded.value",
      id, key, value, place.account, place.region, kind);
}

}  // namespace rows
}  // namespace hanbat::ec2
