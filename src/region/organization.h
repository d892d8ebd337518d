// What an account's place in an organization means: which organization it is, and which service control policies bound
// it. The organizations service keeps it and implements this; whoever decides about requests asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace hanbat::region {

/// A policy as it is attached somewhere.
struct AttachedPolicy {
  std::string id;  // an ARN or another name by which it is told
  std::string document;
};

struct Membership {
  std::string organization_id;  // "o-a1b2c3d4e5"
  std::string path;             // "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", as aws:PrincipalOrgPaths tells it
  /// The service control policies of each level from the root down to the account. Empty where none bound: for the
  /// management account, and while the organization has them off.
  std::vector<std::vector<AttachedPolicy>> service_control;
};

class Memberships {
 public:
  virtual ~Memberships() = default;
  /// Nothing for an account that is in no organization.
  virtual std::optional<Membership> find_membership(store::Tx& tx, std::string_view account) const = 0;
};

/// Where there is no organization.
class NoMemberships final : public Memberships {
 public:
  std::optional<Membership> find_membership(store::Tx&, std::string_view) const override { return std::nullopt; }
};

}  // namespace hanbat::region
