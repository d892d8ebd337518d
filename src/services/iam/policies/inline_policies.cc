// Policies that are part of the one user, group or role that they are in.
#include <cctype>

#include "base/encoding.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/policies/new_documents.h"

namespace hanbat::iam {
namespace {

/// White space is not counted.
std::size_t size_of(std::string_view document) {
  return static_cast<std::size_t>(
      std::count_if(document.begin(), document.end(), [](unsigned char c) { return std::isspace(c) == 0; }));
}

std::size_t most_characters(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return 2048;
    case Kind::kGroup:
      return 5120;
    default:
      return 10240;
  }
}

/// A page of names in the answer's own members.
template <class Output, class In>
Output names_page(Request& rq, const In& in, std::vector<std::string> names) {
  const auto page = cut_page(rq, in, std::move(names), [](const std::string& name) { return name; });
  Output out;
  out.policy_names = page.items;
  end_page(page, out);
  return out;
}

}  // namespace

void Iam::put_inline(Request& rq, const Entity& owner, std::string_view name, const std::string& document) const {
  check_new_document(policies_, document);
  std::size_t total = size_of(document);
  for (const auto& [other, text] : rows::inline_policies(rq.tx, owner.id))
    if (other != name) total += size_of(text);
  if (total > most_characters(owner.kind))
    throw LimitExceededException("Maximum policy size of " + std::to_string(most_characters(owner.kind)) +
                                 " bytes exceeded for " + std::string(kind_name(owner.kind)) + " " + owner.name);

  rows::put_inline_policy(rq.tx, owner, name, document);
}

std::string Iam::require_inline(Request& rq, const Entity& owner, std::string_view name) const {
  if (auto found = rows::find_inline_policy(rq.tx, owner, name)) return *found;
  throw NoSuchEntityException("The " + std::string(kind_name(owner.kind)) + " policy with name " + std::string(name) +
                              " cannot be found.");
}

void Iam::delete_inline(Request& rq, const Entity& owner, std::string_view name) const {
  if (!rows::remove_inline_policy(rq.tx, owner, name))
    throw NoSuchEntityException("The " + std::string(kind_name(owner.kind)) + " policy with name " + std::string(name) +
                                " cannot be found.");
}

std::vector<std::string> Iam::inline_names(Request& rq, const Entity& owner) const {
  std::vector<std::string> out;
  for (const auto& [name, document] : rows::inline_policies(rq.tx, owner.id)) out.push_back(name);
  return out;
}

PutUserPolicyOutput Iam::put_user_policy(Request& rq, const PutUserPolicyInput& in) {
  authorize(rq, "iam:PutUserPolicy", Kind::kUser, in.user_name);

  const Entity owner = require_user(rq, in.user_name);

  put_inline(rq, owner, in.policy_name, in.policy_document);

  return {};
}

GetUserPolicyOutput Iam::get_user_policy(Request& rq, const GetUserPolicyInput& in) {
  authorize(rq, "iam:GetUserPolicy", Kind::kUser, in.user_name);

  const Entity owner = require_user(rq, in.user_name);

  GetUserPolicyOutput out;
  out.user_name = owner.name;
  out.policy_name = in.policy_name;
  out.policy_document = percent_encode(require_inline(rq, owner, in.policy_name));
  return out;
}

ListUserPoliciesOutput Iam::list_user_policies(Request& rq, const ListUserPoliciesInput& in) {
  authorize(rq, "iam:ListUserPolicies", Kind::kUser, in.user_name);

  return names_page<ListUserPoliciesOutput>(rq, in, inline_names(rq, require_user(rq, in.user_name)));
}

DeleteUserPolicyOutput Iam::delete_user_policy(Request& rq, const DeleteUserPolicyInput& in) {
  authorize(rq, "iam:DeleteUserPolicy", Kind::kUser, in.user_name);

  const Entity owner = require_user(rq, in.user_name);

  delete_inline(rq, owner, in.policy_name);

  return {};
}

PutGroupPolicyOutput Iam::put_group_policy(Request& rq, const PutGroupPolicyInput& in) {
  authorize(rq, "iam:PutGroupPolicy", Kind::kGroup, in.group_name);

  const Entity owner = require_group(rq, in.group_name);

  put_inline(rq, owner, in.policy_name, in.policy_document);

  return {};
}

GetGroupPolicyOutput Iam::get_group_policy(Request& rq, const GetGroupPolicyInput& in) {
  authorize(rq, "iam:GetGroupPolicy", Kind::kGroup, in.group_name);

  const Entity owner = require_group(rq, in.group_name);

  GetGroupPolicyOutput out;
  out.group_name = owner.name;
  out.policy_name = in.policy_name;
  out.policy_document = percent_encode(require_inline(rq, owner, in.policy_name));
  return out;
}

ListGroupPoliciesOutput Iam::list_group_policies(Request& rq, const ListGroupPoliciesInput& in) {
  authorize(rq, "iam:ListGroupPolicies", Kind::kGroup, in.group_name);

  return names_page<ListGroupPoliciesOutput>(rq, in, inline_names(rq, require_group(rq, in.group_name)));
}

DeleteGroupPolicyOutput Iam::delete_group_policy(Request& rq, const DeleteGroupPolicyInput& in) {
  authorize(rq, "iam:DeleteGroupPolicy", Kind::kGroup, in.group_name);

  const Entity owner = require_group(rq, in.group_name);

  delete_inline(rq, owner, in.policy_name);

  return {};
}

PutRolePolicyOutput Iam::put_role_policy(Request& rq, const PutRolePolicyInput& in) {
  authorize(rq, "iam:PutRolePolicy", Kind::kRole, in.role_name);

  const Entity owner = require_role(rq, in.role_name);
  refuse_service_linked(owner);

  put_inline(rq, owner, in.policy_name, in.policy_document);

  return {};
}

GetRolePolicyOutput Iam::get_role_policy(Request& rq, const GetRolePolicyInput& in) {
  authorize(rq, "iam:GetRolePolicy", Kind::kRole, in.role_name);

  const Entity owner = require_role(rq, in.role_name);

  GetRolePolicyOutput out;
  out.role_name = owner.name;
  out.policy_name = in.policy_name;
  out.policy_document = percent_encode(require_inline(rq, owner, in.policy_name));
  return out;
}

ListRolePoliciesOutput Iam::list_role_policies(Request& rq, const ListRolePoliciesInput& in) {
  authorize(rq, "iam:ListRolePolicies", Kind::kRole, in.role_name);

  return names_page<ListRolePoliciesOutput>(rq, in, inline_names(rq, require_role(rq, in.role_name)));
}

DeleteRolePolicyOutput Iam::delete_role_policy(Request& rq, const DeleteRolePolicyInput& in) {
  authorize(rq, "iam:DeleteRolePolicy", Kind::kRole, in.role_name);

  const Entity owner = require_role(rq, in.role_name);
  refuse_service_linked(owner);

  delete_inline(rq, owner, in.policy_name);

  return {};
}

}  // namespace hanbat::iam
