// Which managed policies users, groups and roles have, and which one bounds them.
#include <algorithm>

#include "base/words.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {
namespace {

/// What ListEntitiesForPolicy can be asked for.
enum class EntityType { kUser, kRole, kGroup, kLocalManagedPolicy, kAwsManagedPolicy };

}  // namespace
}  // namespace hanbat::iam

namespace hanbat {

template <>
constexpr auto kWords<iam::EntityType> =
    std::to_array<Word<iam::EntityType>>({{iam::EntityType::kUser, "User"},
                                          {iam::EntityType::kRole, "Role"},
                                          {iam::EntityType::kGroup, "Group"},
                                          {iam::EntityType::kLocalManagedPolicy, "LocalManagedPolicy"},
                                          {iam::EntityType::kAwsManagedPolicy, "AWSManagedPolicy"}});

}  // namespace hanbat

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostAttached = 10;

Kind kind_of(EntityType type) {
  switch (type) {
    case EntityType::kUser:
      return Kind::kUser;
    case EntityType::kRole:
      return Kind::kRole;
    case EntityType::kGroup:
      return Kind::kGroup;
    case EntityType::kLocalManagedPolicy:
    case EntityType::kAwsManagedPolicy:
      return Kind::kPolicy;
  }
  return Kind::kPolicy;
}

/// "/service-role/" of arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole, and the name after it.
std::pair<std::string, std::string> path_and_name(std::string_view policy_arn) {
  const std::size_t start = policy_arn.find("policy/");
  const std::string_view rest = start == std::string_view::npos ? policy_arn : policy_arn.substr(start + 6);
  const std::size_t slash = rest.rfind('/');
  return {std::string(rest.substr(0, slash + 1)), std::string(rest.substr(slash + 1))};
}

template <class Output, class In>
Output attached_page(Request& rq, const In& in, std::vector<AttachedPolicy> all) {
  const auto page = cut_page(rq, in, std::move(all),
                             [](const AttachedPolicy& p) { return policy_key(*p.policy_name, *p.policy_arn); });
  Output out;
  out.attached_policies = page.items;
  end_page(page, out);
  return out;
}

}  // namespace

void Iam::check_policy_arn(std::string_view policy_arn) {
  const Arn arn = require_arn(policy_arn);
  if (arn.service != "iam" || !arn.resource.starts_with("policy/"))
    throw InvalidInputException("ARN " + std::string(policy_arn) + " is not valid.");
}

bool Iam::has_policy(Request& rq, std::string_view policy_arn) const {
  check_policy_arn(policy_arn);
  if (managed_.find(policy_arn)) return true;
  const auto policy = rows::find_by_arn(rq.tx, policy_arn);
  return policy && policy->account == rq.account;
}

void Iam::require_policy_exists(Request& rq, std::string_view policy_arn) const {
  if (!has_policy(rq, policy_arn))
    throw NoSuchEntityException("Policy " + std::string(policy_arn) + " does not exist or is not attachable.");
}

void Iam::require_boundary_exists(Request& rq, std::string_view policy_arn) const {
  if (!has_policy(rq, policy_arn))
    throw NoSuchEntityException("Scope ARN: " + std::string(policy_arn) + " does not exist or is not attachable.");
}

void Iam::attach(Request& rq, const Entity& owner, std::string_view policy_arn) const {
  require_policy_exists(rq, policy_arn);
  if (policy_arn.starts_with("arn:aws:iam::aws:policy/aws-service-role/"))
    throw PolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role.");
  const auto have = rows::attached(rq.tx, owner.id, Usage::kPermissions);
  if (have.size() >= kMostAttached && std::find(have.begin(), have.end(), policy_arn) == have.end()) {
    const std::string_view what = owner.kind == Kind::kUser   ? "PoliciesPerUser"
                                  : owner.kind == Kind::kRole ? "PoliciesPerRole"
                                                              : "PoliciesPerGroup";
    throw LimitExceededException("Cannot exceed quota for " + std::string(what) + ": " + std::to_string(kMostAttached));
  }

  rows::attach(rq.tx, owner, Usage::kPermissions, policy_arn);
}

void Iam::detach(Request& rq, const Entity& owner, std::string_view policy_arn) const {
  check_policy_arn(policy_arn);
  if (!rows::detach(rq.tx, owner, Usage::kPermissions, policy_arn))
    throw NoSuchEntityException("Policy " + std::string(policy_arn) + " was not found.");
}

void Iam::put_boundary(Request& rq, const Entity& owner, std::string_view policy_arn) const {
  require_boundary_exists(rq, policy_arn);

  rows::detach_boundary(rq.tx, owner);
  rows::attach(rq.tx, owner, Usage::kBoundary, policy_arn);
}

std::vector<AttachedPolicy> Iam::attached(Request& rq, const Entity& owner, std::string_view path_prefix) const {
  std::vector<AttachedPolicy> out;
  for (const std::string& arn : rows::attached(rq.tx, owner.id, Usage::kPermissions)) {
    const auto [path, name] = path_and_name(arn);
    if (path.starts_with(path_prefix)) out.push_back({.policy_arn = arn, .policy_name = name});
  }
  return out;
}

AttachUserPolicyOutput Iam::attach_user_policy(Request& rq, const AttachUserPolicyInput& in) {
  authorize(rq, "iam:AttachUserPolicy", Kind::kUser, in.user_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_user(rq, in.user_name);

  attach(rq, owner, in.policy_arn);

  return {};
}

DetachUserPolicyOutput Iam::detach_user_policy(Request& rq, const DetachUserPolicyInput& in) {
  authorize(rq, "iam:DetachUserPolicy", Kind::kUser, in.user_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_user(rq, in.user_name);

  detach(rq, owner, in.policy_arn);

  return {};
}

ListAttachedUserPoliciesOutput Iam::list_attached_user_policies(Request& rq, const ListAttachedUserPoliciesInput& in) {
  authorize(rq, "iam:ListAttachedUserPolicies", Kind::kUser, in.user_name);

  const Entity owner = require_user(rq, in.user_name);

  return attached_page<ListAttachedUserPoliciesOutput>(rq, in, attached(rq, owner, in.path_prefix.value_or("/")));
}

AttachGroupPolicyOutput Iam::attach_group_policy(Request& rq, const AttachGroupPolicyInput& in) {
  authorize(rq, "iam:AttachGroupPolicy", Kind::kGroup, in.group_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_group(rq, in.group_name);

  attach(rq, owner, in.policy_arn);

  return {};
}

DetachGroupPolicyOutput Iam::detach_group_policy(Request& rq, const DetachGroupPolicyInput& in) {
  authorize(rq, "iam:DetachGroupPolicy", Kind::kGroup, in.group_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_group(rq, in.group_name);

  detach(rq, owner, in.policy_arn);

  return {};
}

ListAttachedGroupPoliciesOutput Iam::list_attached_group_policies(Request& rq,
                                                                  const ListAttachedGroupPoliciesInput& in) {
  authorize(rq, "iam:ListAttachedGroupPolicies", Kind::kGroup, in.group_name);

  const Entity owner = require_group(rq, in.group_name);

  return attached_page<ListAttachedGroupPoliciesOutput>(rq, in, attached(rq, owner, in.path_prefix.value_or("/")));
}

AttachRolePolicyOutput Iam::attach_role_policy(Request& rq, const AttachRolePolicyInput& in) {
  authorize(rq, "iam:AttachRolePolicy", Kind::kRole, in.role_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_role(rq, in.role_name);
  refuse_service_linked(owner);

  attach(rq, owner, in.policy_arn);

  return {};
}

DetachRolePolicyOutput Iam::detach_role_policy(Request& rq, const DetachRolePolicyInput& in) {
  authorize(rq, "iam:DetachRolePolicy", Kind::kRole, in.role_name, {{"iam:PolicyARN", {in.policy_arn}}});

  const Entity owner = require_role(rq, in.role_name);
  refuse_service_linked(owner);

  detach(rq, owner, in.policy_arn);

  return {};
}

ListAttachedRolePoliciesOutput Iam::list_attached_role_policies(Request& rq, const ListAttachedRolePoliciesInput& in) {
  authorize(rq, "iam:ListAttachedRolePolicies", Kind::kRole, in.role_name);

  const Entity owner = require_role(rq, in.role_name);

  return attached_page<ListAttachedRolePoliciesOutput>(rq, in, attached(rq, owner, in.path_prefix.value_or("/")));
}

ListEntitiesForPolicyOutput Iam::list_entities_for_policy(Request& rq, const ListEntitiesForPolicyInput& in) {
  authorize_arn(rq, "iam:ListEntitiesForPolicy", in.policy_arn);

  if (!managed_.find(in.policy_arn)) require_policy(rq, in.policy_arn);
  std::vector<Entity> all;
  for (const Usage usage : {Usage::kPermissions, Usage::kBoundary}) {
    if (in.policy_usage_filter && require_word<Usage>(*in.policy_usage_filter) != usage) continue;
    for (Entity& e : rows::attached_to(rq.tx, rq.account, in.policy_arn, usage))
      if (std::ranges::find(all, e.id, &Entity::id) == all.end()) all.push_back(std::move(e));
  }
  const std::string prefix = in.path_prefix.value_or("/");
  std::erase_if(all, [&](const Entity& e) { return !e.path.starts_with(prefix); });
  if (in.entity_filter)
    std::erase_if(
        all, [kind = kind_of(require_word<EntityType>(*in.entity_filter))](const Entity& e) { return e.kind != kind; });
  const auto page =
      cut_page(rq, in, std::move(all), [](const Entity& e) { return std::string(kind_name(e.kind)) + "/" + e.name; });

  ListEntitiesForPolicyOutput out{.policy_groups = std::vector<PolicyGroup>(),
                                  .policy_roles = std::vector<PolicyRole>(),
                                  .policy_users = std::vector<PolicyUser>()};
  for (const Entity& e : page.items) {
    if (e.kind == Kind::kGroup) out.policy_groups->push_back({.group_id = e.id, .group_name = e.name});
    if (e.kind == Kind::kRole) out.policy_roles->push_back({.role_id = e.id, .role_name = e.name});
    if (e.kind == Kind::kUser) out.policy_users->push_back({.user_id = e.id, .user_name = e.name});
  }
  end_page(page, out);
  return out;
}

}  // namespace hanbat::iam
