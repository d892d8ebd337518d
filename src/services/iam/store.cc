#include "services/iam/store.h"

#include "base/text.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kEntityColumns = "kind, account, name, path, id, arn, created, body";

Kind kind_of(std::string_view name) {
  for (const Kind kind : {Kind::kUser, Kind::kGroup, Kind::kRole, Kind::kPolicy, Kind::kProfile})
    if (kind_name(kind) == name) return kind;
  return Kind::kUser;
}

Entity read_entity(const store::Row& row) {
  return {.kind = kind_of(row.text(0)),
          .account = row.text(1),
          .name = row.text(2),
          .path = row.text(3),
          .id = row.text(4),
          .arn = row.text(5),
          .created = row.timestamp(6),
          .body = row.json(7)};
}

std::optional<Entity> read_entity(const std::optional<store::Row>& row) {
  if (!row) return std::nullopt;
  return read_entity(*row);
}

std::vector<Entity> read_entities(const std::vector<store::Row>& rows) {
  std::vector<Entity> out;
  for (const store::Row& row : rows) out.push_back(read_entity(row));
  return out;
}

std::string select_entities(std::string_view rest) {
  return "SELECT " + std::string(kEntityColumns) + " FROM iam_entities " + std::string(rest);
}

/// The columns with the table's name before them, for joins.
std::string select_joined(std::string_view rest) {
  return "SELECT e.kind, e.account, e.name, e.path, e.id, e.arn, e.created, e.body FROM iam_entities e " +
         std::string(rest);
}

std::string_view usage_name(Usage usage) { return usage == Usage::kPermissions ? "permissions" : "boundary"; }

constexpr std::string_view kSelectKey =
    "SELECT access_key_id, user_id, account, secret, status, created, used_at, used_service, used_region "
    "FROM iam_access_keys WHERE ";

AccessKeyRow read_key(const store::Row& row) {
  AccessKeyRow key{.access_key_id = row.text(0),
                   .user_id = row.text(1),
                   .account = row.text(2),
                   .sealed_secret = row.text(3),
                   .status = row.text(4),
                   .created = row.timestamp(5),
                   .used_service = row.find_text(7).value_or(""),
                   .used_region = row.find_text(8).value_or("")};
  if (!row.is_null(6)) key.used_at = row.timestamp(6);
  return key;
}

constexpr std::string_view kSelectCredential =
    "SELECT id, user_id, account, service, service_user_name, password_hash, status, created "
    "FROM iam_service_credentials WHERE ";

ServiceCredentialRow read_credential(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.timestamp(7)};
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return "user";
    case Kind::kGroup:
      return "group";
    case Kind::kRole:
      return "role";
    case Kind::kPolicy:
      return "policy";
    case Kind::kProfile:
      return "profile";
  }
  return "";
}

Tags Entity::tags() const {
  Tags out;
  if (const Json* tags = body.find("tags"))
    for (const auto& [key, value] : tags->members()) out[key] = value.as_string();
  return out;
}

void Entity::set_tags(const Tags& tags) {
  Json json = Json::object();
  for (const auto& [key, value] : tags) json[key] = value;
  body["tags"] = json;
}

void Store::insert(store::Tx& tx, const Entity& e) const {
  tx.exec(
      "INSERT INTO iam_entities (account, kind, name_key, name, path, id, arn, created, body) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      e.account, kind_name(e.kind), lower(e.name), e.name, e.path, e.id, e.arn, e.created, e.body);
}

std::optional<Entity> Store::find(store::Tx& tx, std::string_view account, Kind kind, std::string_view name) const {
  return read_entity(tx.find(select_entities("WHERE account = ? AND kind = ? AND name_key = ?"), account,
                             kind_name(kind), lower(name)));
}

std::optional<Entity> Store::find_by_id(store::Tx& tx, std::string_view id) const {
  return read_entity(tx.find(select_entities("WHERE id = ?"), id));
}

std::optional<Entity> Store::find_by_arn(store::Tx& tx, std::string_view arn) const {
  return read_entity(tx.find(select_entities("WHERE arn = ?"), arn));
}

std::vector<Entity> Store::list(store::Tx& tx, std::string_view account, Kind kind,
                                std::string_view path_prefix) const {
  std::vector<Entity> all = read_entities(
      tx.query(select_entities("WHERE account = ? AND kind = ? ORDER BY name_key"), account, kind_name(kind)));
  std::erase_if(all, [&](const Entity& e) { return !e.path.starts_with(path_prefix); });
  return all;
}

std::int64_t Store::count(store::Tx& tx, std::string_view account, Kind kind) const {
  return tx.find("SELECT COUNT(*) FROM iam_entities WHERE account = ? AND kind = ?", account, kind_name(kind))
      ->integer(0);
}

void Store::update(store::Tx& tx, const Entity& e) const {
  tx.exec("UPDATE iam_entities SET name_key = ?, name = ?, path = ?, arn = ?, body = ? WHERE id = ?", lower(e.name),
          e.name, e.path, e.arn, e.body, e.id);
}

void Store::remove(store::Tx& tx, const Entity& e) const {
  tx.exec("DELETE FROM iam_attachments WHERE owner_id = ?", e.id);
  tx.exec("DELETE FROM iam_inline_policies WHERE owner_id = ?", e.id);
  tx.exec("DELETE FROM iam_policy_versions WHERE policy_id = ?", e.id);
  tx.exec("DELETE FROM iam_profile_roles WHERE profile_id = ?", e.id);
  tx.exec("DELETE FROM iam_entities WHERE id = ?", e.id);
}

void Store::put_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name,
                              std::string_view document) const {
  tx.exec(
      "INSERT INTO iam_inline_policies (owner_id, name, document) VALUES (?, ?, ?) "
      "ON CONFLICT (owner_id, name) DO UPDATE SET document = excluded.document",
      owner.id, name, document);
}

std::optional<std::string> Store::find_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) const {
  const auto row = tx.find("SELECT document FROM iam_inline_policies WHERE owner_id = ? AND name = ?", owner.id, name);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::vector<std::pair<std::string, std::string>> Store::inline_policies(store::Tx& tx,
                                                                        std::string_view owner_id) const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const store::Row& row :
       tx.query("SELECT name, document FROM iam_inline_policies WHERE owner_id = ? ORDER BY name", owner_id))
    out.emplace_back(row.text(0), row.text(1));
  return out;
}

bool Store::remove_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) const {
  return tx.exec("DELETE FROM iam_inline_policies WHERE owner_id = ? AND name = ?", owner.id, name) > 0;
}

void Store::attach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) const {
  tx.exec(
      "INSERT INTO iam_attachments (owner_id, usage, policy_arn, account) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (owner_id, usage, policy_arn) DO NOTHING",
      owner.id, usage_name(usage), policy_arn, owner.account);
}

bool Store::detach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) const {
  return tx.exec("DELETE FROM iam_attachments WHERE owner_id = ? AND usage = ? AND policy_arn = ?", owner.id,
                 usage_name(usage), policy_arn) > 0;
}

void Store::detach_boundary(store::Tx& tx, const Entity& owner) const {
  tx.exec("DELETE FROM iam_attachments WHERE owner_id = ? AND usage = ?", owner.id, usage_name(Usage::kBoundary));
}

std::vector<std::string> Store::attached(store::Tx& tx, std::string_view owner_id, Usage usage) const {
  std::vector<std::string> out;
  for (const store::Row& row :
       tx.query("SELECT policy_arn FROM iam_attachments WHERE owner_id = ? AND usage = ? ORDER BY policy_arn", owner_id,
                usage_name(usage)))
    out.push_back(row.text(0));
  return out;
}

std::vector<Entity> Store::attached_to(store::Tx& tx, std::string_view account, std::string_view policy_arn,
                                       Usage usage) const {
  return read_entities(tx.query(select_joined("JOIN iam_attachments a ON a.owner_id = e.id WHERE a.account = ? AND "
                                              "a.policy_arn = ? AND a.usage = ? ORDER BY e.kind, e.name_key"),
                                account, policy_arn, usage_name(usage)));
}

std::int64_t Store::attachment_count(store::Tx& tx, std::string_view account, std::string_view policy_arn,
                                     Usage usage) const {
  return tx
      .find("SELECT COUNT(*) FROM iam_attachments WHERE account = ? AND policy_arn = ? AND usage = ?", account,
            policy_arn, usage_name(usage))
      ->integer(0);
}

void Store::insert_version(store::Tx& tx, const Entity& policy, const PolicyVersionRow& version) const {
  tx.exec("INSERT INTO iam_policy_versions (policy_id, number, document, created) VALUES (?, ?, ?, ?)", policy.id,
          version.number, version.document, version.created);
}

std::optional<PolicyVersionRow> Store::find_version(store::Tx& tx, const Entity& policy, std::int64_t number) const {
  const auto row =
      tx.find("SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policy.id,
              number);
  if (!row) return std::nullopt;
  return PolicyVersionRow{row->integer(0), row->text(1), row->timestamp(2)};
}

std::vector<PolicyVersionRow> Store::versions(store::Tx& tx, const Entity& policy) const {
  std::vector<PolicyVersionRow> out;
  for (const store::Row& row :
       tx.query("SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? ORDER BY number DESC",
                policy.id))
    out.push_back({row.integer(0), row.text(1), row.timestamp(2)});
  return out;
}

void Store::remove_version(store::Tx& tx, const Entity& policy, std::int64_t number) const {
  tx.exec("DELETE FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policy.id, number);
}

void Store::add_member(store::Tx& tx, const Entity& group, const Entity& user) const {
  tx.exec("INSERT INTO iam_group_members (group_id, user_id) VALUES (?, ?) ON CONFLICT (group_id, user_id) DO NOTHING",
          group.id, user.id);
}

bool Store::remove_member(store::Tx& tx, const Entity& group, const Entity& user) const {
  return tx.exec("DELETE FROM iam_group_members WHERE group_id = ? AND user_id = ?", group.id, user.id) > 0;
}

std::vector<Entity> Store::members(store::Tx& tx, const Entity& group) const {
  return read_entities(
      tx.query(select_joined("JOIN iam_group_members m ON m.user_id = e.id WHERE m.group_id = ? ORDER BY e.name_key"),
               group.id));
}

std::vector<Entity> Store::groups_of(store::Tx& tx, std::string_view user_id) const {
  return read_entities(tx.query(
      select_joined("JOIN iam_group_members m ON m.group_id = e.id WHERE m.user_id = ? ORDER BY e.name_key"), user_id));
}

void Store::set_profile_role(store::Tx& tx, const Entity& profile, const Entity& role) const {
  tx.exec("INSERT INTO iam_profile_roles (profile_id, role_id) VALUES (?, ?)", profile.id, role.id);
}

void Store::clear_profile_role(store::Tx& tx, const Entity& profile) const {
  tx.exec("DELETE FROM iam_profile_roles WHERE profile_id = ?", profile.id);
}

std::optional<Entity> Store::profile_role(store::Tx& tx, const Entity& profile) const {
  return read_entity(
      tx.find(select_joined("JOIN iam_profile_roles r ON r.role_id = e.id WHERE r.profile_id = ?"), profile.id));
}

std::vector<Entity> Store::profiles_of(store::Tx& tx, const Entity& role) const {
  return read_entities(
      tx.query(select_joined("JOIN iam_profile_roles r ON r.profile_id = e.id WHERE r.role_id = ? ORDER BY e.name_key"),
               role.id));
}

void Store::insert(store::Tx& tx, const AccessKeyRow& key) const {
  tx.exec(
      "INSERT INTO iam_access_keys (access_key_id, user_id, account, secret, status, created) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      key.access_key_id, key.user_id, key.account, key.sealed_secret, key.status, key.created);
}

std::optional<AccessKeyRow> Store::find_access_key(store::Tx& tx, std::string_view access_key_id) const {
  const auto row = tx.find(std::string(kSelectKey) + "access_key_id = ?", access_key_id);
  if (!row) return std::nullopt;
  return read_key(*row);
}

std::vector<AccessKeyRow> Store::access_keys(store::Tx& tx, std::string_view user_id) const {
  std::vector<AccessKeyRow> out;
  for (const store::Row& row :
       tx.query(std::string(kSelectKey) + "user_id = ? ORDER BY created, access_key_id", user_id))
    out.push_back(read_key(row));
  return out;
}

void Store::set_access_key_status(store::Tx& tx, std::string_view access_key_id, std::string_view status) const {
  tx.exec("UPDATE iam_access_keys SET status = ? WHERE access_key_id = ?", status, access_key_id);
}

void Store::set_access_key_used(store::Tx& tx, std::string_view access_key_id, Timestamp at, std::string_view service,
                                std::string_view region) const {
  tx.exec("UPDATE iam_access_keys SET used_at = ?, used_service = ?, used_region = ? WHERE access_key_id = ?", at,
          service, region, access_key_id);
}

void Store::remove_access_key(store::Tx& tx, std::string_view access_key_id) const {
  tx.exec("DELETE FROM iam_access_keys WHERE access_key_id = ?", access_key_id);
}

void Store::insert(store::Tx& tx, const ServiceCredentialRow& c) const {
  tx.exec(
      "INSERT INTO iam_service_credentials "
      "(id, user_id, account, service, service_user_name, password_hash, status, created) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      c.id, c.user_id, c.account, c.service, c.service_user_name, c.password_hash, c.status, c.created);
}

std::optional<ServiceCredentialRow> Store::find_service_credential(store::Tx& tx, std::string_view id) const {
  const auto row = tx.find(std::string(kSelectCredential) + "id = ?", id);
  if (!row) return std::nullopt;
  return read_credential(*row);
}

std::optional<ServiceCredentialRow> Store::find_service_credential_by_name(store::Tx& tx,
                                                                           std::string_view user_name) const {
  const auto row = tx.find(std::string(kSelectCredential) + "service_user_name = ?", user_name);
  if (!row) return std::nullopt;
  return read_credential(*row);
}

std::vector<ServiceCredentialRow> Store::service_credentials(store::Tx& tx, std::string_view user_id) const {
  std::vector<ServiceCredentialRow> out;
  for (const store::Row& row : tx.query(std::string(kSelectCredential) + "user_id = ? ORDER BY created, id", user_id))
    out.push_back(read_credential(row));
  return out;
}

void Store::update(store::Tx& tx, const ServiceCredentialRow& c) const {
  tx.exec("UPDATE iam_service_credentials SET password_hash = ?, status = ? WHERE id = ?", c.password_hash, c.status,
          c.id);
}

void Store::remove_service_credential(store::Tx& tx, std::string_view id) const {
  tx.exec("DELETE FROM iam_service_credentials WHERE id = ?", id);
}

void Store::insert(store::Tx& tx, const SessionRow& session) const {
  tx.exec("INSERT INTO iam_sessions (access_key_id, secret, caller, issued, expires) VALUES (?, ?, ?, ?, ?)",
          session.access_key_id, session.sealed_secret, session.caller, session.issued, session.expires);
}

std::optional<SessionRow> Store::find_session(store::Tx& tx, std::string_view access_key_id) const {
  const auto row = tx.find(
      "SELECT access_key_id, secret, caller, issued, expires FROM iam_sessions WHERE access_key_id = ?", access_key_id);
  if (!row) return std::nullopt;
  return SessionRow{row->text(0), row->text(1), row->json(2), row->timestamp(3), row->timestamp(4)};
}

void Store::remove_sessions_before(store::Tx& tx, Timestamp expired) const {
  tx.exec("DELETE FROM iam_sessions WHERE expires < ?", expired);
}

}  // namespace hanbat::iam
