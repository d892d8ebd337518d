#include "services/iam/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "region/resources.h"

namespace hanbat::iam {
namespace {

/// The kind of rows in the region's store.
std::string rows_of(Kind kind) { return "iam/" + std::string(kind_name(kind)); }

region::Place place_of(std::string_view account) { return {std::string(account), ""}; }

region::RawResource encode(const Entity& e) {
  region::RawResource raw;
  raw.id = e.id;
  raw.place = place_of(e.account);
  raw.name = name_key(e);
  raw.created = e.created;
  raw.body = e.body;
  raw.own = Json::object({{"name", e.name}, {"path", e.path}});
  return raw;
}

Entity decode(Kind kind, region::RawResource raw) {
  Entity e{.kind = kind,
           .account = std::move(raw.place.account),
           .name = raw.own.text("name"),
           .path = raw.own.text("path"),
           .id = std::move(raw.id),
           .created = raw.created,
           .body = std::move(raw.body)};
  e.arn = arn_of(kind, e.account, e.path, e.name);
  return e;
}

std::optional<Entity> decode(Kind kind, std::optional<region::RawResource> raw) {
  if (!raw) return std::nullopt;
  return decode(kind, std::move(*raw));
}

/// The entities of the ids in the first column, in order of kinds and names.
std::vector<Entity> entities(store::Tx& tx, const std::vector<store::Row>& ids) {
  std::vector<Entity> out;
  for (const store::Row& row : ids)
    if (auto entity = rows::find_by_id(tx, row.text(0))) out.push_back(std::move(*entity));
  std::sort(out.begin(), out.end(), [](const Entity& a, const Entity& b) {
    return std::pair(kind_name(a.kind), lower(a.name)) < std::pair(kind_name(b.kind), lower(b.name));
  });
  return out;
}

constexpr Kind kKinds[] = {Kind::kUser, Kind::kGroup, Kind::kRole, Kind::kPolicy, Kind::kProfile, Kind::kProvider};

std::string_view usage_name(Usage usage) { return usage == Usage::kPermissions ? "permissions" : "boundary"; }

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
    case Kind::kProvider:
      return "provider";
  }
  return "";
}

std::string name_key(const Entity& e) { return lower(e.name); }

std::string_view id_prefix(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return "AIDA";
    case Kind::kGroup:
      return "AGPA";
    case Kind::kRole:
      return "AROA";
    case Kind::kPolicy:
      return "ANPA";
    case Kind::kProfile:
      return "AIPA";
    case Kind::kProvider:
      return "OIDC";
  }
  return "";
}

std::string arn_of(Kind kind, std::string_view account, std::string_view path, std::string_view name) {
  const std::string type(kind == Kind::kProfile    ? "instance-profile"
                         : kind == Kind::kProvider ? "oidc-provider"
                                                   : kind_name(kind));
  return make_arn("iam", "", account, type + std::string(path) + std::string(name));
}

namespace rows {

void insert(store::Tx& tx, const Entity& e) { region::rows::insert(tx, rows_of(e.kind), encode(e)); }

std::optional<Entity> find(store::Tx& tx, std::string_view account, Kind kind, std::string_view name) {
  return decode(kind, region::rows::find_named(tx, rows_of(kind), place_of(account), "", lower(name)));
}

std::optional<Entity> find_by_id(store::Tx& tx, std::string_view id) {
  for (const Kind kind : kKinds)
    if (id.starts_with(id_prefix(kind))) return decode(kind, region::rows::find(tx, rows_of(kind), id));
  return std::nullopt;
}

std::optional<Entity> find_by_arn(store::Tx& tx, std::string_view arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed) return std::nullopt;
  for (const Kind kind : kKinds) {
    const std::string start = arn_of(kind, parsed->account, "/", "");
    if (!arn.starts_with(start)) continue;
    // A provider's name is a URL's and has slashes of its own; the others' have a path before them.
    const std::string_view name = arn.substr(kind == Kind::kProvider ? start.size() : arn.rfind('/') + 1);
    if (auto entity = find(tx, parsed->account, kind, name); entity && entity->arn == arn) return entity;
  }
  return std::nullopt;
}

std::vector<Entity> list(store::Tx& tx, std::string_view account, Kind kind) {
  return list_after(tx, account, kind, std::nullopt, 0);
}

std::vector<Entity> list_after(store::Tx& tx, std::string_view account, Kind kind,
                               const std::optional<std::string>& after, std::size_t most) {
  std::vector<Entity> all;
  for (auto& raw : region::rows::list_by_name(tx, rows_of(kind), place_of(account), {.after = after, .most = most}))
    all.push_back(decode(kind, std::move(raw)));
  return all;
}

std::int64_t count(store::Tx& tx, std::string_view account, Kind kind) {
  return region::rows::count(tx, rows_of(kind), place_of(account), "");
}

void update(store::Tx& tx, const Entity& e) {
  const auto before = find_by_id(tx, e.id);
  region::rows::update(tx, rows_of(e.kind), encode(e));
  if (before && before->arn != e.arn) region::move_tags(tx, before->arn, e.arn);
  if (e.kind != Kind::kUser || !before || before->arn == e.arn) return;
  tx.exec("UPDATE iam_group_members SET name_key = ? WHERE user_id = ?", name_key(e), e.id);
  note_credential_change(tx);
}

void remove(store::Tx& tx, const Entity& e) {
  tx.exec("DELETE FROM iam_attachments WHERE owner_id = ?", e.id);
  tx.exec("DELETE FROM iam_inline_policies WHERE owner_id = ?", e.id);
  tx.exec("DELETE FROM iam_policy_versions WHERE policy_id = ?", e.id);
  tx.exec("DELETE FROM iam_profile_roles WHERE profile_id = ?", e.id);
  region::delete_tags(tx, e.arn);
  region::rows::remove(tx, rows_of(e.kind), e.id);
  if (e.kind == Kind::kUser) note_credential_change(tx);
}

void put_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name, std::string_view document) {
  tx.exec(
      "INSERT INTO iam_inline_policies (owner_id, name, document) VALUES (?, ?, ?) "
      "ON CONFLICT (owner_id, name) DO UPDATE SET document = excluded.document",
      owner.id, name, document);
}

std::optional<std::string> find_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) {
  const auto row = tx.find("SELECT document FROM iam_inline_policies WHERE owner_id = ? AND name = ?", owner.id, name);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::vector<std::pair<std::string, std::string>> inline_policies(store::Tx& tx, std::string_view owner_id) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const store::Row& row :
       tx.query("SELECT name, document FROM iam_inline_policies WHERE owner_id = ? ORDER BY name", owner_id))
    out.emplace_back(row.text(0), row.text(1));
  return out;
}

bool remove_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) {
  return tx.exec("DELETE FROM iam_inline_policies WHERE owner_id = ? AND name = ?", owner.id, name) > 0;
}

void attach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) {
  tx.exec(
      "INSERT INTO iam_attachments (owner_id, usage, policy_arn, account) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (owner_id, usage, policy_arn) DO NOTHING",
      owner.id, usage_name(usage), policy_arn, owner.account);
}

bool detach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) {
  return tx.exec("DELETE FROM iam_attachments WHERE owner_id = ? AND usage = ? AND policy_arn = ?", owner.id,
                 usage_name(usage), policy_arn) > 0;
}

void detach_boundary(store::Tx& tx, const Entity& owner) {
  tx.exec("DELETE FROM iam_attachments WHERE owner_id = ? AND usage = ?", owner.id, usage_name(Usage::kBoundary));
}

std::vector<std::string> attached(store::Tx& tx, std::string_view owner_id, Usage usage) {
  std::vector<std::string> out;
  for (const store::Row& row :
       tx.query("SELECT policy_arn FROM iam_attachments WHERE owner_id = ? AND usage = ? ORDER BY policy_arn", owner_id,
                usage_name(usage)))
    out.push_back(row.text(0));
  return out;
}

std::vector<Entity> attached_to(store::Tx& tx, std::string_view account, std::string_view policy_arn, Usage usage) {
  return entities(
      tx, tx.query("SELECT owner_id FROM iam_attachments WHERE account = ? AND policy_arn = ? AND usage = ?", account,
                   policy_arn, usage_name(usage)));
}

std::int64_t attachment_count(store::Tx& tx, std::string_view account, std::string_view policy_arn, Usage usage) {
  return tx
      .find("SELECT COUNT(*) FROM iam_attachments WHERE account = ? AND policy_arn = ? AND usage = ?", account,
            policy_arn, usage_name(usage))
      ->integer(0);
}

void insert_version(store::Tx& tx, const Entity& policy, const PolicyVersionRow& version) {
  tx.exec("INSERT INTO iam_policy_versions (policy_id, number, document, created) VALUES (?, ?, ?, ?)", policy.id,
          version.number, version.document, version.created);
}

std::optional<PolicyVersionRow> find_version(store::Tx& tx, const Entity& policy, std::int64_t number) {
  const auto row =
      tx.find("SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policy.id,
              number);
  if (!row) return std::nullopt;
  return PolicyVersionRow{row->integer(0), row->text(1), row->timestamp(2)};
}

std::vector<PolicyVersionRow> versions(store::Tx& tx, const Entity& policy) {
  std::vector<PolicyVersionRow> out;
  for (const store::Row& row :
       tx.query("SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? ORDER BY number DESC",
                policy.id))
    out.push_back({row.integer(0), row.text(1), row.timestamp(2)});
  return out;
}

void remove_version(store::Tx& tx, const Entity& policy, std::int64_t number) {
  tx.exec("DELETE FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policy.id, number);
}

void add_member(store::Tx& tx, const Entity& group, const Entity& user) {
  tx.exec(
      "INSERT INTO iam_group_members (group_id, user_id, name_key) VALUES (?, ?, ?) "
      "ON CONFLICT (group_id, user_id) DO NOTHING",
      group.id, user.id, name_key(user));
}

bool remove_member(store::Tx& tx, const Entity& group, const Entity& user) {
  return tx.exec("DELETE FROM iam_group_members WHERE group_id = ? AND user_id = ?", group.id, user.id) > 0;
}

std::vector<Entity> members_after(store::Tx& tx, const Entity& group, const std::optional<std::string>& after,
                                  std::size_t most) {
  return entities(tx, tx.query("SELECT user_id FROM iam_group_members WHERE group_id = ? AND name_key > ? "
                               "ORDER BY name_key LIMIT ?",
                               group.id, after.value_or(""), most));
}

bool has_members(store::Tx& tx, const Entity& group) {
  return tx.find("SELECT 1 FROM iam_group_members WHERE group_id = ? LIMIT 1", group.id).has_value();
}

std::vector<Entity> groups_of(store::Tx& tx, std::string_view user_id) {
  return entities(tx, tx.query("SELECT group_id FROM iam_group_members WHERE user_id = ?", user_id));
}

void set_profile_role(store::Tx& tx, const Entity& profile, const Entity& role) {
  tx.exec("INSERT INTO iam_profile_roles (profile_id, role_id) VALUES (?, ?)", profile.id, role.id);
}

void clear_profile_role(store::Tx& tx, const Entity& profile) {
  tx.exec("DELETE FROM iam_profile_roles WHERE profile_id = ?", profile.id);
}

std::optional<Entity> profile_role(store::Tx& tx, const Entity& profile) {
  const auto row = tx.find("SELECT role_id FROM iam_profile_roles WHERE profile_id = ?", profile.id);
  if (!row) return std::nullopt;
  return find_by_id(tx, row->text(0));
}

std::vector<Entity> profiles_of(store::Tx& tx, const Entity& role) {
  return entities(tx, tx.query("SELECT profile_id FROM iam_profile_roles WHERE role_id = ?", role.id));
}

}  // namespace rows
}  // namespace hanbat::iam
