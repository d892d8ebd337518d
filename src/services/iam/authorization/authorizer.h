// Decides requests: gathers what the policy engine needs to know, asks it, and tells a refusal as the service's
// protocol tells it.
#pragma once

#include <string>

#include "region/authorization.h"
#include "region/policy/evaluation.h"
#include "region/request.h"
#include "region/vault.h"
#include "services/iam/authorization/refusals.h"
#include "services/iam/policies/principal_policies.h"
#include "services/iam/principals/identity.h"

namespace hanbat::iam {

/// What sts:DecodeAuthorizationMessage opens again.
inline constexpr std::string_view kAuthorizationMessage = "sts.authorization-message";

class IamAuthorizer final : public region::Authorizer {
 public:
  IamAuthorizer(const region::Vault& vault, const PrincipalPolicies& policies, Uses& uses)
      : vault_(vault), policies_(policies), uses_(uses) {}

  void authorize(region::Request& rq, const region::AccessQuestion& question) override;

 private:
  [[noreturn]] void refuse(const region::Request& rq, const region::policy::Question& question,
                           const region::policy::Decision& decision) const;
  void record_use(const region::Request& rq) const;

  const region::Vault& vault_;
  const PrincipalPolicies& policies_;
  Uses& uses_;
  mutable Refusals refusals_;
};

}  // namespace hanbat::iam
