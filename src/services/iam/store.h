// The rows of iam. Entities with names and paths are rows of the region's store, their tags the region's; what hangs on
// them (policies, members, keys, sessions) are relations of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"
#include "region/tags.h"
#include "store/database.h"

namespace hanbat::iam {

enum class Kind { kUser, kGroup, kRole, kPolicy, kProfile, kProvider };
/// "user", "group", "role", "policy", "profile", "provider": the column `kind`.
std::string_view kind_name(Kind kind);

/// A user, group, role, customer managed policy, instance profile or OpenID Connect provider.
struct Entity {
  Kind kind = Kind::kUser;
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;
  std::string arn;
  Timestamp created;
  Json body = Json::object();
};

/// What an entity is found and listed by: names are unique without regard to case.
std::string name_key(const Entity& e);
/// AIDA, AGPA, AROA, ANPA, AIPA: how the kind's ids begin. A provider's is shown to nobody.
std::string_view id_prefix(Kind kind);
/// "arn:aws:iam::123456789012:user/path/name"
std::string arn_of(Kind kind, std::string_view account, std::string_view path, std::string_view name);

using Tags = region::TagMap;

/// What a managed policy is attached as.
enum class Usage { kPermissions, kBoundary };
/// Whose policies a list has.
enum class PolicyScope { kAll, kAws, kLocal };

struct PolicyVersionRow {
  std::int64_t number = 1;
  std::string document;
  Timestamp created;
};

/// Whether an access key or a service's credential opens anything. AWS ends some by itself; here none expires.
enum class KeyStatus { kActive, kInactive, kExpired };

}  // namespace hanbat::iam

namespace hanbat {

template <>
inline constexpr auto kWords<iam::Usage> = std::to_array<Word<iam::Usage>>(
    {{iam::Usage::kPermissions, "PermissionsPolicy"}, {iam::Usage::kBoundary, "PermissionsBoundary"}});
template <>
inline constexpr auto kWords<iam::PolicyScope> = std::to_array<Word<iam::PolicyScope>>(
    {{iam::PolicyScope::kAll, "All"}, {iam::PolicyScope::kAws, "AWS"}, {iam::PolicyScope::kLocal, "Local"}});
template <>
inline constexpr auto kWords<iam::KeyStatus> =
    std::to_array<Word<iam::KeyStatus>>({{iam::KeyStatus::kActive, "Active"},
                                         {iam::KeyStatus::kInactive, "Inactive"},
                                         {iam::KeyStatus::kExpired, "Expired"}});

}  // namespace hanbat

namespace hanbat::iam {

struct AccessKeyRow {
  std::string access_key_id;
  std::string user_id;
  std::string account;
  std::string sealed_secret;
  KeyStatus status = KeyStatus::kActive;
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
  KeyStatus status = KeyStatus::kActive;
  Timestamp created;
};

/// A public key of a user for git over SSH.
struct SshKeyRow {
  std::string id;  // APKA…, which is the user's name over SSH
  std::string user_id;
  std::string account;
  std::string body;  // as it was uploaded
  std::string line;  // "ssh-rsa AAAA…", without a comment
  std::string fingerprint;
  KeyStatus status = KeyStatus::kActive;
  Timestamp uploaded;
};

struct SessionRow {
  std::string access_key_id;
  std::string sealed_secret;
  Json caller;
  Timestamp issued;
  Timestamp expires;
};

namespace rows {

/// Throws store::UniqueViolation when the name is taken.
void insert(store::Tx& tx, const Entity& entity);
std::optional<Entity> find(store::Tx& tx, std::string_view account, Kind kind, std::string_view name);
std::optional<Entity> find_by_id(store::Tx& tx, std::string_view id);
std::optional<Entity> find_by_arn(store::Tx& tx, std::string_view arn);
/// In order of names.
std::vector<Entity> list(store::Tx& tx, std::string_view account, Kind kind);
/// In order of name_key, those after the one of that key, `most` of them.
std::vector<Entity> list_after(store::Tx& tx, std::string_view account, Kind kind,
                               const std::optional<std::string>& after, std::size_t most);
std::int64_t count(store::Tx& tx, std::string_view account, Kind kind);
/// Writes name, path and body of the entity of that id; its tags follow its ARN. Throws store::UniqueViolation.
void update(store::Tx& tx, const Entity& entity);
/// With its tags, policies and attachments.
void remove(store::Tx& tx, const Entity& entity);

void put_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name, std::string_view document);
std::optional<std::string> find_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name);
/// Name and document, in order of names.
std::vector<std::pair<std::string, std::string>> inline_policies(store::Tx& tx, std::string_view owner_id);
/// False when there was none.
bool remove_inline_policy(store::Tx& tx, const Entity& owner, std::string_view name);

/// Does nothing when it is attached already.
void attach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn);
bool detach(store::Tx& tx, const Entity& owner, Usage usage, std::string_view policy_arn);
void detach_boundary(store::Tx& tx, const Entity& owner);
std::vector<std::string> attached(store::Tx& tx, std::string_view owner_id, Usage usage);
std::vector<Entity> attached_to(store::Tx& tx, std::string_view account, std::string_view policy_arn, Usage usage);
std::int64_t attachment_count(store::Tx& tx, std::string_view account, std::string_view policy_arn, Usage usage);

void insert_version(store::Tx& tx, const Entity& policy, const PolicyVersionRow& version);
std::optional<PolicyVersionRow> find_version(store::Tx& tx, const Entity& policy, std::int64_t number);
/// The newest first.
std::vector<PolicyVersionRow> versions(store::Tx& tx, const Entity& policy);
void remove_version(store::Tx& tx, const Entity& policy, std::int64_t number);

void add_member(store::Tx& tx, const Entity& group, const Entity& user);
bool remove_member(store::Tx& tx, const Entity& group, const Entity& user);
/// In order of name_key, those after the one of that key, `most` of them.
std::vector<Entity> members_after(store::Tx& tx, const Entity& group, const std::optional<std::string>& after,
                                  std::size_t most);
bool has_members(store::Tx& tx, const Entity& group);
std::vector<Entity> groups_of(store::Tx& tx, std::string_view user_id);

void set_profile_role(store::Tx& tx, const Entity& profile, const Entity& role);
void clear_profile_role(store::Tx& tx, const Entity& profile);
std::optional<Entity> profile_role(store::Tx& tx, const Entity& profile);
std::vector<Entity> profiles_of(store::Tx& tx, const Entity& role);

void insert(store::Tx& tx, const AccessKeyRow& key);
std::optional<AccessKeyRow> find_access_key(store::Tx& tx, std::string_view access_key_id);
std::vector<AccessKeyRow> access_keys(store::Tx& tx, std::string_view user_id);
void set_access_key_status(store::Tx& tx, std::string_view access_key_id, KeyStatus status);
void set_access_key_used(store::Tx& tx, std::string_view access_key_id, Timestamp at, std::string_view service,
                         std::string_view region);
void remove_access_key(store::Tx& tx, std::string_view access_key_id);
/// How many commits of this process have changed what an access key that there was opens: its status, or whose it is.
std::uint64_t credential_changes();
/// Counts one, once the transaction is durable.
void note_credential_change(store::Tx& tx);

void insert(store::Tx& tx, const ServiceCredentialRow& credential);
std::optional<ServiceCredentialRow> find_service_credential(store::Tx& tx, std::string_view id);
std::optional<ServiceCredentialRow> find_service_credential_by_name(store::Tx& tx, std::string_view user_name);
std::vector<ServiceCredentialRow> service_credentials(store::Tx& tx, std::string_view user_id);
void update(store::Tx& tx, const ServiceCredentialRow& credential);
void remove_service_credential(store::Tx& tx, std::string_view id);

void insert(store::Tx& tx, const SshKeyRow& key);
std::optional<SshKeyRow> find_ssh_key(store::Tx& tx, std::string_view id);
std::vector<SshKeyRow> ssh_keys(store::Tx& tx, std::string_view user_id);
void set_ssh_key_status(store::Tx& tx, std::string_view id, KeyStatus status);
void remove_ssh_key(store::Tx& tx, std::string_view id);

void insert(store::Tx& tx, const SessionRow& session);
std::optional<SessionRow> find_session(store::Tx& tx, std::string_view access_key_id);
void remove_sessions_before(store::Tx& tx, Timestamp expired);

/// Whether an account has the alias, other than this one.
bool is_alias_of_another(store::Tx& tx, std::string_view alias, std::string_view account);
/// Gives the account its one alias, in the place of the one that it had.
void set_alias(store::Tx& tx, std::string_view account, std::string_view alias);
/// Whether the account had it.
bool remove_alias(store::Tx& tx, std::string_view account, std::string_view alias);
std::vector<std::string> aliases(store::Tx& tx, std::string_view account);

/// The account's password policy as JSON; nothing when it has none of its own.
std::optional<Json> find_password_policy(store::Tx& tx, std::string_view account);
void set_password_policy(store::Tx& tx, std::string_view account, const Json& policy);
/// Whether there was one.
bool remove_password_policy(store::Tx& tx, std::string_view account);

/// Keeps how the deletion of a service-linked role ended.
void insert_role_deletion(store::Tx& tx, std::string_view task, std::string_view account, std::string_view status,
                          Timestamp at);
std::optional<std::string> find_role_deletion(store::Tx& tx, std::string_view task, std::string_view account);

}  // namespace rows
}  // namespace hanbat::iam
