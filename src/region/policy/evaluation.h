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

enum class PolicyType { kIdentity, kBoundary, kSession, kResource, kServiceControl };

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
  std::optional<Source> resource_policy;
  ResourcePolicyRole resource_policy_role = ResourcePolicyRole::kAdds;
  std::vector<std::vector<Source>> service_control;  // per level of the organization, from the root down
};

/// A statement that had part in the decision.
struct Match {
  PolicyType type;
  std::string source_id;
  std::string source_type;
  Position start;
  Position end;
};

struct Decision {
  enum class Outcome { kAllowed, kExplicitDeny, kImplicitDeny };

  Outcome outcome = Outcome::kImplicitDeny;
  /// What denied explicitly, or what would have had to allow.
  PolicyType decided_by = PolicyType::kIdentity;
  std::vector<Match> matched;
  std::set<std::string> missing_keys;
  std::optional<bool> boundary_allows;
  std::optional<bool> service_control_allows;

  bool allowed() const { return outcome == Outcome::kAllowed; }
};

Decision evaluate(const Question& question);

/// The end of AWS's message: "because no identity-based policy allows the s3:GetObject action", "with an explicit deny
/// in a resource-based policy". Empty when allowed.
std::string reason(const Decision& decision, std::string_view action);

/// How a statement's principals name a caller.
enum class PrincipalMatch {
  kNone,
  kAccount,  // by the account: its administrators decide further
  kRole,     // by the role of the session
  kExact,    // the user, the session, the service or the root itself
  kAnyone,
};
PrincipalMatch match_principal(const Principals& principals, const Caller& caller);

}  // namespace hanbat::region::policy
