// The question that every operation asks before it does anything: may this caller do this, to that?
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::region {

class Request;

/// Values of condition keys beyond the global ones, by key name: {"ec2:ResourceTag/env", {"dev"}}.
using ConditionKeys = std::map<std::string, std::vector<std::string>>;

/// What an allow in a resource's own policy is worth beside the caller's policies.
enum class ResourcePolicyRole {
  kAdds,       // a bucket's: it can suffice within the account
  kMustAllow,  // a role's trust policy, or whatever a service principal reaches: without it nothing suffices
};

/// One question of authorization.
struct AccessQuestion {
  std::string action;    // "s3:GetObject"
  std::string resource;  // an ARN, or "*"
  ConditionKeys keys;
  std::vector<Json> resource_policies;  // the policies attached to the resource: documents, or their texts
  std::string resource_account;         // whose the resource is; "" = the request's account
  ResourcePolicyRole resource_policy_role = ResourcePolicyRole::kAdds;
};

/// Answers questions. Implemented over the policy engine by iam.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Returns when allowed; throws the access-denied error of the request's protocol otherwise.
  virtual void authorize(Request& rq, const AccessQuestion& question) = 0;
};

}  // namespace hanbat::region
