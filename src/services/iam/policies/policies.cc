// Managed policies, the account's own and AWS's, and their versions.
#include <algorithm>
#include <cctype>

#include "base/encoding.h"
#include "base/text.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/policies/new_documents.h"
#include "services/iam/tags.h"

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostCharacters = 6144;
constexpr std::size_t kMostVersions = 5;

std::string version_id(std::int64_t number) { return "v" + std::to_string(number); }

void refuse_aws_managed(const ManagedPolicies& managed, std::string_view arn) {
  if (managed.find(arn) || arn.starts_with("arn:aws:iam::aws:policy/"))
    throw wire::Error("AccessDenied", 403,
                      "Cannot perform the operation on the AWS managed policy " + std::string(arn) + ".");
}

void check_document(const PrincipalPolicies& policies, const std::string& document) {
  check_new_managed_document(policies, document);
  const auto size =
      std::count_if(document.begin(), document.end(), [](unsigned char c) { return std::isspace(c) == 0; });
  if (static_cast<std::size_t>(size) > kMostCharacters)
    throw LimitExceededException("Cannot exceed quota for PolicySize: " + std::to_string(kMostCharacters));
}

NoSuchEntityException no_version(std::string_view arn, std::string_view id) {
  return NoSuchEntityException("Policy " + std::string(arn) + " version " + std::string(id) +
                               " does not exist or is not attachable.");
}

PolicyVersion version_of(const PolicyVersionRow& row, const Entity& policy) {
  return {.create_date = row.created,
          .is_default_version = version_id(row.number) == policy.body.text("default_version"),
          .version_id = version_id(row.number)};
}

/// A policy as a list comes by it: one of AWS's, or the account's own.
struct Listed {
  std::string key;  // in order of names; of one name the account's own comes first
  std::string path;
  const ManagedPolicy* aws = nullptr;
  std::optional<Entity> own = {};
  Policy policy = {};
};

std::vector<Listed> policies_after(const Request& rq, const ManagedPolicies& managed, PolicyScope scope,
                                   const std::optional<std::string>& after, std::size_t most) {
  // No name has these characters.
  constexpr char kOwn = '\x01', kAws = '\x02';
  std::vector<Listed> all;
  if (scope != PolicyScope::kAws) {
    const auto name = after ? std::optional(after->substr(0, after->size() - 1)) : std::nullopt;
    for (Entity& e : rows::list_after(rq.tx, rq.account, Kind::kPolicy, name, most))
      all.push_back({.key = name_key(e) + kOwn, .path = e.path, .own = std::move(e)});
  }
  if (scope != PolicyScope::kLocal)
    for (const auto& [arn, aws] : managed.all())
      if (std::string key = lower(aws.name) + kAws; !after || key > *after)
        all.push_back({.key = std::move(key), .path = aws.path, .aws = &aws});
  std::ranges::sort(all, {}, &Listed::key);
  if (all.size() > most) all.resize(most);
  return all;
}

}  // namespace

Policy Iam::policy_of(Request& rq, const Entity& e) const {
  Policy out;
  out.arn = e.arn;
  out.policy_id = e.id;
  out.policy_name = e.name;
  out.path = e.path;
  out.default_version_id = e.body.text("default_version");
  out.attachment_count = static_cast<int>(rows::attachment_count(rq.tx, rq.account, e.arn, Usage::kPermissions));
  out.permissions_boundary_usage_count =
      static_cast<int>(rows::attachment_count(rq.tx, rq.account, e.arn, Usage::kBoundary));
  out.is_attachable = true;
  if (const std::string text = e.body.text("description"); !text.empty()) out.description = text;
  out.create_date = e.created;
  out.update_date = Timestamp{e.body.integer("updated", e.created.ms)};
  out.tags = tag_list(rq.tx, e);
  return out;
}

Policy Iam::policy_of(Request& rq, const ManagedPolicy& p) const {
  Policy out;
  out.arn = p.arn;
  out.policy_id = p.id;
  out.policy_name = p.name;
  out.path = p.path;
  out.default_version_id = p.version_id;
  out.attachment_count = static_cast<int>(rows::attachment_count(rq.tx, rq.account, p.arn, Usage::kPermissions));
  out.permissions_boundary_usage_count =
      static_cast<int>(rows::attachment_count(rq.tx, rq.account, p.arn, Usage::kBoundary));
  out.is_attachable = true;
  out.create_date = p.created;
  out.update_date = p.updated;
  out.tags.emplace();
  return out;
}

CreatePolicyOutput Iam::create_policy(Request& rq, const CreatePolicyInput& in) {
  Entity policy = make(rq, Kind::kPolicy, in.policy_name, in.path);
  const auto tags = request_tags(in.tags);
  rq.authorize("iam:CreatePolicy", policy.arn, tags);
  if (!tags.empty()) rq.authorize("iam:TagPolicy", policy.arn, tags);

  check_document(policies_, in.policy_document);
  policy.body["default_version"] = version_id(1);
  policy.body["last_version"] = 1;
  if (in.description) policy.body["description"] = *in.description;

  insert(rq, policy);
  put_tags(rq.tx, policy, in.tags);
  rows::insert_version(rq.tx, policy, {.number = 1, .document = in.policy_document, .created = now_of(rq)});

  CreatePolicyOutput out;
  out.policy = policy_of(rq, policy);
  out.policy->description.reset();
  if (out.policy->tags->empty()) out.policy->tags.reset();
  return out;
}

GetPolicyOutput Iam::get_policy(Request& rq, const GetPolicyInput& in) {
  authorize_arn(rq, "iam:GetPolicy", in.policy_arn);

  GetPolicyOutput out;
  if (const ManagedPolicy* aws = managed_.find(in.policy_arn))
    out.policy = policy_of(rq, *aws);
  else
    out.policy = policy_of(rq, require_policy(rq, in.policy_arn));
  return out;
}

ListPoliciesOutput Iam::list_policies(Request& rq, const ListPoliciesInput& in) {
  const std::string prefix = in.path_prefix.value_or("/");
  rq.authorize("iam:ListPolicies", make_arn("iam", "", rq.account, "policy" + prefix));

  const PolicyScope scope = require_word(in.scope, PolicyScope::kAll);
  std::optional<Usage> usage;
  if (in.policy_usage_filter) usage = require_word<Usage>(*in.policy_usage_filter);
  const auto page = region::pick(
      region::Pager(rq, in),
      [&](const std::optional<std::string>& after, std::size_t most) {
        return policies_after(rq, managed_, scope, after, most);
      },
      [&](Listed& listed) {
        if (!listed.path.starts_with(prefix)) return false;
        listed.policy = listed.aws ? policy_of(rq, *listed.aws) : policy_of(rq, *listed.own);
        const bool attached = *listed.policy.attachment_count > 0;
        const bool bounds = *listed.policy.permissions_boundary_usage_count > 0;
        if (usage == Usage::kPermissions && !attached) return false;
        if (usage == Usage::kBoundary && !bounds) return false;
        return attached || bounds || !in.only_attached.value_or(false);
      },
      [](const Listed& listed) { return listed.key; });

  ListPoliciesOutput out;
  out.policies.emplace();
  for (const Listed& listed : page.items) {
    Policy policy = listed.policy;
    // Lists leave out description and tags.
    policy.description.reset();
    policy.tags.reset();
    out.policies->push_back(std::move(policy));
  }
  end_page(page, out);
  return out;
}

DeletePolicyOutput Iam::delete_policy(Request& rq, const DeletePolicyInput& in) {
  authorize_arn(rq, "iam:DeletePolicy", in.policy_arn);

  refuse_aws_managed(managed_, in.policy_arn);
  const Entity policy = require_policy(rq, in.policy_arn);
  if (rows::attachment_count(rq.tx, rq.account, policy.arn, Usage::kPermissions) > 0 ||
      rows::attachment_count(rq.tx, rq.account, policy.arn, Usage::kBoundary) > 0)
    throw DeleteConflictException("Cannot delete a policy attached to entities.");
  if (rows::versions(rq.tx, policy).size() > 1)
    throw DeleteConflictException(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The "
        "default version is deleted with the policy.");

  rows::remove(rq.tx, policy);

  return {};
}

CreatePolicyVersionOutput Iam::create_policy_version(Request& rq, const CreatePolicyVersionInput& in) {
  authorize_arn(rq, "iam:CreatePolicyVersion", in.policy_arn);

  refuse_aws_managed(managed_, in.policy_arn);
  Entity policy = require_policy(rq, in.policy_arn);
  check_document(policies_, in.policy_document);
  if (rows::versions(rq.tx, policy).size() >= kMostVersions)
    throw LimitExceededException(
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.");
  const PolicyVersionRow row{
      .number = policy.body.integer("last_version", 1) + 1, .document = in.policy_document, .created = now_of(rq)};
  policy.body["last_version"] = row.number;
  policy.body["updated"] = now_of(rq).ms;
  if (in.set_as_default.value_or(false)) policy.body["default_version"] = version_id(row.number);

  rows::insert_version(rq.tx, policy, row);
  rows::update(rq.tx, policy);

  CreatePolicyVersionOutput out;
  out.policy_version = version_of(row, policy);
  return out;
}

GetPolicyVersionOutput Iam::get_policy_version(Request& rq, const GetPolicyVersionInput& in) {
  authorize_arn(rq, "iam:GetPolicyVersion", in.policy_arn);

  GetPolicyVersionOutput out;
  if (const ManagedPolicy* aws = managed_.find(in.policy_arn)) {
    if (in.version_id != aws->version_id) throw no_version(in.policy_arn, in.version_id);
    out.policy_version = PolicyVersion{.create_date = aws->updated,
                                       .document = percent_encode(aws->document()),
                                       .is_default_version = true,
                                       .version_id = aws->version_id};
    return out;
  }
  const Entity policy = require_policy(rq, in.policy_arn);
  const auto number = parse_int(std::string_view(in.version_id).substr(1));
  const auto row = number ? rows::find_version(rq.tx, policy, *number) : std::nullopt;
  if (!row) throw no_version(in.policy_arn, in.version_id);
  out.policy_version = version_of(*row, policy);
  out.policy_version->document = percent_encode(row->document);
  return out;
}

ListPolicyVersionsOutput Iam::list_policy_versions(Request& rq, const ListPolicyVersionsInput& in) {
  authorize_arn(rq, "iam:ListPolicyVersions", in.policy_arn);

  std::vector<PolicyVersion> all;
  if (const ManagedPolicy* aws = managed_.find(in.policy_arn)) {
    all.push_back({.create_date = aws->updated, .is_default_version = true, .version_id = aws->version_id});
  } else {
    const Entity policy = require_policy(rq, in.policy_arn);
    for (const PolicyVersionRow& row : rows::versions(rq.tx, policy)) all.push_back(version_of(row, policy));
  }
  // The newest first: the key falls as the number grows, and has as many digits as any number.
  const auto key = [](const PolicyVersion& v) {
    return std::to_string(1'000'000'000 - parse_int(std::string_view(*v.version_id).substr(1)).value_or(0));
  };
  const auto page = cut_page(rq, in, std::move(all), key);

  ListPolicyVersionsOutput out;
  out.versions = page.items;
  end_page(page, out);
  return out;
}

SetDefaultPolicyVersionOutput Iam::set_default_policy_version(Request& rq, const SetDefaultPolicyVersionInput& in) {
  authorize_arn(rq, "iam:SetDefaultPolicyVersion", in.policy_arn);

  refuse_aws_managed(managed_, in.policy_arn);
  Entity policy = require_policy(rq, in.policy_arn);
  const auto number = parse_int(std::string_view(in.version_id).substr(1));
  if (!number || !rows::find_version(rq.tx, policy, *number)) throw no_version(in.policy_arn, in.version_id);
  policy.body["default_version"] = in.version_id;
  policy.body["updated"] = now_of(rq).ms;

  rows::update(rq.tx, policy);

  return {};
}

DeletePolicyVersionOutput Iam::delete_policy_version(Request& rq, const DeletePolicyVersionInput& in) {
  authorize_arn(rq, "iam:DeletePolicyVersion", in.policy_arn);

  refuse_aws_managed(managed_, in.policy_arn);
  const Entity policy = require_policy(rq, in.policy_arn);
  const auto number = parse_int(std::string_view(in.version_id).substr(1));
  if (!number || !rows::find_version(rq.tx, policy, *number)) throw no_version(in.policy_arn, in.version_id);
  if (policy.body.text("default_version") == in.version_id)
    throw DeleteConflictException("Cannot delete the default version of a policy.");

  rows::remove_version(rq.tx, policy, *number);

  return {};
}

}  // namespace hanbat::iam
