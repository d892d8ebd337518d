// AWS Identity and Access Management: who exists, what their keys are, and what their policies let them do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/arn.h"
#include "gen/iam/operations.h"
#include "region/policy/document.h"
#include "region/region.h"
#include "region/vault.h"
#include "services/iam/authorization/authorizer.h"
#include "services/iam/policies/managed_policies.h"
#include "services/iam/principals/identity.h"
#include "services/iam/store.h"

namespace hanbat::iam {

using region::Request;

/// The time as IAM tells it: in whole seconds.
inline Timestamp now_of(const Request& rq) {
  const Timestamp now = rq.now();
  return {now.ms - now.ms % 1000};
}

class Iam final : public Operations {
 public:
  /// Becomes the region's identity and authorizer.
  explicit Iam(region::Region& home);

  std::span<const store::Migration> migrations() const override;
  /// Makes the first administrator when the default account has no user.
  void start() override;

  // Users
  CreateUserOutput create_user(Request& rq, const CreateUserInput& in) override;
  GetUserOutput get_user(Request& rq, const GetUserInput& in) override;
  ListUsersOutput list_users(Request& rq, const ListUsersInput& in) override;
  UpdateUserOutput update_user(Request& rq, const UpdateUserInput& in) override;
  DeleteUserOutput delete_user(Request& rq, const DeleteUserInput& in) override;
  TagUserOutput tag_user(Request& rq, const TagUserInput& in) override;
  UntagUserOutput untag_user(Request& rq, const UntagUserInput& in) override;
  ListUserTagsOutput list_user_tags(Request& rq, const ListUserTagsInput& in) override;
  PutUserPermissionsBoundaryOutput put_user_permissions_boundary(Request& rq,
                                                                 const PutUserPermissionsBoundaryInput& in) override;
  DeleteUserPermissionsBoundaryOutput delete_user_permissions_boundary(
      Request& rq, const DeleteUserPermissionsBoundaryInput& in) override;

  // Access keys
  CreateAccessKeyOutput create_access_key(Request& rq, const CreateAccessKeyInput& in) override;
  ListAccessKeysOutput list_access_keys(Request& rq, const ListAccessKeysInput& in) override;
  UpdateAccessKeyOutput update_access_key(Request& rq, const UpdateAccessKeyInput& in) override;
  DeleteAccessKeyOutput delete_access_key(Request& rq, const DeleteAccessKeyInput& in) override;
  GetAccessKeyLastUsedOutput get_access_key_last_used(Request& rq, const GetAccessKeyLastUsedInput& in) override;

  // Credentials for git
  CreateServiceSpecificCredentialOutput create_service_specific_credential(
      Request& rq, const CreateServiceSpecificCredentialInput& in) override;
  ListServiceSpecificCredentialsOutput list_service_specific_credentials(
      Request& rq, const ListServiceSpecificCredentialsInput& in) override;
  ResetServiceSpecificCredentialOutput reset_service_specific_credential(
      Request& rq, const ResetServiceSpecificCredentialInput& in) override;
  UpdateServiceSpecificCredentialOutput update_service_specific_credential(
      Request& rq, const UpdateServiceSpecificCredentialInput& in) override;
  DeleteServiceSpecificCredentialOutput delete_service_specific_credential(
      Request& rq, const DeleteServiceSpecificCredentialInput& in) override;

  // Groups
  CreateGroupOutput create_group(Request& rq, const CreateGroupInput& in) override;
  GetGroupOutput get_group(Request& rq, const GetGroupInput& in) override;
  ListGroupsOutput list_groups(Request& rq, const ListGroupsInput& in) override;
  UpdateGroupOutput update_group(Request& rq, const UpdateGroupInput& in) override;
  DeleteGroupOutput delete_group(Request& rq, const DeleteGroupInput& in) override;
  AddUserToGroupOutput add_user_to_group(Request& rq, const AddUserToGroupInput& in) override;
  RemoveUserFromGroupOutput remove_user_from_group(Request& rq, const RemoveUserFromGroupInput& in) override;
  ListGroupsForUserOutput list_groups_for_user(Request& rq, const ListGroupsForUserInput& in) override;

  // Roles
  CreateRoleOutput create_role(Request& rq, const CreateRoleInput& in) override;
  GetRoleOutput get_role(Request& rq, const GetRoleInput& in) override;
  ListRolesOutput list_roles(Request& rq, const ListRolesInput& in) override;
  UpdateRoleOutput update_role(Request& rq, const UpdateRoleInput& in) override;
  UpdateRoleDescriptionOutput update_role_description(Request& rq, const UpdateRoleDescriptionInput& in) override;
  UpdateAssumeRolePolicyOutput update_assume_role_policy(Request& rq, const UpdateAssumeRolePolicyInput& in) override;
  DeleteRoleOutput delete_role(Request& rq, const DeleteRoleInput& in) override;
  TagRoleOutput tag_role(Request& rq, const TagRoleInput& in) override;
  UntagRoleOutput untag_role(Request& rq, const UntagRoleInput& in) override;
  ListRoleTagsOutput list_role_tags(Request& rq, const ListRoleTagsInput& in) override;
  PutRolePermissionsBoundaryOutput put_role_permissions_boundary(Request& rq,
                                                                 const PutRolePermissionsBoundaryInput& in) override;
  DeleteRolePermissionsBoundaryOutput delete_role_permissions_boundary(
      Request& rq, const DeleteRolePermissionsBoundaryInput& in) override;
  CreateServiceLinkedRoleOutput create_service_linked_role(Request& rq,
                                                           const CreateServiceLinkedRoleInput& in) override;
  DeleteServiceLinkedRoleOutput delete_service_linked_role(Request& rq,
                                                           const DeleteServiceLinkedRoleInput& in) override;
  GetServiceLinkedRoleDeletionStatusOutput get_service_linked_role_deletion_status(
      Request& rq, const GetServiceLinkedRoleDeletionStatusInput& in) override;

  // Inline policies
  PutUserPolicyOutput put_user_policy(Request& rq, const PutUserPolicyInput& in) override;
  GetUserPolicyOutput get_user_policy(Request& rq, const GetUserPolicyInput& in) override;
  ListUserPoliciesOutput list_user_policies(Request& rq, const ListUserPoliciesInput& in) override;
  DeleteUserPolicyOutput delete_user_policy(Request& rq, const DeleteUserPolicyInput& in) override;
  PutGroupPolicyOutput put_group_policy(Request& rq, const PutGroupPolicyInput& in) override;
  GetGroupPolicyOutput get_group_policy(Request& rq, const GetGroupPolicyInput& in) override;
  ListGroupPoliciesOutput list_group_policies(Request& rq, const ListGroupPoliciesInput& in) override;
  DeleteGroupPolicyOutput delete_group_policy(Request& rq, const DeleteGroupPolicyInput& in) override;
  PutRolePolicyOutput put_role_policy(Request& rq, const PutRolePolicyInput& in) override;
  GetRolePolicyOutput get_role_policy(Request& rq, const GetRolePolicyInput& in) override;
  ListRolePoliciesOutput list_role_policies(Request& rq, const ListRolePoliciesInput& in) override;
  DeleteRolePolicyOutput delete_role_policy(Request& rq, const DeleteRolePolicyInput& in) override;

  // Managed policies
  CreatePolicyOutput create_policy(Request& rq, const CreatePolicyInput& in) override;
  GetPolicyOutput get_policy(Request& rq, const GetPolicyInput& in) override;
  ListPoliciesOutput list_policies(Request& rq, const ListPoliciesInput& in) override;
  DeletePolicyOutput delete_policy(Request& rq, const DeletePolicyInput& in) override;
  CreatePolicyVersionOutput create_policy_version(Request& rq, const CreatePolicyVersionInput& in) override;
  GetPolicyVersionOutput get_policy_version(Request& rq, const GetPolicyVersionInput& in) override;
  ListPolicyVersionsOutput list_policy_versions(Request& rq, const ListPolicyVersionsInput& in) override;
  SetDefaultPolicyVersionOutput set_default_policy_version(Request& rq,
                                                           const SetDefaultPolicyVersionInput& in) override;
  DeletePolicyVersionOutput delete_policy_version(Request& rq, const DeletePolicyVersionInput& in) override;
  TagPolicyOutput tag_policy(Request& rq, const TagPolicyInput& in) override;
  UntagPolicyOutput untag_policy(Request& rq, const UntagPolicyInput& in) override;
  ListPolicyTagsOutput list_policy_tags(Request& rq, const ListPolicyTagsInput& in) override;
  AttachUserPolicyOutput attach_user_policy(Request& rq, const AttachUserPolicyInput& in) override;
  DetachUserPolicyOutput detach_user_policy(Request& rq, const DetachUserPolicyInput& in) override;
  ListAttachedUserPoliciesOutput list_attached_user_policies(Request& rq,
                                                             const ListAttachedUserPoliciesInput& in) override;
  AttachGroupPolicyOutput attach_group_policy(Request& rq, const AttachGroupPolicyInput& in) override;
  DetachGroupPolicyOutput detach_group_policy(Request& rq, const DetachGroupPolicyInput& in) override;
  ListAttachedGroupPoliciesOutput list_attached_group_policies(Request& rq,
                                                               const ListAttachedGroupPoliciesInput& in) override;
  AttachRolePolicyOutput attach_role_policy(Request& rq, const AttachRolePolicyInput& in) override;
  DetachRolePolicyOutput detach_role_policy(Request& rq, const DetachRolePolicyInput& in) override;
  ListAttachedRolePoliciesOutput list_attached_role_policies(Request& rq,
                                                             const ListAttachedRolePoliciesInput& in) override;
  ListEntitiesForPolicyOutput list_entities_for_policy(Request& rq, const ListEntitiesForPolicyInput& in) override;

  // Instance profiles
  CreateInstanceProfileOutput create_instance_profile(Request& rq, const CreateInstanceProfileInput& in) override;
  GetInstanceProfileOutput get_instance_profile(Request& rq, const GetInstanceProfileInput& in) override;
  ListInstanceProfilesOutput list_instance_profiles(Request& rq, const ListInstanceProfilesInput& in) override;
  DeleteInstanceProfileOutput delete_instance_profile(Request& rq, const DeleteInstanceProfileInput& in) override;
  AddRoleToInstanceProfileOutput add_role_to_instance_profile(Request& rq,
                                                              const AddRoleToInstanceProfileInput& in) override;
  RemoveRoleFromInstanceProfileOutput remove_role_from_instance_profile(
      Request& rq, const RemoveRoleFromInstanceProfileInput& in) override;
  ListInstanceProfilesForRoleOutput list_instance_profiles_for_role(
      Request& rq, const ListInstanceProfilesForRoleInput& in) override;
  TagInstanceProfileOutput tag_instance_profile(Request& rq, const TagInstanceProfileInput& in) override;
  UntagInstanceProfileOutput untag_instance_profile(Request& rq, const UntagInstanceProfileInput& in) override;
  ListInstanceProfileTagsOutput list_instance_profile_tags(Request& rq,
                                                           const ListInstanceProfileTagsInput& in) override;

  // The account
  CreateAccountAliasOutput create_account_alias(Request& rq, const CreateAccountAliasInput& in) override;
  DeleteAccountAliasOutput delete_account_alias(Request& rq, const DeleteAccountAliasInput& in) override;
  ListAccountAliasesOutput list_account_aliases(Request& rq, const ListAccountAliasesInput& in) override;
  GetAccountSummaryOutput get_account_summary(Request& rq, const GetAccountSummaryInput& in) override;

  // Asking what policies would decide
  SimulatePrincipalPolicyOutput simulate_principal_policy(Request& rq, const SimulatePrincipalPolicyInput& in) override;
  SimulateCustomPolicyOutput simulate_custom_policy(Request& rq, const SimulateCustomPolicyInput& in) override;
  GetContextKeysForCustomPolicyOutput get_context_keys_for_custom_policy(
      Request& rq, const GetContextKeysForCustomPolicyInput& in) override;
  GetContextKeysForPrincipalPolicyOutput get_context_keys_for_principal_policy(
      Request& rq, const GetContextKeysForPrincipalPolicyInput& in) override;

 private:
  // Loading by name; each throws NoSuchEntity in AWS's words.
  Entity require(Request& rq, Kind kind, std::string_view name) const;
  Entity require_user(Request& rq, std::string_view name) const { return require(rq, Kind::kUser, name); }
  Entity require_group(Request& rq, std::string_view name) const { return require(rq, Kind::kGroup, name); }
  Entity require_role(Request& rq, std::string_view name) const { return require(rq, Kind::kRole, name); }
  Entity require_profile(Request& rq, std::string_view name) const { return require(rq, Kind::kProfile, name); }
  /// A customer managed policy of this account by ARN.
  Entity require_policy(Request& rq, std::string_view arn) const;
  /// The user named, or the one who calls when none is.
  std::string user_name_or_own(Request& rq, const std::optional<std::string>& name) const;

  // Authorizing by name: the ARN of what exists (its path is in it), or the one that it would have.
  void authorize(Request& rq, std::string_view action, Kind kind, std::string_view name,
                 region::ConditionKeys keys = {}) const;
  void authorize_policy(Request& rq, std::string_view action, std::string_view policy_arn,
                        region::ConditionKeys keys = {}) const;

  // Making and changing entities.
  Entity make(Request& rq, Kind kind, std::string_view name, const std::optional<std::string>& path) const;
  void insert(Request& rq, const Entity& entity) const;
  void rename(Request& rq, Entity entity, const std::optional<std::string>& name,
              const std::optional<std::string>& path) const;
  void tag(Request& rq, Entity entity, const std::vector<Tag>& tags) const;
  void untag(Request& rq, Entity entity, const std::vector<std::string>& keys) const;
  void require_policy_exists(Request& rq, std::string_view policy_arn) const;
  void put_boundary(Request& rq, const Entity& owner, std::string_view policy_arn) const;
  void attach(Request& rq, const Entity& owner, std::string_view policy_arn) const;
  void detach(Request& rq, const Entity& owner, std::string_view policy_arn) const;
  std::vector<AttachedPolicy> attached(Request& rq, const Entity& owner, std::string_view path_prefix) const;
  void put_inline(Request& rq, const Entity& owner, std::string_view name, const std::string& document) const;
  std::string require_inline(Request& rq, const Entity& owner, std::string_view name) const;
  void delete_inline(Request& rq, const Entity& owner, std::string_view name) const;
  std::vector<std::string> inline_names(Request& rq, const Entity& owner) const;
  /// Throws MalformedPolicyDocument; a trust policy's principals must exist.
  void set_trust(Request& rq, Entity& role, const std::string& document) const;
  void refuse_service_linked(const Entity& role) const;

  // Entities as the API tells them.
  User user_of(Request& rq, const Entity& e) const;
  Group group_of(const Entity& e) const;
  Role role_of(Request& rq, const Entity& e) const;
  Policy policy_of(Request& rq, const Entity& e) const;
  Policy policy_of(Request& rq, const ManagedPolicy& p) const;
  InstanceProfile profile_of(Request& rq, const Entity& e) const;
  std::optional<AttachedPermissionsBoundary> boundary_of(Request& rq, const Entity& e) const;

  void make_first_administrator();

  region::Region& home_;
  region::Vault vault_;
  Store store_;
  ManagedPolicies managed_;
  PrincipalPolicies policies_;
  IamIdentity identity_;
  IamAuthorizer authorizer_;
};

}  // namespace hanbat::iam
