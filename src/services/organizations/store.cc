#include "services/organizations/store.h"

#include <algorithm>

#include "base/arn.h"
#include "region/resources.h"

namespace hanbat::organizations {
namespace {

constexpr const char* kFullAccess = "p-FullAWSAccess";
constexpr std::string_view kOrganizations = "organizations/organization";
constexpr std::string_view kNodes = "organizations/node";
constexpr std::string_view kPolicies = "organizations/policy";
constexpr std::string_view kRequests = "organizations/account-request";

region::RawResource encode(const OrganizationRow& o) {
  region::RawResource raw;
  raw.id = o.id;
  raw.place.account = o.management_account;
  raw.created = o.created;
  raw.own = Json::object({{"root", o.root_id}, {"service_control", o.service_control}});
  return raw;
}

OrganizationRow organization_of(region::RawResource raw) {
  return {std::move(raw.id), std::move(raw.place.account), raw.own.text("root"), raw.own.flag("service_control"),
          raw.created};
}

region::RawResource encode(const Node& node) {
  region::RawResource raw;
  raw.id = node.id;
  raw.scope = node.organization_id;
  raw.parent = node.parent_id;
  raw.body = node.body;
  raw.own = Json::object({{"kind", std::string(kind_name(node.kind))}, {"name", node.name}});
  return raw;
}

Node node_of(region::RawResource raw) {
  return {std::move(raw.id),    std::move(raw.scope), std::move(raw.parent), *find_kind(raw.own.text("kind")),
          raw.own.text("name"), std::move(raw.body)};
}

region::RawResource encode(const PolicyRow& policy) {
  region::RawResource raw;
  raw.id = policy.id;
  raw.scope = policy.organization_id;
  raw.name = policy.name;
  raw.own = Json::object({{"description", policy.description}, {"content", policy.content}});
  return raw;
}

PolicyRow policy_of(region::RawResource raw) {
  return {std::move(raw.id), std::move(raw.scope), raw.name.value_or(""), raw.own.text("description"),
          raw.own.text("content")};
}

region::RawResource encode(const AccountRequest& request) {
  region::RawResource raw;
  raw.id = request.id;
  raw.scope = request.organization_id;
  raw.created = request.requested;
  raw.body = request.body;
  raw.own = Json::object({{"account", request.account}, {"state", std::string(word_of(request.state))}});
  return raw;
}

AccountRequest request_of(region::RawResource raw) {
  return {std::move(raw.id),
          std::move(raw.scope),
          raw.own.text("account"),
          require_word<RequestState>(raw.own.text("state")),
          raw.created,
          std::move(raw.body)};
}

/// What was read, in order of ids.
template <class Make>
auto all_of(std::vector<region::RawResource> raws, Make make) {
  std::sort(raws.begin(), raws.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::vector<decltype(make(std::move(raws.front())))> out;
  for (region::RawResource& raw : raws) out.push_back(make(std::move(raw)));
  return out;
}

template <class Make>
auto one_of(std::optional<region::RawResource> raw, Make make) -> std::optional<decltype(make(std::move(*raw)))> {
  if (!raw) return std::nullopt;
  return make(std::move(*raw));
}

}  // namespace

std::string OrganizationRow::arn(std::string_view type, std::string_view of) const {
  std::string resource = std::string(type) + "/" + id;
  if (!of.empty()) resource += "/" + std::string(of);
  return make_arn("organizations", "", management_account, resource);
}

std::string_view kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::kRoot:
      return "ROOT";
    case NodeKind::kUnit:
      return "ORGANIZATIONAL_UNIT";
    case NodeKind::kAccount:
      return "ACCOUNT";
  }
  return "";
}

std::optional<NodeKind> find_kind(std::string_view name) {
  for (const NodeKind kind : {NodeKind::kRoot, NodeKind::kUnit, NodeKind::kAccount})
    if (kind_name(kind) == name) return kind;
  return std::nullopt;
}

bool PolicyRow::is_aws_managed() const { return id == kFullAccess; }

PolicyRow full_aws_access(std::string_view organization_id) {
  return {kFullAccess, std::string(organization_id), "FullAWSAccess", "Allows access to every operation",
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"};
}

std::string arn_of(const OrganizationRow& organization, const Node& node) {
  switch (node.kind) {
    case NodeKind::kRoot:
      return organization.arn("root", node.id);
    case NodeKind::kUnit:
      return organization.arn("ou", node.id);
    case NodeKind::kAccount:
      break;
  }
  return organization.arn("account", node.id);
}

std::string arn_of(const OrganizationRow& organization, const PolicyRow& policy) {
  if (policy.is_aws_managed()) return "arn:aws:organizations::aws:policy/service_control_policy/" + policy.id;
  return organization.arn("policy", "service_control_policy/" + policy.id);
}

namespace rows {

std::optional<OrganizationRow> find(store::Tx& tx, std::string_view organization_id) {
  return one_of(region::rows::find(tx, kOrganizations, organization_id), organization_of);
}

std::optional<OrganizationRow> find_of(store::Tx& tx, std::string_view account) {
  const auto node = find_node(tx, account);
  return node ? find(tx, node->organization_id) : std::nullopt;
}

void insert(store::Tx& tx, const OrganizationRow& organization) {
  region::rows::insert(tx, kOrganizations, encode(organization));
}

void update(store::Tx& tx, const OrganizationRow& organization) {
  region::rows::update(tx, kOrganizations, encode(organization));
}

void remove(store::Tx& tx, const OrganizationRow& organization) {
  detach_all(tx, organization.id);
  for (const Node& node : nodes(tx, organization.id)) remove_node(tx, organization, node);
  for (const PolicyRow& policy : policies(tx, organization)) remove_policy(tx, organization, policy);
  for (const AccountRequest& request : requests(tx, organization.id)) region::rows::remove(tx, kRequests, request.id);
  region::rows::remove(tx, kOrganizations, organization.id);
}

std::optional<Node> find_node(store::Tx& tx, std::string_view id) {
  return one_of(region::rows::find(tx, kNodes, id), node_of);
}

void insert(store::Tx& tx, const Node& node) { region::rows::insert(tx, kNodes, encode(node)); }

void update(store::Tx& tx, const Node& node) { region::rows::update(tx, kNodes, encode(node)); }

void remove_node(store::Tx& tx, const OrganizationRow& organization, const Node& node) {
  tx.exec("DELETE FROM organizations_attachments WHERE target_id = ?", node.id);
  region::delete_tags(tx, arn_of(organization, node));
  region::rows::remove(tx, kNodes, node.id);
}

std::vector<Node> children(store::Tx& tx, std::string_view parent_id, NodeKind kind) {
  auto all = all_of(region::rows::list_of(tx, kNodes, parent_id), node_of);
  std::erase_if(all, [&](const Node& node) { return node.kind != kind; });
  return all;
}

std::vector<Node> nodes(store::Tx& tx, std::string_view organization_id) {
  return all_of(region::rows::list_in(tx, kNodes, organization_id), node_of);
}

std::vector<Node> line_to(store::Tx& tx, const Node& node) {
  std::vector<Node> line{node};
  while (!line.back().parent_id.empty()) {
    auto parent = find_node(tx, line.back().parent_id);
    if (!parent) break;
    line.push_back(std::move(*parent));
  }
  std::reverse(line.begin(), line.end());
  return line;
}

std::string path_to(store::Tx& tx, const OrganizationRow& organization, const Node& node) {
  std::string path = organization.id + "/";
  for (const Node& level : line_to(tx, node)) path += level.id + "/";
  return path;
}

std::optional<PolicyRow> find_policy(store::Tx& tx, const OrganizationRow& organization, std::string_view id) {
  if (id == kFullAccess) return full_aws_access(organization.id);
  auto policy = one_of(region::rows::find(tx, kPolicies, id), policy_of);
  return policy && policy->organization_id == organization.id ? policy : std::nullopt;
}

std::vector<PolicyRow> policies(store::Tx& tx, const OrganizationRow& organization) {
  auto out = all_of(region::rows::list_in(tx, kPolicies, organization.id), policy_of);
  out.push_back(full_aws_access(organization.id));
  return out;
}

void insert(store::Tx& tx, const PolicyRow& policy) { region::rows::insert(tx, kPolicies, encode(policy)); }

void update(store::Tx& tx, const PolicyRow& policy) { region::rows::update(tx, kPolicies, encode(policy)); }

void remove_policy(store::Tx& tx, const OrganizationRow& organization, const PolicyRow& policy) {
  region::delete_tags(tx, arn_of(organization, policy));
  region::rows::remove(tx, kPolicies, policy.id);
}

bool attach(store::Tx& tx, std::string_view policy_id, const Node& target) {
  return tx.exec(
             "INSERT INTO organizations_attachments (policy_id, target_id, organization_id) VALUES (?, ?, ?) "
             "ON CONFLICT (policy_id, target_id) DO NOTHING",
             policy_id, target.id, target.organization_id) > 0;
}

bool detach(store::Tx& tx, std::string_view policy_id, std::string_view target_id) {
  return tx.exec("DELETE FROM organizations_attachments WHERE policy_id = ? AND target_id = ?", policy_id, target_id) >
         0;
}

void detach_all(store::Tx& tx, std::string_view organization_id) {
  tx.exec("DELETE FROM organizations_attachments WHERE organization_id = ?", organization_id);
}

std::vector<PolicyRow> attached_to(store::Tx& tx, std::string_view organization_id, std::string_view target_id) {
  std::vector<PolicyRow> out;
  for (const store::Row& row :
       tx.query("SELECT policy_id FROM organizations_attachments WHERE target_id = ? ORDER BY policy_id", target_id)) {
    auto policy = one_of(region::rows::find(tx, kPolicies, row.text(0)), policy_of);
    out.push_back(policy ? std::move(*policy) : full_aws_access(organization_id));
  }
  return out;
}

std::vector<Node> targets_of(store::Tx& tx, const OrganizationRow& organization, std::string_view policy_id) {
  std::vector<Node> out;
  for (const store::Row& row :
       tx.query("SELECT target_id FROM organizations_attachments WHERE organization_id = ? AND policy_id = ? "
                "ORDER BY target_id",
                organization.id, policy_id))
    if (auto node = find_node(tx, row.text(0))) out.push_back(std::move(*node));
  return out;
}

void insert(store::Tx& tx, const AccountRequest& request) { region::rows::insert(tx, kRequests, encode(request)); }

void update(store::Tx& tx, const AccountRequest& request) { region::rows::update(tx, kRequests, encode(request)); }

std::optional<AccountRequest> find_request(store::Tx& tx, std::string_view id) {
  return one_of(region::rows::find(tx, kRequests, id), request_of);
}

std::vector<AccountRequest> requests(store::Tx& tx, std::string_view organization_id) {
  return all_of(region::rows::list_in(tx, kRequests, organization_id), request_of);
}

}  // namespace rows
}  // namespace hanbat::organizations
