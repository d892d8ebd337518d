#include "services/organizations/store.h"

#include <algorithm>

#include "base/arn.h"

namespace hanbat::organizations {
namespace {

constexpr const char* kFullAccess = "p-FullAWSAccess";
constexpr const char* kNodeColumns =
    "SELECT id, organization_id, parent_id, kind, name, body FROM organizations_nodes ";
constexpr const char* kOrganizationColumns =
    "SELECT id, management_account, root_id, service_control, created FROM organizations_organizations ";
constexpr const char* kPolicyColumns =
    "SELECT id, organization_id, name, description, content FROM organizations_policies ";
constexpr const char* kRequestColumns =
    "SELECT id, organization_id, account, state, requested, body FROM organizations_account_requests ";

std::string sql(const char* columns, const char* rest) { return std::string(columns) + rest; }

OrganizationRow organization_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.flag(3), row.timestamp(4)};
}

Node node_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), *find_kind(row.text(3)), row.text(4), row.json(5)};
}

PolicyRow policy_of(const store::Row& row) { return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)}; }

AccountRequest request_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.timestamp(4), row.json(5)};
}

template <class Make>
auto all_of(const std::vector<store::Row>& rows, Make make) {
  std::vector<decltype(make(rows.front()))> out;
  for (const store::Row& row : rows) out.push_back(make(row));
  return out;
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

std::optional<OrganizationRow> Store::find(store::Tx& tx, std::string_view organization_id) const {
  const auto row = tx.find(sql(kOrganizationColumns, "WHERE id = ?"), organization_id);
  if (!row) return std::nullopt;
  return organization_of(*row);
}

std::optional<OrganizationRow> Store::find_of(store::Tx& tx, std::string_view account) const {
  const auto node = find_node(tx, account);
  return node ? find(tx, node->organization_id) : std::nullopt;
}

void Store::insert(store::Tx& tx, const OrganizationRow& o) const {
  tx.exec(
      "INSERT INTO organizations_organizations (id, management_account, root_id, service_control, created) "
      "VALUES (?, ?, ?, ?, ?)",
      o.id, o.management_account, o.root_id, o.service_control, o.created);
}

void Store::set_service_control(store::Tx& tx, const OrganizationRow& organization, bool enabled) const {
  tx.exec("UPDATE organizations_organizations SET service_control = ? WHERE id = ?", enabled, organization.id);
}

void Store::remove(store::Tx& tx, const OrganizationRow& organization) const {
  for (const Node& node : nodes(tx, organization.id)) erase_tags(tx, node.id);
  for (const PolicyRow& policy : policies(tx, organization)) erase_tags(tx, policy.id);
  for (const char* table :
       {"organizations_attachments", "organizations_policies", "organizations_account_requests", "organizations_nodes"})
    tx.exec(std::string("DELETE FROM ") + table + " WHERE organization_id = ?", organization.id);
  tx.exec("DELETE FROM organizations_organizations WHERE id = ?", organization.id);
}

std::optional<Node> Store::find_node(store::Tx& tx, std::string_view id) const {
  const auto row = tx.find(sql(kNodeColumns, "WHERE id = ?"), id);
  if (!row) return std::nullopt;
  return node_of(*row);
}

void Store::insert(store::Tx& tx, const Node& node) const {
  tx.exec(
      "INSERT INTO organizations_nodes (id, organization_id, parent_id, kind, name, body) VALUES (?, ?, ?, ?, ?, ?)",
      node.id, node.organization_id, node.parent_id, kind_name(node.kind), node.name, node.body);
}

void Store::update(store::Tx& tx, const Node& node) const {
  tx.exec("UPDATE organizations_nodes SET parent_id = ?, name = ?, body = ? WHERE id = ?", node.parent_id, node.name,
          node.body, node.id);
}

void Store::remove_node(store::Tx& tx, std::string_view id) const {
  tx.exec("DELETE FROM organizations_attachments WHERE target_id = ?", id);
  erase_tags(tx, id);
  tx.exec("DELETE FROM organizations_nodes WHERE id = ?", id);
}

std::vector<Node> Store::children(store::Tx& tx, std::string_view parent_id, NodeKind kind) const {
  return all_of(tx.query(sql(kNodeColumns, "WHERE parent_id = ? AND kind = ? ORDER BY id"), parent_id, kind_name(kind)),
                node_of);
}

std::vector<Node> Store::nodes(store::Tx& tx, std::string_view organization_id) const {
  return all_of(tx.query(sql(kNodeColumns, "WHERE organization_id = ? ORDER BY id"), organization_id), node_of);
}

std::vector<Node> Store::line_to(store::Tx& tx, const Node& node) const {
  std::vector<Node> line{node};
  while (!line.back().parent_id.empty()) {
    auto parent = find_node(tx, line.back().parent_id);
    if (!parent) break;
    line.push_back(std::move(*parent));
  }
  std::reverse(line.begin(), line.end());
  return line;
}

std::optional<PolicyRow> Store::find_policy(store::Tx& tx, const OrganizationRow& organization,
                                            std::string_view id) const {
  if (id == kFullAccess) return full_aws_access(organization.id);
  const auto row = tx.find(sql(kPolicyColumns, "WHERE id = ? AND organization_id = ?"), id, organization.id);
  if (!row) return std::nullopt;
  return policy_of(*row);
}

std::vector<PolicyRow> Store::policies(store::Tx& tx, const OrganizationRow& organization) const {
  auto out = all_of(tx.query(sql(kPolicyColumns, "WHERE organization_id = ? ORDER BY id"), organization.id), policy_of);
  out.push_back(full_aws_access(organization.id));
  return out;
}

void Store::insert(store::Tx& tx, const PolicyRow& p) const {
  tx.exec("INSERT INTO organizations_policies (id, organization_id, name, description, content) VALUES (?, ?, ?, ?, ?)",
          p.id, p.organization_id, p.name, p.description, p.content);
}

void Store::update(store::Tx& tx, const PolicyRow& p) const {
  tx.exec("UPDATE organizations_policies SET name = ?, description = ?, content = ? WHERE id = ?", p.name,
          p.description, p.content, p.id);
}

void Store::remove_policy(store::Tx& tx, std::string_view id) const {
  erase_tags(tx, id);
  tx.exec("DELETE FROM organizations_policies WHERE id = ?", id);
}

bool Store::attach(store::Tx& tx, std::string_view policy_id, const Node& target) const {
  return tx.exec(
             "INSERT INTO organizations_attachments (policy_id, target_id, organization_id) VALUES (?, ?, ?) "
             "ON CONFLICT (policy_id, target_id) DO NOTHING",
             policy_id, target.id, target.organization_id) > 0;
}

bool Store::detach(store::Tx& tx, std::string_view policy_id, std::string_view target_id) const {
  return tx.exec("DELETE FROM organizations_attachments WHERE policy_id = ? AND target_id = ?", policy_id, target_id) >
         0;
}

void Store::detach_all(store::Tx& tx, std::string_view organization_id) const {
  tx.exec("DELETE FROM organizations_attachments WHERE organization_id = ?", organization_id);
}

std::vector<PolicyRow> Store::attached_to(store::Tx& tx, std::string_view organization_id,
                                          std::string_view target_id) const {
  std::vector<PolicyRow> out;
  for (const store::Row& row :
       tx.query("SELECT a.policy_id, p.organization_id, p.name, p.description, p.content "
                "FROM organizations_attachments a LEFT JOIN organizations_policies p ON p.id = a.policy_id "
                "WHERE a.target_id = ? ORDER BY a.policy_id",
                target_id))
    out.push_back(row.is_null(1) ? full_aws_access(organization_id) : policy_of(row));
  return out;
}

std::vector<Node> Store::targets_of(store::Tx& tx, const OrganizationRow& organization,
                                    std::string_view policy_id) const {
  return all_of(tx.query(sql(kNodeColumns,
                             "WHERE organization_id = ? AND id IN (SELECT target_id FROM organizations_attachments "
                             "WHERE policy_id = ?) ORDER BY id"),
                         organization.id, policy_id),
                node_of);
}

void Store::put(store::Tx& tx, const AccountRequest& r) const {
  tx.exec(
      "INSERT INTO organizations_account_requests (id, organization_id, account, state, requested, body) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body",
      r.id, r.organization_id, r.account, r.state, r.requested, r.body);
}

std::optional<AccountRequest> Store::find_request(store::Tx& tx, std::string_view id) const {
  const auto row = tx.find(sql(kRequestColumns, "WHERE id = ?"), id);
  if (!row) return std::nullopt;
  return request_of(*row);
}

std::vector<AccountRequest> Store::requests(store::Tx& tx, std::string_view organization_id) const {
  return all_of(tx.query(sql(kRequestColumns, "WHERE organization_id = ? ORDER BY id"), organization_id), request_of);
}

Tags Store::tags(store::Tx& tx, std::string_view resource_id) const {
  Tags out;
  for (const store::Row& row :
       tx.query("SELECT name, value FROM organizations_tags WHERE resource_id = ?", resource_id))
    out[row.text(0)] = row.text(1);
  return out;
}

void Store::set_tag(store::Tx& tx, std::string_view resource_id, std::string_view name, std::string_view value) const {
  tx.exec(
      "INSERT INTO organizations_tags (resource_id, name, value) VALUES (?, ?, ?) "
      "ON CONFLICT (resource_id, name) DO UPDATE SET value = excluded.value",
      resource_id, name, value);
}

void Store::erase_tag(store::Tx& tx, std::string_view resource_id, std::string_view name) const {
  tx.exec("DELETE FROM organizations_tags WHERE resource_id = ? AND name = ?", resource_id, name);
}

void Store::erase_tags(store::Tx& tx, std::string_view resource_id) const {
  tx.exec("DELETE FROM organizations_tags WHERE resource_id = ?", resource_id);
}

}  // namespace hanbat::organizations
