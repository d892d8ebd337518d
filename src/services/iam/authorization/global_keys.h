// The condition keys that AWS sets for every request, whatever the service: who calls, when, from where, for whom.
// Source: IAM User Guide, "AWS global condition context keys".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/identity.h"
#include "region/organization.h"
#include "region/policy/conditions.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// What the keys are made of.
struct KeyFacts {
  const region::Caller& caller;
  Tags principal_tags;
  Timestamp now;
  std::string region;
  std::optional<region::Membership> caller_membership;
  std::string resource_account;  // "" = not known
  std::optional<region::Membership> resource_membership;
};

/// A key whose fact is not there stays absent.
void set_global_keys(region::policy::Context& context, const KeyFacts& facts);

}  // namespace hanbat::iam
