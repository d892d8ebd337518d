// What the region asks of organizations at every call. It is made before the region, whose part it is, and before the
// service by which users change organizations.
#pragma once

#include <optional>
#include <string_view>

#include "region/organization.h"

namespace hanbat::organizations {

class StoredMemberships final : public region::Memberships {
 public:
  std::optional<region::Membership> find_membership(store::Tx& tx, std::string_view account) const override;
};

}  // namespace hanbat::organizations
