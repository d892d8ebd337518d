// The decision: which of AWS's kinds of policies allow a request, and which deny it. Pure; what applies to a request is
// gathered by iam. Source: IAM User Guide, "Policy evaluation logic".
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "region/authorization.h"
#include "region/identity.h"
#include "region/policy/conditions.h"
#include "region/policy/document.h"

namespace hanbat::region::policy {

/// kTrust is the resource policy of a role, which AWS's messages call by its own name. kEndpoint is that of the VPC's
/// endpoint by which the request came.
enum class PolicyType { kIdentity, kBoundary, kSession, kResource, kTrust, kServiceControl, kEndpoint };

/// A document and where it comes from.
struct Source {
  std::string id;    // "arn:aws:iam::aws:policy/PowerUserAccess", "PolicyInputList.1"
  std::string type;  // as SimulatePrincipalPolicy tells: "user", "group", "role", "aws-managed", "user-managed", …
  std::shared_ptr<const Document> document;
};

/// A request, and all policies that have a say in it.
struct Question {
  std::string action;
  std::string resource;
  std::string resource_account;  // "" = the caller's
  Context context;
  const Caller* caller = nullptr;
  std::vector<Source> identity;
  std::optional<std::vector<Source>> boundary;
  std::optional<std::vector<Source>> session;
  std::vector<Source> resource_policies;
  ResourcePolicyRole resource_policy_role = ResourcePolicyRole::kAdds;
  std::optional<Source> endpoint;                    // of the VPC's endpoint, when the request came by one
  std::vector<std::vector<Source>> service_control;  // per level of the caller's organization, from the root down
};

/// A statement that applies to the request, and where it stands.
struct Match {
  PolicyType type;
  std::string source_id;
  std::string source_type;
  std::shared_ptr<const Statement> statement;
};

struct Decision {
  enum class Outcome { kAllowed, kExplicitDeny, kImplicitDeny };

  Outcome outcome = Outcome::kImplicitDeny;
  /// What denied explicitly, or what would have had to allow.
  PolicyType decided_by = PolicyType::kIdentity;
  std::vector<Match> matched;  // all that apply, whether they decided or not
  std::set<std::string> missing_keys;
  std::optional<bool> boundary_allows;
  std::optional<bool> service_control_allows;

  bool allowed() const { return outcome == Outcome::kAllowed; }
  /// The statements that made the decision: those that deny, or those that allow; none when an allow is lacking.
  std::vector<Match> deciding() const;
};

Decision evaluate(const Question& question);

/// The end of AWS's message: "because no identity-based policy allows the s3:GetObject action", "with an explicit deny
/// in a resource-based policy". Empty when allowed.
std::string reason(const Decision& decision, std::string_view action);

/// How a statement's principals name a caller.
enum class PrincipalMatch {
  kNone,
  kAccount,  // by the account: its administrators decide further
  kRole,     // by the role of the session, or the user of the federated session
  kExact,    // the user, the session, the service or the root itself
  kAnyone,
};
PrincipalMatch match_principal(const Principals& principals, const Caller& caller);
/// Whether a NotPrincipal leaves the caller out: it must name each of what the caller is, the session, its role and the
/// account, or the user and the account. Source: IAM User Guide, "NotPrincipal with Deny".
bool is_excepted(const Principals& principals, const Caller& caller);
/// Whether service control policies bind the caller: users, roles and the root, but neither service-linked roles nor
/// services nor who has no account.
bool is_bound_by_service_control(const Caller& caller);

}  // namespace hanbat::region::policy
