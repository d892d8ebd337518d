#include "services/iam/policies/principal_policies.h"

#include "region/tags.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using region::policy::DocumentKind;
using region::policy::Source;

/// Beyond this many parsed documents the memory starts anew.
constexpr std::size_t kMostParsed = 512;

std::int64_t version_number(std::string_view version_id) { return std::stoll(std::string(version_id.substr(1))); }

}  // namespace

std::shared_ptr<const region::policy::Document> PrincipalPolicies::parse(const std::string& text,
                                                                         DocumentKind kind) const {
  const std::string key = std::to_string(static_cast<int>(kind)) + text;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = parsed_.find(key); found != parsed_.end()) return found->second;
  }
  auto parsed = std::make_shared<const region::policy::Document>(region::policy::parse_document(text, kind));
  const std::lock_guard lock(mutex_);
  if (parsed_.size() >= kMostParsed) parsed_.clear();
  return parsed_.insert_or_assign(key, std::move(parsed)).first->second;
}

std::optional<std::string> PrincipalPolicies::managed_text(store::Tx& tx, std::string_view policy_arn) const {
  if (const ManagedPolicy* policy = managed_.find(policy_arn)) return policy->document();
  const auto policy = rows::find_by_arn(tx, policy_arn);
  if (!policy || policy->kind != Kind::kPolicy) return std::nullopt;
  const auto version = rows::find_version(tx, *policy, version_number(policy->body.text("default_version", "v1")));
  if (!version) return std::nullopt;
  return version->document;
}

std::optional<Source> PrincipalPolicies::managed(store::Tx& tx, std::string_view policy_arn) const {
  if (const ManagedPolicy* policy = managed_.find(policy_arn))
    return Source{policy->arn, "aws-managed", managed_.parsed(*policy)};
  const auto text = managed_text(tx, policy_arn);
  if (!text) return std::nullopt;
  return Source{std::string(policy_arn), "user-managed", parse(*text, DocumentKind::kIdentity)};
}

std::vector<std::vector<Source>> PrincipalPolicies::service_control(const region::Membership& membership) const {
  std::vector<std::vector<Source>> out;
  for (const auto& level : membership.service_control) {
    out.emplace_back();
    for (const region::AttachedPolicy& policy : level)
      out.back().push_back({policy.id, "none", parse(policy.document, DocumentKind::kIdentity)});
  }
  return out;
}

void PrincipalPolicies::add_policies_of(store::Tx& tx, const Entity& owner, std::vector<Source>& out) const {
  const std::string type(kind_name(owner.kind));
  for (const auto& [name, document] : rows::inline_policies(tx, owner.id))
    out.push_back({type + "_" + owner.name + "_" + name, type, parse(document, DocumentKind::kIdentity)});
  for (const std::string& arn : rows::attached(tx, owner.id, Usage::kPermissions))
    if (auto source = managed(tx, arn)) out.push_back(std::move(*source));
}

PrincipalFacts PrincipalPolicies::gather(store::Tx& tx, const Entity& entity) const {
  PrincipalFacts facts;
  facts.tags = region::tags_of(tx, entity.arn);
  add_policies_of(tx, entity, facts.identity);
  if (entity.kind == Kind::kUser)
    for (const Entity& group : rows::groups_of(tx, entity.id)) add_policies_of(tx, group, facts.identity);
  for (const std::string& arn : rows::attached(tx, entity.id, Usage::kBoundary)) {
    // A boundary whose policy is gone bounds everything.
    facts.boundary.emplace();
    if (auto source = managed(tx, arn)) facts.boundary->push_back(std::move(*source));
  }
  return facts;
}

PrincipalFacts PrincipalPolicies::gather(store::Tx& tx, const Caller& caller) const {
  std::string id = caller.user_id;
  if (caller.kind == Caller::Kind::kAssumedRole) id = id.substr(0, id.find(':'));
  // A federated user has what the user has who asked for the federation.
  const auto entity = caller.kind == Caller::Kind::kFederatedUser ? rows::find_by_arn(tx, caller.principal_arn)
                                                                  : rows::find_by_id(tx, id);
  if (!entity) return {};
  return gather(tx, *entity);
}

}  // namespace hanbat::iam
