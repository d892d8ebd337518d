// The tree: organizational units, and where accounts stand in it.
#include "base/ids.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

// Five levels of units below the root.
constexpr std::size_t kDeepest = 5;

/// `above`: the path of what it lies in.
OrganizationalUnit unit_of(const OrganizationRow& organization, const Node& node, const std::string& above) {
  OrganizationalUnit out;
  out.path = above + node.id + "/";
  out.id = node.id;
  out.arn = arn_of(organization, node);
  out.name = node.name;
  return out;
}

OrganizationalUnit unit_of(store::Tx& tx, const OrganizationRow& organization, const Node& node) {
  const std::string path = rows::path_to(tx, organization, node);
  return unit_of(organization, node, path.substr(0, path.size() - node.id.size() - 1));
}

void check_name_is_free(const std::vector<Node>& siblings, std::string_view name, std::string_view own_id) {
  for (const Node& sibling : siblings)
    if (sibling.name == name && sibling.id != own_id)
      throw DuplicateOrganizationalUnitException("An OU with the same name already exists.");
}

}  // namespace

MoveAccountOutput Organizations::move_account(region::Request& rq, const MoveAccountInput& in) {
  const OrganizationRow organization = require_managed(rq, "MoveAccount", in.account_id);

  auto node = rows::find_node(rq.tx, in.account_id);
  if (!node || node->organization_id != organization.id || node->kind != NodeKind::kAccount)
    throw AccountNotFoundException("You specified an account that doesn't exist.");
  if (node->parent_id != in.source_parent_id)
    throw SourceParentNotFoundException("You specified a source parent that doesn't exist.");
  const auto destination = rows::find_node(rq.tx, in.destination_parent_id);
  if (!destination || destination->organization_id != organization.id || destination->kind == NodeKind::kAccount)
    throw DestinationParentNotFoundException("You specified a destination parent that doesn't exist.");
  if (in.source_parent_id == in.destination_parent_id)
    throw DuplicateAccountException("The account is already present in the specified destination.");

  node->parent_id = destination->id;
  rows::update(rq.tx, *node);

  return {};
}

ListParentsOutput Organizations::list_parents(region::Request& rq, const ListParentsInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListParents", in.child_id);

  const Node child = require_node(rq, organization, in.child_id);
  std::vector<Parent> all;
  if (const auto parent = rows::find_node(rq.tx, child.parent_id))
    all.push_back({.id = parent->id, .type = std::string(kind_name(parent->kind))});
  auto page = cut_page(rq, in, std::move(all), [](const Parent& parent) { return *parent.id; });
  return {.next_token = std::move(page.next_token), .parents = std::move(page.items)};
}

ListChildrenOutput Organizations::list_children(region::Request& rq, const ListChildrenInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListChildren", in.parent_id);

  const Node parent = require_parent(rq, organization, in.parent_id);
  const auto kind = find_kind(in.child_type);
  if (!kind || *kind == NodeKind::kRoot)
    throw InvalidInputException("You specified an invalid value.").with("Reason", "INVALID_ENUM");
  std::vector<Child> all;
  for (const Node& node : rows::children(rq.tx, parent.id, *kind))
    all.push_back({.id = node.id, .type = in.child_type});

  auto page = cut_page(rq, in, std::move(all), [](const Child& child) { return *child.id; });
  return {.children = std::move(page.items), .next_token = std::move(page.next_token)};
}

CreateOrganizationalUnitOutput Organizations::create_organizational_unit(region::Request& rq,
                                                                         const CreateOrganizationalUnitInput& in) {
  const OrganizationRow organization = require_managed_with_tags(rq, "CreateOrganizationalUnit", in.parent_id, in.tags);

  const Node parent = require_parent(rq, organization, in.parent_id);
  if (rows::line_to(rq.tx, parent).size() > kDeepest)
    throw ConstraintViolationException("You have exceeded the maximum nesting depth for organizational units.")
        .with("Reason", "OU_DEPTH_LIMIT_EXCEEDED");
  check_name_is_free(rows::children(rq.tx, parent.id, NodeKind::kUnit), in.name, "");

  const Node unit{
      .id = "ou-" + organization.root_id.substr(2) + "-" + random_from("abcdefghijklmnopqrstuvwxyz0123456789", 8),
      .organization_id = organization.id,
      .parent_id = parent.id,
      .kind = NodeKind::kUnit,
      .name = in.name};
  add(rq.tx, organization, unit);
  put_tags(rq, arn_of(organization, unit), in.tags);

  return {.organizational_unit = unit_of(rq.tx, organization, unit)};
}

DescribeOrganizationalUnitOutput Organizations::describe_organizational_unit(
    region::Request& rq, const DescribeOrganizationalUnitInput& in) {
  const OrganizationRow organization = require_managed(rq, "DescribeOrganizationalUnit", in.organizational_unit_id);
  const Node unit = require_unit(rq, organization, in.organizational_unit_id);
  return {.organizational_unit = unit_of(rq.tx, organization, unit)};
}

UpdateOrganizationalUnitOutput Organizations::update_organizational_unit(region::Request& rq,
                                                                         const UpdateOrganizationalUnitInput& in) {
  const OrganizationRow organization = require_managed(rq, "UpdateOrganizationalUnit", in.organizational_unit_id);

  Node unit = require_unit(rq, organization, in.organizational_unit_id);
  if (in.name) {
    check_name_is_free(rows::children(rq.tx, unit.parent_id, NodeKind::kUnit), *in.name, unit.id);
    unit.name = *in.name;
    rows::update(rq.tx, unit);
  }

  return {.organizational_unit = unit_of(rq.tx, organization, unit)};
}

DeleteOrganizationalUnitOutput Organizations::delete_organizational_unit(region::Request& rq,
                                                                         const DeleteOrganizationalUnitInput& in) {
  const OrganizationRow organization = require_managed(rq, "DeleteOrganizationalUnit", in.organizational_unit_id);

  const Node unit = require_unit(rq, organization, in.organizational_unit_id);
  if (!rows::children(rq.tx, unit.id, NodeKind::kUnit).empty() ||
      !rows::children(rq.tx, unit.id, NodeKind::kAccount).empty())
    throw OrganizationalUnitNotEmptyException("You can't delete an organizational unit that isn't empty.");
  rows::remove_node(rq.tx, organization, unit);

  return {};
}

ListOrganizationalUnitsForParentOutput Organizations::list_organizational_units_for_parent(
    region::Request& rq, const ListOrganizationalUnitsForParentInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListOrganizationalUnitsForParent", in.parent_id);

  const Node parent = require_parent(rq, organization, in.parent_id);
  std::vector<OrganizationalUnit> all;
  const std::string above = rows::path_to(rq.tx, organization, parent);
  for (const Node& node : rows::children(rq.tx, parent.id, NodeKind::kUnit))
    all.push_back(unit_of(organization, node, above));

  auto page = cut_page(rq, in, std::move(all), [](const OrganizationalUnit& unit) { return *unit.id; });
  return {.next_token = std::move(page.next_token), .organizational_units = std::move(page.items)};
}

}  // namespace hanbat::organizations
