// Resource policies of the account: by them other services may write to its log groups, and without one none may.
#include "base/arn.h"
#include "base/words.h"
#include "region/page.h"
#include "region/policy/document.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

/// Whose policies a list has.
enum class PolicyScope { kAccount, kResource };

}  // namespace
}  // namespace hanbat::logs

namespace hanbat {

template <>
constexpr auto kWords<logs::PolicyScope> = std::to_array<Word<logs::PolicyScope>>(
    {{logs::PolicyScope::kAccount, "ACCOUNT"}, {logs::PolicyScope::kResource, "RESOURCE"}});

}  // namespace hanbat

namespace hanbat::logs {
namespace {

constexpr std::size_t kMost = 10;

ResourcePolicy describe(region::Request& rq, const ResourcePolicyRow& row) {
  ResourcePolicy out;
  out.policy_name = row.name;
  out.policy_document = rq.home.identity().show_principals(rq.tx, row.document);
  out.last_updated_time = row.updated.ms;
  out.policy_scope = "ACCOUNT";
  return out;
}

std::string resource_policy_arn(const region::Request& rq) { return rq.arn("logs", "*"); }

}  // namespace

void Logs::add_resource_policies(region::Request& rq, region::AccessQuestion& question) const {
  const auto arn = parse_arn(question.resource);
  if (!arn || arn->service != "logs") return;
  for (const ResourcePolicyRow& row : resource_policies_of(rq.tx, {arn->account, arn->region}))
    question.resource_policies.emplace_back(row.document);
  // A service has no policies of its own here.
  if (rq.caller.kind == region::Caller::Kind::kService)
    question.resource_policy_role = region::ResourcePolicyRole::kMustAllow;
}

PutResourcePolicyOutput Logs::put_resource_policy(region::Request& rq, const PutResourcePolicyInput& in) {
  rq.authorize("logs:PutResourcePolicy", resource_policy_arn(rq));

  if (!in.policy_name || !in.policy_document)
    throw InvalidParameterException("policyName and policyDocument are required.");
  try {
    const auto parsed = region::policy::parse_document(*in.policy_document, region::policy::DocumentKind::kResource);
    if (const auto unknown = home_.identity().find_unknown_principal(rq.tx, parsed))
      throw InvalidParameterException("Invalid principal in policy: \"AWS\":\"" + *unknown + "\"");
  } catch (const region::policy::DocumentError& refusal) {
    throw InvalidParameterException(refusal.what());
  }
  const ResourcePolicyRow row{place_of(rq), *in.policy_name,
                              home_.identity().bind_principals(rq.tx, *in.policy_document), rq.now()};
  save_resource_policy(rq.tx, row);
  if (resource_policies_of(rq.tx, place_of(rq)).size() > kMost)
    throw LimitExceededException("Resource limit exceeded.");

  return {.resource_policy = describe(rq, row)};
}

DescribeResourcePoliciesOutput Logs::describe_resource_policies(region::Request& rq,
                                                                const DescribeResourcePoliciesInput& in) {
  rq.authorize("logs:DescribeResourcePolicies", resource_policy_arn(rq));

  DescribeResourcePoliciesOutput out;
  out.resource_policies.emplace();
  // No log group has a policy of its own.
  if (require_word(in.policy_scope, PolicyScope::kAccount) == PolicyScope::kResource) return out;
  const auto page =
      region::Pager(rq, in, {.usual = 50, .most = 50})
          .cut(resource_policies_of(rq.tx, place_of(rq)), [](const ResourcePolicyRow& row) { return row.name; });
  for (const ResourcePolicyRow& row : page.items) out.resource_policies->push_back(describe(rq, row));
  out.next_token = page.next_token;
  return out;
}

DeleteResourcePolicyOutput Logs::delete_resource_policy(region::Request& rq, const DeleteResourcePolicyInput& in) {
  rq.authorize("logs:DeleteResourcePolicy", resource_policy_arn(rq));

  if (!in.policy_name) throw InvalidParameterException("policyName is required.");
  if (!remove_resource_policy(rq.tx, place_of(rq), *in.policy_name))
    throw ResourceNotFoundException("Policy with name [" + *in.policy_name + "] does not exist.");

  return {};
}

}  // namespace hanbat::logs
