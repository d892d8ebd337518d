// AWS Organizations: accounts in a tree under one management account, and the service control policies that bound them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gen/organizations/operations.h"
#include "region/page.h"
#include "region/region.h"
#include "region/tags.h"
#include "services/organizations/store.h"

namespace hanbat::organizations {

class Organizations final : public Operations {
 public:
  explicit Organizations(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

#include "gen/organizations/methods.inc"

 private:
  /// Authorizes the action on the thing of that id (its ARN, or "*" when `id` is empty or in no organization) and
  /// returns the organization that the caller's account manages. Throws AWSOrganizationsNotInUseException, and
  /// AccessDeniedException for a member account. Beside `keys` policies are told of the thing's tags and of the type of
  /// the policy that it is.
  OrganizationRow require_managed(region::Request& rq, std::string_view action, std::string_view id = {},
                                  region::ConditionKeys keys = {}) const;
  /// The same of a call that makes something, which needs the right to tag when it brings tags.
  OrganizationRow require_managed_with_tags(region::Request& rq, std::string_view action, std::string_view id,
                                            const std::optional<std::vector<Tag>>& tags,
                                            region::ConditionKeys keys = {}) const;
  Node require_node(region::Request& rq, const OrganizationRow& organization, std::string_view id) const;
  /// A root or an organizational unit. Throws ParentNotFoundException.
  Node require_parent(region::Request& rq, const OrganizationRow& organization, std::string_view id) const;
  Node require_unit(region::Request& rq, const OrganizationRow& organization, std::string_view id) const;
  Node require_target(region::Request& rq, const OrganizationRow& organization, std::string_view id) const;
  PolicyRow require_policy(region::Request& rq, const OrganizationRow& organization, std::string_view id) const;
  /// Puts a node into the tree, with FullAWSAccess where service control policies are enabled.
  void add(store::Tx& tx, const OrganizationRow& organization, const Node& node) const;
  void put_tags(region::Request& rq, std::string_view arn, const std::optional<std::vector<Tag>>& tags) const;
  Account account_of(store::Tx& tx, const OrganizationRow& organization, const Node& node) const;

  /// Task organizations.create-account: gives the account the role by which the management account enters it.
  void open_account(store::TaskRun& run);

  region::Region& home_;
};

PolicySummary summary_of(const OrganizationRow& organization, const PolicyRow& policy);
/// Throws NotImplemented for the types of policy that are not there.
void check_policy_type(const region::Request& rq, std::string_view type);

inline constexpr std::string_view kServiceControl = "SERVICE_CONTROL_POLICY";
inline constexpr const char* kPolicyType = "organizations:PolicyType";

/// At most 50 a resource.
/// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html
extern const region::TagRules kTagRules;

/// The page of all items that the caller asks for, up to 20 of them.
template <class In, class T, class Key>
region::Page<T> cut_page(const region::Request& rq, const In& in, std::vector<T> all, Key key) {
  return region::Pager(rq, in, {.usual = 20, .most = 20}).cut(std::move(all), key);
}

}  // namespace hanbat::organizations
