// What the region asks of organizations at every call. It is made before the region, whose part it is, and before the
// service by which users change organizations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/organization.h"
#include "region/tag_keys.h"

namespace hanbat::organizations {

class StoredMemberships final : public region::Memberships {
 public:
  std::optional<region::Membership> find_membership(store::Tx& tx, std::string_view account) const override;

  /// The account that manages the organization, whose bill is for all of it; the account itself when it is in none.
  std::string payer_of(store::Tx& tx, std::string_view account) const;
  /// The account itself, and, when it manages an organization, all accounts there.
  std::vector<std::string> paid_by(store::Tx& tx, std::string_view account) const;
  /// The tags that the organization has on the account.
  region::TagMap tags_of_account(store::Tx& tx, std::string_view account) const;
};

}  // namespace hanbat::organizations
