// Service control policies, as documents.
#include "base/ids.h"
#include "region/policy/document.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

// Characters, as AWS's quota has it.
constexpr std::size_t kLongest = 5120;

void check_content(const std::string& content) {
  if (content.size() > kLongest)
    throw ConstraintViolationException("You have exceeded the maximum policy size.")
        .with("Reason", "POLICY_CONTENT_LIMIT_EXCEEDED");
  try {
    region::policy::parse_document(content, region::policy::DocumentKind::kIdentity);
  } catch (const region::policy::DocumentError& refusal) {
    throw MalformedPolicyDocumentException(
        "The provided policy document does not meet the requirements of the "
        "specified policy type. (" +
        std::string(refusal.what()) + ")");
  }
}

void refuse_aws_managed(const PolicyRow& policy) {
  if (policy.is_aws_managed())
    throw InvalidInputException("You can't change an AWS managed policy.").with("Reason", "IMMUTABLE_POLICY");
}

DuplicatePolicyException duplicate() { return DuplicatePolicyException("A policy with the same name already exists."); }

Policy describe(const OrganizationRow& organization, const PolicyRow& policy) {
  return {.content = policy.content, .policy_summary = summary_of(organization, policy)};
}

}  // namespace

PolicySummary summary_of(const OrganizationRow& organization, const PolicyRow& policy) {
  PolicySummary out;
  out.id = policy.id;
  out.arn = arn_of(organization, policy);
  out.name = policy.name;
  out.description = policy.description;
  out.type = std::string(kServiceControl);
  out.aws_managed = policy.is_aws_managed();
  return out;
}

CreatePolicyOutput Organizations::create_policy(region::Request& rq, const CreatePolicyInput& in) {
  const OrganizationRow organization =
      require_managed_with_tags(rq, "CreatePolicy", {}, in.tags, {{kPolicyType, {in.type}}});

  check_policy_type(rq, in.type);
  check_content(in.content);
  const PolicyRow policy{.id = "p-" + random_from("abcdefghijklmnopqrstuvwxyz0123456789", 8),
                         .organization_id = organization.id,
                         .name = in.name,
                         .description = in.description,
                         .content = in.content};
  if (policy.name == full_aws_access("").name) throw duplicate();

  try {
    rows::insert(rq.tx, policy);
  } catch (const store::UniqueViolation&) {
    throw duplicate();
  }
  put_tags(rq, arn_of(organization, policy), in.tags);

  return {.policy = describe(organization, policy)};
}

DescribePolicyOutput Organizations::describe_policy(region::Request& rq, const DescribePolicyInput& in) {
  const OrganizationRow organization = require_managed(rq, "DescribePolicy", in.policy_id);
  return {.policy = describe(organization, require_policy(rq, organization, in.policy_id))};
}

UpdatePolicyOutput Organizations::update_policy(region::Request& rq, const UpdatePolicyInput& in) {
  const OrganizationRow organization = require_managed(rq, "UpdatePolicy", in.policy_id);

  PolicyRow policy = require_policy(rq, organization, in.policy_id);
  refuse_aws_managed(policy);
  if (in.content) check_content(*in.content);

  policy.name = in.name.value_or(policy.name);
  policy.description = in.description.value_or(policy.description);
  policy.content = in.content.value_or(policy.content);
  try {
    rows::update(rq.tx, policy);
  } catch (const store::UniqueViolation&) {
    throw duplicate();
  }

  return {.policy = describe(organization, policy)};
}

DeletePolicyOutput Organizations::delete_policy(region::Request& rq, const DeletePolicyInput& in) {
  const OrganizationRow organization = require_managed(rq, "DeletePolicy", in.policy_id);

  const PolicyRow policy = require_policy(rq, organization, in.policy_id);
  refuse_aws_managed(policy);
  if (!rows::targets_of(rq.tx, organization, policy.id).empty())
    throw PolicyInUseException("You specified a policy that is attached to an entity.");
  rows::remove_policy(rq.tx, organization, policy);

  return {};
}

ListPoliciesOutput Organizations::list_policies(region::Request& rq, const ListPoliciesInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListPolicies", {}, {{kPolicyType, {in.filter}}});

  check_policy_type(rq, in.filter);
  std::vector<PolicySummary> all;
  for (const PolicyRow& policy : rows::policies(rq.tx, organization)) all.push_back(summary_of(organization, policy));

  auto page = cut_page(rq, in, std::move(all), [](const PolicySummary& policy) { return *policy.id; });
  return {.next_token = std::move(page.next_token), .policies = std::move(page.items)};
}

}  // namespace hanbat::organizations
