// Gathers the policies that have a say in what a principal may do, parsed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/identity.h"
#include "region/organization.h"
#include "region/policy/evaluation.h"
#include "services/iam/policies/managed_policies.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// Everything that iam knows about a principal when it calls.
struct PrincipalFacts {
  std::vector<region::policy::Source> identity;
  std::optional<std::vector<region::policy::Source>> boundary;
  Tags tags;
};

/// Keeps documents that it has parsed by their text, so that a request does not parse what the last one did. Safe from
/// all threads.
class PrincipalPolicies {
 public:
  PrincipalPolicies(const ManagedPolicies& managed) : managed_(managed) {}

  /// Nothing of anyone who is gone.
  PrincipalFacts gather(store::Tx& tx, const region::Caller& caller) const;
  PrincipalFacts gather(store::Tx& tx, const Entity& entity) const;
  /// The default version of a managed policy; nothing when there is no such policy.
  std::optional<region::policy::Source> managed(store::Tx& tx, std::string_view policy_arn) const;
  /// The text of that version.
  std::optional<std::string> managed_text(store::Tx& tx, std::string_view policy_arn) const;
  /// The service control policies of each level, parsed.
  std::vector<std::vector<region::policy::Source>> service_control(const region::Membership& membership) const;
  /// Throws region::policy::DocumentError.
  std::shared_ptr<const region::policy::Document> parse(const std::string& text,
                                                        region::policy::DocumentKind kind) const;

 private:
  void add_policies_of(store::Tx& tx, const Entity& owner, std::vector<region::policy::Source>& out) const;

  const ManagedPolicies& managed_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const region::policy::Document>, std::less<>> parsed_;
};

}  // namespace hanbat::iam
