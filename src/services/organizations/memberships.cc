#include "services/organizations/memberships.h"

#include "services/organizations/store.h"

namespace hanbat::organizations {

std::optional<region::Membership> StoredMemberships::find_membership(store::Tx& tx, std::string_view account) const {
  const auto node = rows::find_node(tx, account);
  if (!node) return std::nullopt;
  const auto organization = rows::find(tx, node->organization_id);
  if (!organization) return std::nullopt;

  region::Membership out{.organization_id = organization->id, .path = organization->id + "/"};
  // The management account is never bound, whatever is attached above it.
  const bool bound = organization->service_control && account != organization->management_account;
  for (const Node& level : rows::line_to(tx, *node)) {
    if (level.kind != NodeKind::kAccount) out.path += level.id + "/";
    if (!bound) continue;
    auto& policies = out.service_control.emplace_back();
    for (const PolicyRow& policy : rows::attached_to(tx, organization->id, level.id))
      policies.push_back({arn_of(*organization, policy), policy.content});
  }
  return out;
}

}  // namespace hanbat::organizations
