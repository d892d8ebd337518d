// Who calls: principals and their credentials. The iam service keeps them and implements Identity; everything else only
// asks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::region::policy {
struct Document;
}

namespace hanbat::region {

/// A principal in the act of calling. Made by Identity, never by hand outside tests.
struct Caller {
  enum class Kind { kAnonymous, kRoot, kUser, kAssumedRole, kFederatedUser, kService };

  Kind kind = Kind::kAnonymous;
  std::string account;        // twelve digits
  std::string arn;            // arn:aws:iam::…:user/x, arn:aws:sts::…:assumed-role/role/session
  std::string principal_arn;  // what aws:PrincipalArn says: of an assumed role the role's ARN, else `arn`
  std::string user_id;        // AIDA…, AROA…:session
  std::string name;           // user or role name; of a service its principal, codepipeline.amazonaws.com
  std::string session_name;
  std::string access_key_id;
  Json session_policies;                            // array of policy documents, or null
  std::map<std::string, std::string> session_tags;  // aws:PrincipalTag/… of the session
  std::map<std::string, std::string> session_keys;  // condition keys of all its calls: where an instance got its keys
  std::string source_identity;
  std::map<std::string, std::string> request_keys;  // condition keys of the signature: s3:authType, s3:signatureAge
  std::string via_service;  // the service that calls on this principal's behalf, with its own rights, or ""
  std::string held_by;     // the service that took this session of a role for itself, codepipeline.amazonaws.com, or ""
  std::string source_arn;  // of a service: the resource on whose behalf it calls (a rule, a project), or ""
  std::string source_ip;
  std::string user_agent;
  std::string referer;
  bool secure_transport = false;
  std::optional<Timestamp> token_issued_at;
};

/// An access key and whose it is.
struct Credential {
  Caller caller;
  std::string secret_access_key;
  std::string session_token;            // "" for long-lived keys
  std::optional<Timestamp> expiration;  // of temporary ones
  bool active = true;
};

/// Keys that end by themselves, as sts:AssumeRole gives them.
struct TemporaryCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  Timestamp expiration;
  Caller caller;
};

/// What sts needs to know of a role.
struct RoleFacts {
  std::string arn;
  std::string id;  // AROA…
  std::string name;
  std::string account;
  Json trust;  // the trust policy
  Seconds longest_session{3600};
  std::map<std::string, std::string> tags;
};

/// What a caller may give a session beside its name.
struct SessionOptions {
  Json policies;  // array of policy documents that bound it, or null
  std::map<std::string, std::string> tags;
  std::string source_identity;
};

/// What the front door and the services ask of IAM's state. All calls read or write in the caller's transaction.
class Identity {
 public:
  virtual ~Identity() = default;

  virtual std::optional<Credential> find_credential(store::Tx& tx, std::string_view access_key_id) = 0;
  /// The IAM user of a service-specific credential for CodeCommit, when the password is right.
  virtual std::optional<Caller> find_git_caller(store::Tx& tx, std::string_view user_name,
                                                std::string_view password) = 0;
  /// A session of the role for an AWS service, as the role's trust policy allows it to that service. The result acts in
  /// process; it has no keys. `source_arn` is the resource for which the service takes the role (aws:SourceArn), or "".
  /// Throws wire::Error AccessDenied when the role is missing or does not trust the service.
  virtual Caller assume_role(store::Tx& tx, std::string_view role_arn, std::string_view service_principal,
                             std::string_view session_name, std::string_view source_arn = {}) = 0;
  virtual std::optional<RoleFacts> find_role(store::Tx& tx, std::string_view role_arn) = 0;
  /// A session of the role; who may have it was decided before.
  virtual Caller open_session(const RoleFacts& role, std::string_view session_name, const SessionOptions& options) = 0;
  /// The document of a managed policy of the account or of AWS, for session policies; null when there is none.
  virtual Json find_managed_policy(store::Tx& tx, std::string_view policy_arn) = 0;
  /// A user or role of an account of ours that a resource's policy names and that does not exist; nothing when all do.
  virtual std::optional<std::string> find_unknown_principal(store::Tx&, const policy::Document&) {
    return std::nullopt;
  }
  /// A resource's policy as it is kept: the users and roles that its principals name by ARN are named by id, since the
  /// policy means the very one that has the ARN now, not one that is made under the same name later.
  /// Source: IAM User Guide, "AWS JSON policy elements: Principal".
  virtual std::string bind_principals(store::Tx&, std::string_view policy) { return std::string(policy); }
  /// A kept policy as it is shown and as it counts: ids under the ARNs that they have now; one that is gone stays an
  /// id.
  virtual std::string show_principals(store::Tx&, std::string_view policy) { return std::string(policy); }
  /// The account of an access key, known by the key alone; nothing when it is none of ours.
  virtual std::optional<std::string> find_key_account(store::Tx& tx, std::string_view access_key_id) = 0;
  /// Keys for such a session (for a build's or an instance's own tools), valid that long.
  virtual TemporaryCredentials issue_keys(store::Tx& tx, const Caller& session, Seconds lifetime) = 0;
  /// The service acting for itself in an account (service-linked work and service-owned buckets).
  virtual Caller service_caller(std::string_view account, std::string_view service_principal) = 0;
};

}  // namespace hanbat::region
