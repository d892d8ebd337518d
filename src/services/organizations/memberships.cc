#include "services/organizations/memberships.h"

#include "region/tags.h"
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

std::string StoredMemberships::payer_of(store::Tx& tx, std::string_view account) const {
  const auto organization = rows::find_of(tx, account);
  return organization ? organization->management_account : std::string(account);
}

std::vector<std::string> StoredMemberships::paid_by(store::Tx& tx, std::string_view account) const {
  std::vector<std::string> out{std::string(account)};
  const auto organization = rows::find_of(tx, account);
  if (!organization || organization->management_account != account) return out;
  for (const Node& node : rows::nodes(tx, organization->id))
    if (node.kind == NodeKind::kAccount && node.id != account) out.push_back(node.id);
  return out;
}

region::TagMap StoredMemberships::tags_of_account(store::Tx& tx, std::string_view account) const {
  const auto organization = rows::find_of(tx, account);
  const auto node = organization ? rows::find_node(tx, account) : std::nullopt;
  return node ? region::tags_of(tx, arn_of(*organization, *node)) : region::TagMap{};
}

}  // namespace hanbat::organizations
