// The rows of organizations: the organization, its tree, its policies and the requests for accounts, all rows of the
// region's store with the organization as their scope; and where policies are attached, a relation of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"
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

enum class RequestState { kInProgress, kSucceeded, kFailed };

struct AccountRequest {
  std::string id;
  std::string organization_id;
  std::string account;
  RequestState state = RequestState::kInProgress;
  Timestamp requested;
  Json body = Json::object();
};

/// The policy that allows everything, which every level has until somebody detaches it.
PolicyRow full_aws_access(std::string_view organization_id);

std::string arn_of(const OrganizationRow& organization, const Node& node);
std::string arn_of(const OrganizationRow& organization, const PolicyRow& policy);

/// All calls run in the caller's transaction.
namespace rows {

std::optional<OrganizationRow> find(store::Tx& tx, std::string_view organization_id);
/// The organization that an account belongs to.
std::optional<OrganizationRow> find_of(store::Tx& tx, std::string_view account);
void insert(store::Tx& tx, const OrganizationRow& organization);
void update(store::Tx& tx, const OrganizationRow& organization);
/// With its root, its policies and its management account's node.
void remove(store::Tx& tx, const OrganizationRow& organization);

std::optional<Node> find_node(store::Tx& tx, std::string_view id);
void insert(store::Tx& tx, const Node& node);
void update(store::Tx& tx, const Node& node);
/// With its attachments and tags.
void remove_node(store::Tx& tx, const OrganizationRow& organization, const Node& node);
/// By id.
std::vector<Node> children(store::Tx& tx, std::string_view parent_id, NodeKind kind);
std::vector<Node> nodes(store::Tx& tx, std::string_view organization_id);
/// From the root down to the node itself.
std::vector<Node> line_to(store::Tx& tx, const Node& node);
/// The same as AWS spells it: "o-…/r-…/ou-…/".
std::string path_to(store::Tx& tx, const OrganizationRow& organization, const Node& node);

/// FullAWSAccess too.
std::optional<PolicyRow> find_policy(store::Tx& tx, const OrganizationRow& organization, std::string_view id);
std::vector<PolicyRow> policies(store::Tx& tx, const OrganizationRow& organization);
/// Both throw store::UniqueViolation when the name is taken.
void insert(store::Tx& tx, const PolicyRow& policy);
void update(store::Tx& tx, const PolicyRow& policy);
/// With its tags.
void remove_policy(store::Tx& tx, const OrganizationRow& organization, const PolicyRow& policy);

/// False when it is attached already.
bool attach(store::Tx& tx, std::string_view policy_id, const Node& target);
bool detach(store::Tx& tx, std::string_view policy_id, std::string_view target_id);
void detach_all(store::Tx& tx, std::string_view organization_id);
/// By id.
std::vector<PolicyRow> attached_to(store::Tx& tx, std::string_view organization_id, std::string_view target_id);
std::vector<Node> targets_of(store::Tx& tx, const OrganizationRow& organization, std::string_view policy_id);

void insert(store::Tx& tx, const AccountRequest& request);
void update(store::Tx& tx, const AccountRequest& request);
std::optional<AccountRequest> find_request(store::Tx& tx, std::string_view id);
std::vector<AccountRequest> requests(store::Tx& tx, std::string_view organization_id);

}  // namespace rows
}  // namespace hanbat::organizations

template <>
inline constexpr auto hanbat::kWords<hanbat::organizations::RequestState> =
    std::to_array<hanbat::Word<hanbat::organizations::RequestState>>(
        {{hanbat::organizations::RequestState::kInProgress, "IN_PROGRESS"},
         {hanbat::organizations::RequestState::kSucceeded, "SUCCEEDED"},
         {hanbat::organizations::RequestState::kFailed, "FAILED"}});
