// The rows of organizations: the organization, its tree, its policies and where they are attached.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::organizations {

struct OrganizationRow {
  std::string id;
  std::string management_account;
  std::string root_id;
  bool service_control = false;  // whether service control policies are enabled
  Timestamp created;

  /// "arn:aws:organizations::<management account>:<type>/<organization>[/<id>]"
  std::string arn(std::string_view type, std::string_view id = "") const;
};

enum class NodeKind { kRoot, kUnit, kAccount };
/// As the API spells it, and as the column `kind` has it.
std::string_view kind_name(NodeKind kind);
std::optional<NodeKind> find_kind(std::string_view name);

/// A root, organizational unit or account.
struct Node {
  std::string id;
  std::string organization_id;
  std::string parent_id;
  NodeKind kind = NodeKind::kAccount;
  std::string name;
  Json body = Json::object();
};

struct PolicyRow {
  std::string id;
  std::string organization_id;
  std::string name;
  std::string description;
  std::string content;

  bool is_aws_managed() const;
};

struct AccountRequest {
  std::string id;
  std::string organization_id;
  std::string account;
  std::string state;  // IN_PROGRESS, SUCCEEDED, FAILED
  Timestamp requested;
  Json body = Json::object();
};

using Tags = std::map<std::string, std::string>;

/// The policy that allows everything, which every level has until somebody detaches it.
PolicyRow full_aws_access(std::string_view organization_id);

/// All calls run in the caller's transaction.
class Store {
 public:
  std::optional<OrganizationRow> find(store::Tx& tx, std::string_view organization_id) const;
  /// The organization that an account belongs to.
  std::optional<OrganizationRow> find_of(store::Tx& tx, std::string_view account) const;
  void insert(store::Tx& tx, const OrganizationRow& organization) const;
  void set_service_control(store::Tx& tx, const OrganizationRow& organization, bool enabled) const;
  /// With its root, its policies and its management account's node.
  void remove(store::Tx& tx, const OrganizationRow& organization) const;

  std::optional<Node> find_node(store::Tx& tx, std::string_view id) const;
  void insert(store::Tx& tx, const Node& node) const;
  void update(store::Tx& tx, const Node& node) const;
  void remove_node(store::Tx& tx, std::string_view id) const;
  /// By id.
  std::vector<Node> children(store::Tx& tx, std::string_view parent_id, NodeKind kind) const;
  std::vector<Node> nodes(store::Tx& tx, std::string_view organization_id) const;
  /// From the root down to the node itself.
  std::vector<Node> line_to(store::Tx& tx, const Node& node) const;

  /// FullAWSAccess too.
  std::optional<PolicyRow> find_policy(store::Tx& tx, const OrganizationRow& organization, std::string_view id) const;
  std::vector<PolicyRow> policies(store::Tx& tx, const OrganizationRow& organization) const;
  /// Both throw store::UniqueViolation when the name is taken.
  void insert(store::Tx& tx, const PolicyRow& policy) const;
  void update(store::Tx& tx, const PolicyRow& policy) const;
  void remove_policy(store::Tx& tx, std::string_view id) const;

  /// False when it is attached already.
  bool attach(store::Tx& tx, std::string_view policy_id, const Node& target) const;
  bool detach(store::Tx& tx, std::string_view policy_id, std::string_view target_id) const;
  void detach_all(store::Tx& tx, std::string_view organization_id) const;
  /// By id.
  std::vector<PolicyRow> attached_to(store::Tx& tx, std::string_view organization_id, std::string_view target_id) const;
  std::vector<Node> targets_of(store::Tx& tx, const OrganizationRow& organization, std::string_view policy_id) const;

  void put(store::Tx& tx, const AccountRequest& request) const;
  std::optional<AccountRequest> find_request(store::Tx& tx, std::string_view id) const;
  std::vector<AccountRequest> requests(store::Tx& tx, std::string_view organization_id) const;

  Tags tags(store::Tx& tx, std::string_view resource_id) const;
  void set_tag(store::Tx& tx, std::string_view resource_id, std::string_view name, std::string_view value) const;
  void erase_tag(store::Tx& tx, std::string_view resource_id, std::string_view name) const;
  void erase_tags(store::Tx& tx, std::string_view resource_id) const;
};

}  // namespace hanbat::organizations
