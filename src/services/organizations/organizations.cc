#include "services/organizations/organizations.h"

#include "gen/organizations/schema.h"
#include "region/tag_keys.h"

namespace hanbat::organizations {

std::span<const store::Migration> Organizations::migrations() const { return schema(); }

void Organizations::start() {
  home_.tasks.handle("organizations.create-account", [this](store::TaskRun& run) { open_account(run); });
}

OrganizationRow Organizations::require_managed(region::Request& rq, std::string_view action, std::string_view id,
                                               region::ConditionKeys keys) const {
  const auto organization = rows::find_of(rq.tx, rq.account);
  const std::string action_name = "organizations:" + std::string(action);
  std::string resource = "*";
  if (organization && !id.empty()) {
    if (const auto node = rows::find_node(rq.tx, id); node && node->organization_id == organization->id) {
      resource = arn_of(*organization, *node);
    } else if (const auto policy = rows::find_policy(rq.tx, *organization, id)) {
      resource = arn_of(*organization, *policy);
      if (rq.names_key(action_name, kPolicyType)) keys[kPolicyType] = {std::string(kServiceControl)};
    }
    if (resource != "*") region::add_resource_tags(keys, region::tags_of(rq.tx, resource));
  }
  rq.authorize(action_name, resource, keys);
  if (!organization) throw AWSOrganizationsNotInUseException("Your account is not a member of an organization.");
  if (organization->management_account != rq.account)
    throw AccessDeniedException("You don't have permissions to access this resource.");
  return *organization;
}

OrganizationRow Organizations::require_managed_with_tags(region::Request& rq, std::string_view action,
                                                         std::string_view id,
                                                         const std::optional<std::vector<Tag>>& tags,
                                                         region::ConditionKeys keys) const {
  const region::ConditionKeys tag_keys = region::request_tag_keys(region::tag_map(tags));
  keys.insert(tag_keys.begin(), tag_keys.end());
  OrganizationRow organization = require_managed(rq, action, id, std::move(keys));
  if (!tag_keys.empty()) rq.authorize("organizations:TagResource", "*", tag_keys);
  return organization;
}

Node Organizations::require_node(region::Request& rq, const OrganizationRow& organization, std::string_view id) const {
  auto node = rows::find_node(rq.tx, id);
  if (!node || node->organization_id != organization.id)
    throw ChildNotFoundException("You specified a child that doesn't exist.");
  return std::move(*node);
}

Node Organizations::require_parent(region::Request& rq, const OrganizationRow& organization,
                                   std::string_view id) const {
  auto node = rows::find_node(rq.tx, id);
  if (!node || node->organization_id != organization.id || node->kind == NodeKind::kAccount)
    throw ParentNotFoundException("You specified parent that doesn't exist.");
  return std::move(*node);
}

Node Organizations::require_unit(region::Request& rq, const OrganizationRow& organization, std::string_view id) const {
  auto node = rows::find_node(rq.tx, id);
  if (!node || node->organization_id != organization.id || node->kind != NodeKind::kUnit)
    throw OrganizationalUnitNotFoundException("You specified an organizational unit that doesn't exist.");
  return std::move(*node);
}

Node Organizations::require_target(region::Request& rq, const OrganizationRow& organization,
                                   std::string_view id) const {
  auto node = rows::find_node(rq.tx, id);
  if (!node || node->organization_id != organization.id)
    throw TargetNotFoundException("You specified a target that doesn't exist.");
  return std::move(*node);
}

PolicyRow Organizations::require_policy(region::Request& rq, const OrganizationRow& organization,
                                        std::string_view id) const {
  if (auto policy = rows::find_policy(rq.tx, organization, id)) return std::move(*policy);
  throw PolicyNotFoundException("You specified a policy that doesn't exist.");
}

void Organizations::add(store::Tx& tx, const OrganizationRow& organization, const Node& node) const {
  rows::insert(tx, node);
  if (organization.service_control) rows::attach(tx, full_aws_access(organization.id).id, node);
}

void Organizations::put_tags(region::Request& rq, std::string_view arn,
                             const std::optional<std::vector<Tag>>& tags) const {
  region::put_tags(rq.tx, arn, region::tag_pairs(tags), kTagRules);
}

wire::Error Organizations::invalid_page_token(const wire::OperationModel&) const {
  return InvalidInputException("You specified an invalid next token.").with("Reason", "INVALID_NEXT_TOKEN");
}

void check_policy_type(const region::Request& rq, std::string_view type) {
  if (type != kServiceControl)
    throw wire::Error::not_implemented(rq.operation.name, "the policy type " + std::string(type));
}

}  // namespace hanbat::organizations
