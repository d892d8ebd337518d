// The organization itself: made, shown, ended, and whether its service control policies are in force.
#include "base/ids.h"
#include "base/words.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

/// Consolidated billing alone is not built.
enum class FeatureSet { kAll };

}  // namespace
}  // namespace hanbat::organizations

namespace hanbat {

template <>
constexpr auto kWords<organizations::FeatureSet> =
    std::to_array<Word<organizations::FeatureSet>>({{organizations::FeatureSet::kAll, "ALL"}});

}  // namespace hanbat

namespace hanbat::organizations {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/// The account that makes the organization has no address of its own here.
constexpr const char* kManagementEmail = "management@example.com";

Organization describe(const OrganizationRow& row) {
  Organization out;
  out.id = row.id;
  out.arn = row.arn("organization");
  out.feature_set = word_of(FeatureSet::kAll);
  out.master_account_id = row.management_account;
  out.master_account_arn = row.arn("account", row.management_account);
  out.master_account_email = kManagementEmail;
  out.available_policy_types = {{{.status = "ENABLED", .type = std::string(kServiceControl)}}};
  return out;
}

Root describe_root(const OrganizationRow& row) {
  Root out;
  out.id = row.root_id;
  out.arn = row.arn("root", row.root_id);
  out.name = "Root";
  out.policy_types.emplace();
  if (row.service_control) out.policy_types->push_back({.status = "ENABLED", .type = std::string(kServiceControl)});
  return out;
}

void check_root(const OrganizationRow& row, const std::string& id) {
  if (id != row.root_id) throw RootNotFoundException("You specified a root that doesn't exist.");
}

}  // namespace

CreateOrganizationOutput Organizations::create_organization(region::Request& rq, const CreateOrganizationInput& in) {
  rq.authorize("organizations:CreateOrganization", "*");

  if (in.feature_set && !find_word<FeatureSet>(*in.feature_set))
    throw wire::Error::not_implemented("CreateOrganization", "FeatureSet " + *in.feature_set);
  if (rows::find_of(rq.tx, rq.account))
    throw AlreadyInOrganizationException("The provided account is already a member of an organization.");

  const OrganizationRow row{.id = "o-" + random_from(kAlphabet, 10),
                            .management_account = rq.account,
                            .root_id = "r-" + random_from(kAlphabet, 4),
                            .created = rq.now()};
  rows::insert(rq.tx, row);
  add(rq.tx, row, {row.root_id, row.id, "", NodeKind::kRoot, "Root"});
  add(rq.tx, row,
      {rq.account, row.id, row.root_id, NodeKind::kAccount, "management",
       Json::object({{"email", kManagementEmail}, {"joined", rq.now().ms}, {"method", "INVITED"}})});

  return {.organization = describe(row)};
}

DescribeOrganizationOutput Organizations::describe_organization(region::Request& rq, const DescribeOrganizationInput&) {
  rq.authorize("organizations:DescribeOrganization", "*");

  const auto row = rows::find_of(rq.tx, rq.account);
  if (!row) throw AWSOrganizationsNotInUseException("Your account is not a member of an organization.");

  return {.organization = describe(*row)};
}

DeleteOrganizationOutput Organizations::delete_organization(region::Request& rq, const DeleteOrganizationInput&) {
  const OrganizationRow row = require_managed(rq, "DeleteOrganization");

  for (const Node& node : rows::nodes(rq.tx, row.id))
    if (node.kind == NodeKind::kUnit || (node.kind == NodeKind::kAccount && node.id != row.management_account))
      throw OrganizationNotEmptyException(
          "To delete an organization, you must first remove all member accounts "
          "(except the master) and delete all organizational units and policies.");
  if (rows::policies(rq.tx, row).size() > 1)
    throw OrganizationNotEmptyException("To delete an organization, you must first delete all its policies.");
  rows::remove(rq.tx, row);

  return {};
}

ListRootsOutput Organizations::list_roots(region::Request& rq, const ListRootsInput& in) {
  const OrganizationRow row = require_managed(rq, "ListRoots");
  auto page = cut_page(rq, in, std::vector<Root>{describe_root(row)}, [](const Root& root) { return *root.id; });
  return {.next_token = std::move(page.next_token), .roots = std::move(page.items)};
}

ListAWSServiceAccessForOrganizationOutput Organizations::list_aws_service_access_for_organization(
    region::Request& rq, const ListAWSServiceAccessForOrganizationInput& in) {
  require_managed(rq, "ListAWSServiceAccessForOrganization");
  auto page = cut_page(rq, in, std::vector<EnabledServicePrincipal>{},
                       [](const EnabledServicePrincipal& service) { return service.service_principal.value_or(""); });
  return {.enabled_service_principals = std::move(page.items), .next_token = std::move(page.next_token)};
}

EnablePolicyTypeOutput Organizations::enable_policy_type(region::Request& rq, const EnablePolicyTypeInput& in) {
  OrganizationRow row = require_managed(rq, "EnablePolicyType", in.root_id, {{kPolicyType, {in.policy_type}}});

  check_policy_type(rq, in.policy_type);
  check_root(row, in.root_id);
  if (row.service_control) throw PolicyTypeAlreadyEnabledException("The specified policy type is already enabled.");

  row.service_control = true;
  rows::update(rq.tx, row);
  for (const Node& node : rows::nodes(rq.tx, row.id)) rows::attach(rq.tx, full_aws_access(row.id).id, node);

  return {.root = describe_root(row)};
}

DisablePolicyTypeOutput Organizations::disable_policy_type(region::Request& rq, const DisablePolicyTypeInput& in) {
  OrganizationRow row = require_managed(rq, "DisablePolicyType", in.root_id, {{kPolicyType, {in.policy_type}}});

  check_policy_type(rq, in.policy_type);
  check_root(row, in.root_id);
  if (!row.service_control)
    throw PolicyTypeNotEnabledException("This operation can be performed only for enabled policy types.");

  row.service_control = false;
  rows::update(rq.tx, row);
  // As on AWS, to enable the type again does not bring the attachments back.
  rows::detach_all(rq.tx, row.id);

  return {.root = describe_root(row)};
}

}  // namespace hanbat::organizations
