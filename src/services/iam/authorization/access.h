// Who calls and what they may do: what the region asks of IAM's state at every call. It is made before the region,
// whose part it is, and before the service by which users change that state.
#pragma once

#include <string>

#include "region/organization.h"
#include "region/vault.h"
#include "services/iam/authorization/authorizer.h"
#include "services/iam/policies/managed_policies.h"
#include "services/iam/policies/principal_policies.h"
#include "services/iam/principals/identity.h"

namespace hanbat::iam {

struct Access {
  Access(const Clock& clock, const region::Vault& vault, const region::Memberships& memberships,
         const std::string& default_region)
      : policies(managed),
        identity({clock, vault, memberships, default_region}, policies),
        authorizer(vault, policies, identity.uses) {}

  ManagedPolicies managed;
  PrincipalPolicies policies;
  IamIdentity identity;
  IamAuthorizer authorizer;
};

}  // namespace hanbat::iam
