// Where policies are attached: to the root, to organizational units, to accounts.
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

// Of policies of one type on one target, as AWS's quotas have it.
constexpr std::size_t kMost = 5;

void check_enabled(const OrganizationRow& organization) {
  if (!organization.service_control)
    throw PolicyTypeNotEnabledException("This operation can be performed only for enabled policy types.");
}

/// What the question about a policy's target tells of the policy: there is but one type.
region::ConditionKeys type_of_policy() { return {{kPolicyType, {std::string(kServiceControl)}}}; }

}  // namespace

AttachPolicyOutput Organizations::attach_policy(region::Request& rq, const AttachPolicyInput& in) {
  require_managed(rq, "AttachPolicy", in.policy_id);
  const OrganizationRow organization = require_managed(rq, "AttachPolicy", in.target_id, type_of_policy());

  const PolicyRow policy = require_policy(rq, organization, in.policy_id);
  const Node target = require_target(rq, organization, in.target_id);
  check_enabled(organization);
  if (!rows::attach(rq.tx, policy.id, target))
    throw DuplicatePolicyAttachmentException("The selected policy is already attached to the specified target.");
  if (rows::attached_to(rq.tx, organization.id, target.id).size() > kMost)
    throw ConstraintViolationException("You have attached the maximum number of policies to the specified target.")
        .with("Reason", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");

  return {};
}

DetachPolicyOutput Organizations::detach_policy(region::Request& rq, const DetachPolicyInput& in) {
  require_managed(rq, "DetachPolicy", in.policy_id);
  const OrganizationRow organization = require_managed(rq, "DetachPolicy", in.target_id, type_of_policy());

  const PolicyRow policy = require_policy(rq, organization, in.policy_id);
  const Node target = require_target(rq, organization, in.target_id);
  check_enabled(organization);
  if (!rows::detach(rq.tx, policy.id, target.id))
    throw PolicyNotAttachedException("The specified policy isn't attached to the specified target.");
  if (rows::attached_to(rq.tx, organization.id, target.id).empty())
    throw ConstraintViolationException("You can't remove the last policy from the specified target.")
        .with("Reason", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");

  return {};
}

ListPoliciesForTargetOutput Organizations::list_policies_for_target(region::Request& rq,
                                                                    const ListPoliciesForTargetInput& in) {
  const OrganizationRow organization =
      require_managed(rq, "ListPoliciesForTarget", in.target_id, {{kPolicyType, {in.filter}}});

  check_policy_type(rq, in.filter);
  const Node target = require_target(rq, organization, in.target_id);
  std::vector<PolicySummary> all;
  for (const PolicyRow& policy : rows::attached_to(rq.tx, organization.id, target.id))
    all.push_back(summary_of(organization, policy));

  auto page = cut_page(rq, in, std::move(all), [](const PolicySummary& policy) { return *policy.id; });
  return {.next_token = std::move(page.next_token), .policies = std::move(page.items)};
}

ListTargetsForPolicyOutput Organizations::list_targets_for_policy(region::Request& rq,
                                                                  const ListTargetsForPolicyInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListTargetsForPolicy", in.policy_id);

  const PolicyRow policy = require_policy(rq, organization, in.policy_id);
  std::vector<PolicyTargetSummary> all;
  for (const Node& node : rows::targets_of(rq.tx, organization, policy.id))
    all.push_back({.arn = arn_of(organization, node),
                   .name = node.name,
                   .target_id = node.id,
                   .type = std::string(kind_name(node.kind))});

  auto page = cut_page(rq, in, std::move(all), [](const PolicyTargetSummary& target) { return *target.target_id; });
  return {.next_token = std::move(page.next_token), .targets = std::move(page.items)};
}

}  // namespace hanbat::organizations
