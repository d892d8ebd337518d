// AWS Identity and Access Management: who exists, what their keys are, and what their policies let them do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arn.h"
#include "gen/iam/operations.h"
#include "region/policy/document.h"
#include "region/region.h"
#include "services/iam/authorization/access.h"
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
  /// The certificates (DER) that a host shows at port 443, its own first. Throws std::exception when nobody answers.
  using ShownCertificates = std::function<std::vector<std::string>(const std::string& host)>;
  static std::vector<std::string> shown_certificates(const std::string& host);

  Iam(region::Region& home, Access& access, ShownCertificates shown = shown_certificates);

  std::span<const store::Migration> migrations() const override;
  wire::Error invalid_page_token(const wire::OperationModel&) const override {
    return {"ValidationError", 400, "Invalid Marker."};
  }
  /// Makes the first administrator when the default account has no user.
  void start() override;

#include "gen/iam/methods.inc"

 private:
  // Loading by name; each throws NoSuchEntity in AWS's words.
  Entity require(Request& rq, Kind kind, std::string_view name) const;
  Entity require_user(Request& rq, std::string_view name) const { return require(rq, Kind::kUser, name); }
  Entity require_group(Request& rq, std::string_view name) const { return require(rq, Kind::kGroup, name); }
  Entity require_role(Request& rq, std::string_view name) const { return require(rq, Kind::kRole, name); }
  Entity require_profile(Request& rq, std::string_view name) const { return require(rq, Kind::kProfile, name); }
  /// A customer managed policy of this account by ARN.
  Entity require_policy(Request& rq, std::string_view arn) const;
  /// An OpenID Connect provider of this account by ARN.
  Entity require_provider(Request& rq, const std::string& arn) const;
  /// The user named, or the one who calls when none is.
  std::string user_name_or_own(Request& rq, const std::optional<std::string>& name) const;

  // Authorizing by name: the ARN of what exists (its path is in it), or the one that it would have.
  void authorize(Request& rq, std::string_view action, Kind kind, std::string_view name,
                 region::ConditionKeys keys = {}) const;
  /// Throws ValidationError.
  static Arn require_arn(std::string_view text);
  /// The same of what is named by its ARN: a policy, a provider.
  void authorize_arn(Request& rq, std::string_view action, std::string_view arn, region::ConditionKeys keys = {}) const;

  // Making and changing entities.
  Entity make(Request& rq, Kind kind, std::string_view name, const std::optional<std::string>& path) const;
  void insert(Request& rq, const Entity& entity) const;
  void rename(Request& rq, Entity entity, const std::optional<std::string>& name,
              const std::optional<std::string>& path) const;
  void tag(Request& rq, const Entity& entity, const std::vector<Tag>& tags) const;
  void untag(Request& rq, const Entity& entity, const std::vector<std::string>& keys) const;
  /// Throws ValidationError, InvalidInput.
  static void check_policy_arn(std::string_view policy_arn);
  /// Whether it is one of AWS's or of the account's. Throws for what names no policy.
  bool has_policy(Request& rq, std::string_view policy_arn) const;
  void require_policy_exists(Request& rq, std::string_view policy_arn) const;
  void require_boundary_exists(Request& rq, std::string_view policy_arn) const;
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
  /// The account's own; nothing when AWS's holds.
  std::optional<PasswordPolicy> find_password_policy(Request& rq) const;
  /// What is kept of a password. Throws PasswordPolicyViolation.
  std::string sealed_password(Request& rq, const Entity& user, const std::string& password) const;
  static bool has_login(const Entity& user);

  // Entities as the API tells them.
  User user_of(Request& rq, const Entity& e) const;
  Group group_of(const Entity& e) const;
  Role role_of(Request& rq, const Entity& e) const;
  /// As what makes it tells it: without description, longest session and last use.
  Role new_role(Request& rq, const Entity& e) const;
  Policy policy_of(Request& rq, const Entity& e) const;
  Policy policy_of(Request& rq, const ManagedPolicy& p) const;
  InstanceProfile profile_of(Request& rq, const Entity& e) const;
  std::optional<AttachedPermissionsBoundary> boundary_of(Request& rq, const Entity& e) const;

  void make_first_administrator();

  region::Region& home_;
  const ManagedPolicies& managed_;
  const PrincipalPolicies& policies_;
  IamIdentity& identity_;
  const ShownCertificates shown_;
};

}  // namespace hanbat::iam
