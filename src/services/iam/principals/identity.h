// What the front door and the services ask of iam: whose key this is, and sessions of roles.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "region/identity.h"
#include "region/known_credentials.h"
#include "region/organization.h"
#include "region/ssh_keys.h"
#include "region/vault.h"
#include "services/iam/policies/principal_policies.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// When an access key or a role was last seen at work.
struct Use {
  Timestamp at;
  std::string service;
  std::string region;
};

/// Uses that are not in the database yet: requests that only read cannot write there. A crash may lose the last minute
/// of them, as AWS too tells them late. Safe from all threads.
class Uses {
 public:
  void note(std::string_view id, Use use);
  std::optional<Use> find(std::string_view id) const;
  std::map<std::string, Use> take_all();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Use, std::less<>> uses_;
};

class IamIdentity final : public region::Identity, public region::SshKeys, public region::CredentialChanges {
 public:
  /// What it needs of what the region is made of.
  struct Needs {
    const Clock& clock;
    const region::Vault& vault;
    const region::Memberships& memberships;
    std::string default_region;  // of calls that services make by themselves
  };
  IamIdentity(Needs needs, const PrincipalPolicies& policies) : needs_(std::move(needs)), policies_(policies) {}

  std::optional<region::Credential> find_credential(store::Tx& tx, std::string_view access_key_id) override;
  std::uint64_t credential_changes() const override { return rows::credential_changes(); }
  std::optional<region::Caller> find_git_caller(store::Tx& tx, std::string_view user_name,
                                                std::string_view password) override;
  std::optional<region::SshKey> find_ssh_key(store::Tx& tx, std::string_view key_id) override;
  region::Caller assume_role(store::Tx& tx, std::string_view role_arn, std::string_view service_principal,
                             std::string_view session_name, std::string_view source_arn) override;
  std::optional<region::RoleFacts> find_role(store::Tx& tx, std::string_view role_arn) override;
  region::Caller open_session(const region::RoleFacts& role, std::string_view session_name,
                              const region::SessionOptions& options) override;
  Json find_managed_policy(store::Tx& tx, std::string_view policy_arn) override;
  std::optional<std::string> find_unknown_principal(store::Tx& tx, const region::policy::Document& document) override;
  std::string bind_principals(store::Tx& tx, std::string_view policy) override;
  std::string show_principals(store::Tx& tx, std::string_view policy) override;
  std::optional<std::string> find_key_account(store::Tx& tx, std::string_view access_key_id) override;
  region::TemporaryCredentials issue_keys(store::Tx& tx, const region::Caller& session, Seconds lifetime) override;
  region::Caller service_caller(std::string_view account, std::string_view service_principal) override;

  /// The user as one who calls.
  static region::Caller user_caller(const Entity& user);

  Uses uses;

 private:
  const Needs needs_;
  const PrincipalPolicies& policies_;
};

}  // namespace hanbat::iam
