// The rows of iam: entities with names and paths, and what hangs on them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::iam {

enum class Kind { kUser, kGroup, kRole, kPolicy, kProfile };
/// "user", "group", "role", "policy", "profile": the column `kind`.
std::string_view kind_name(Kind kind);

using Tags = std::map<std::string, std::string>;

/// A user, group, role, customer managed policy or instance profile.
struct Entity {
  Kind kind = Kind::kUser;
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;
  std::string arn;
  Timestamp created;
  Json body = Json::object();

  Tags tags() const;
  void set_tags(const Tags& tags);
};

enum class Usage { kPermissions, kBoundary };

struct PolicyVersionRow {
  std::int64_t number = 1;
  std::string document;
  Timestamp created;
};

struct AccessKeyRow {
  std::string access_key_id;
  std::string user_id;
  std::string account;
  std::string sealed_secret;
  std::string status;
  Timestamp created;
  std::optional<Timestamp> used_at;
  std::string used_service;
  std::string used_region;
};

struct ServiceCredentialRow {
  std::string id;
  std::string user_id;
  std::string account;
  std::string service;
  std::string service_user_name;
  std::string password_hash;
  std::string status;
  Timestamp created;
};

struct SessionRow {
  std::string access_key_id;
  std::string sealed_secret;
  Json caller;
  Timestamp issued;
  Timestamp expires;
};

/// All calls run in the caller's transaction.
class Store {
 public:
  /// Throws store::UniqueViolation when the name is taken.
  void insert(store::Tx& tx, const Entity& entity) const;
  std::optional<Entity> find(store::Tx& tx, std::string_view account, Kind kind, std::string_view name) const;
  std::optional<Entity> find_by_id(store::Tx& tx, std::string_view id) const;
  std::optional<Entity> find_by_arn(store::Tx& tx, std::string_view arn) const;
  /// In order of names.
  std::vector<Entity> list(store::Tx& tx, std::string_view account, Kind kind, std::string_view path_prefix = "") const;
  std::int64_t count(store::Tx& tx, std::string_view account, Kind kind) const;
  /// Writes name, path, ARN and body of the entity of that id. Throws store::UniqueViolation.
  void update(store::Tx& tx, const Entity& entity) const;
  void remove(store::Tx& tx, const Entity& entity) const;

  void put_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name, std::string_view document) const;
  std::optional<std::string> find_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) const;
  /// Name and document, in order of names.
  std::vector<std::pair<std::string, std::string>> inline_policies(store::Tx& tx, std::string_view owner_id) const;
  /// False when there was none.
  bool remove_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name) const;

  /// Does nothing when it is attached already.
  void attach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) const;
  bool detach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn) const;
  void detach_boundary(store::Tx& tx, const Entity& owner) const;
  std::vector<std::string> attached(store::Tx& tx, std::string_view owner_id, Usage usage) const;
  std::vector<Entity> attached_to(store::Tx& tx, std::string_view account, std::string_view policy_arn,
                                  Usage usage) const;
  std::int64_t attachment_count(store::Tx& tx, std::string_view account, std::string_view policy_arn,
                                Usage usage) const;

  void insert_version(store::Tx& tx, const Entity& policy, const PolicyVersionRow& version) const;
  std::optional<PolicyVersionRow> find_version(store::Tx& tx, const Entity& policy, std::int64_t number) const;
  /// The newest first.
  std::vector<PolicyVersionRow> versions(store::Tx& tx, const Entity& policy) const;
  void remove_version(store::Tx& tx, const Entity& policy, std::int64_t number) const;

  void add_member(store::Tx& tx, const Entity& group, const Entity& user) const;
  bool remove_member(store::Tx& tx, const Entity& group, const Entity& user) const;
  std::vector<Entity> members(store::Tx& tx, const Entity& group) const;
  std::vector<Entity> groups_of(store::Tx& tx, std::string_view user_id) const;

  void set_profile_role(store::Tx& tx, const Entity& profile, const Entity& role) const;
  void clear_profile_role(store::Tx& tx, const Entity& profile) const;
  std::optional<Entity> profile_role(store::Tx& tx, const Entity& profile) const;
  std::vector<Entity> profiles_of(store::Tx& tx, const Entity& role) const;

  void insert(store::Tx& tx, const AccessKeyRow& key) const;
  std::optional<AccessKeyRow> find_access_key(store::Tx& tx, std::string_view access_key_id) const;
  std::vector<AccessKeyRow> access_keys(store::Tx& tx, std::string_view user_id) const;
  void set_access_key_status(store::Tx& tx, std::string_view access_key_id, std::string_view status) const;
  void set_access_key_used(store::Tx& tx, std::string_view access_key_id, Timestamp at, std::string_view service,
                           std::string_view region) const;
  void remove_access_key(store::Tx& tx, std::string_view access_key_id) const;

  void insert(store::Tx& tx, const ServiceCredentialRow& credential) const;
  std::optional<ServiceCredentialRow> find_service_credential(store::Tx& tx, std::string_view id) const;
  std::optional<ServiceCredentialRow> find_service_credential_by_name(store::Tx& tx, std::string_view user_name) const;
  std::vector<ServiceCredentialRow> service_credentials(store::Tx& tx, std::string_view user_id) const;
  void update(store::Tx& tx, const ServiceCredentialRow& credential) const;
  void remove_service_credential(store::Tx& tx, std::string_view id) const;

  void insert(store::Tx& tx, const SessionRow& session) const;
  std::optional<SessionRow> find_session(store::Tx& tx, std::string_view access_key_id) const;
  void remove_sessions_before(store::Tx& tx, Timestamp expired) const;
};

}  // namespace hanbat::iam
