// Asking what the policies would decide, of the same engine that decides.
#include <set>

#include "base/text.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using region::policy::Decision;
using region::policy::DocumentKind;
using region::policy::Question;
using region::policy::Source;

Source source_of(const std::string& text, const std::string& id, const char* type, DocumentKind kind) {
  try {
    return {id, type, std::make_shared<const region::policy::Document>(region::policy::parse_document(text, kind))};
  } catch (const region::policy::DocumentError& refusal) {
    throw InvalidInputException("Invalid entry for " + id + ": " + refusal.what());
  }
}

std::vector<Source> sources_of(const std::vector<std::string>& texts, const std::string& list) {
  std::vector<Source> out;
  for (const std::string& text : texts)
    out.push_back(source_of(text, list + "." + std::to_string(out.size() + 1), "none", DocumentKind::kIdentity));
  return out;
}

std::string outcome_name(const Decision& decision) {
  switch (decision.outcome) {
    case Decision::Outcome::kAllowed:
      return "allowed";
    case Decision::Outcome::kExplicitDeny:
      return "explicitDeny";
    case Decision::Outcome::kImplicitDeny:
      return "implicitDeny";
  }
  return "";
}

std::string source_type(const std::string& type) {
  static const std::set<std::string> kKnown = {"user",         "group", "role",    "aws-managed",
                                               "user-managed", "none",  "resource"};
  return kKnown.contains(type) ? type : "none";
}

EvaluationResult result_of(const Question& question, const Decision& decision) {
  EvaluationResult out{.eval_action_name = question.action, .eval_decision = outcome_name(decision)};
  out.eval_resource_name = question.resource;
  out.matched_statements.emplace();
  for (const region::policy::Match& match : decision.matched) {
    Statement statement;
    statement.source_policy_id = match.source_id;
    statement.source_policy_type = source_type(match.source_type);
    statement.start_position = Position{.column = match.start.column, .line = match.start.line};
    statement.end_position = Position{.column = match.end.column, .line = match.end.line};
    out.matched_statements->push_back(std::move(statement));
  }
  out.missing_context_values.emplace(decision.missing_keys.begin(), decision.missing_keys.end());
  if (decision.boundary_allows)
    out.permissions_boundary_decision_detail =
        PermissionsBoundaryDecisionDetail{.allowed_by_permissions_boundary = *decision.boundary_allows};
  return out;
}

/// One result per action and resource. `question` has everything but those two.
template <class Output, class Input>
Output simulate(Question question, const Input& in) {
  if (in.context_entries)
    for (const ContextEntry& entry : *in.context_entries)
      if (entry.context_key_name)
        question.context.set(*entry.context_key_name, entry.context_key_values.value_or(std::vector<std::string>()));
  if (in.permissions_boundary_policy_input_list)
    question.boundary = sources_of(*in.permissions_boundary_policy_input_list, "PermissionsBoundaryPolicyInputList");
  if (in.resource_policy)
    question.resource_policy =
        source_of(*in.resource_policy, "ResourcePolicy", "resource", DocumentKind::kResourceImplied);
  if (in.resource_owner)
    if (const auto owner = parse_arn(*in.resource_owner)) question.resource_account = owner->account;

  std::vector<EvaluationResult> results;
  for (const std::string& action : in.action_names) {
    if (action.find(':') == std::string::npos) throw InvalidInputException("Invalid Action Name: " + action);
    question.action = action;
    for (const std::string& resource : in.resource_arns.value_or(std::vector<std::string>{"*"})) {
      question.resource = resource;
      results.push_back(result_of(question, evaluate(question)));
    }
  }
  // The order is the caller's; the key only counts.
  std::size_t next = 1'000'000;
  std::vector<std::pair<std::string, EvaluationResult>> numbered;
  for (EvaluationResult& result : results) numbered.emplace_back(std::to_string(next++), std::move(result));
  const auto page = take_page(std::move(numbered), [](const auto& r) { return r.first; }, in.marker, in.max_items);

  Output out;
  out.evaluation_results.emplace();
  for (const auto& [number, result] : page.items) out.evaluation_results->push_back(result);
  page.tell(out);
  return out;
}

/// The user that a simulation without a principal stands for.
Caller stand_in(const std::string& account, const std::optional<std::string>& arn) {
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.account = account;
  caller.arn = arn.value_or(make_arn("iam", "", account, "user/"));
  if (const auto parsed = parse_arn(caller.arn); parsed && !parsed->account.empty()) caller.account = parsed->account;
  caller.principal_arn = caller.arn;
  return caller;
}

void collect_keys(const region::policy::Document& document, std::set<std::string>& keys) {
  const auto collect_variables = [&](const std::string& text) {
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
      const std::string name = text.substr(at + 2, text.find_first_of(",}", at) - at - 2);
      if (name.find(':') != std::string::npos) keys.insert(name);
    }
  };
  for (const region::policy::Statement& statement : document.statements) {
    for (const std::string& resource : statement.resources) collect_variables(resource);
    for (const region::policy::Condition& condition : statement.conditions) {
      keys.insert(condition.key);
      for (const std::string& value : condition.values) collect_variables(value);
    }
  }
}

}  // namespace

SimulateCustomPolicyOutput Iam::simulate_custom_policy(Request& rq, const SimulateCustomPolicyInput& in) {
  rq.authorize("iam:SimulateCustomPolicy", "*");

  const Caller caller = stand_in(rq.account, in.caller_arn);
  Question question{.caller = &caller, .identity = sources_of(in.policy_input_list, "PolicyInputList")};

  return simulate<SimulateCustomPolicyOutput>(std::move(question), in);
}

SimulatePrincipalPolicyOutput Iam::simulate_principal_policy(Request& rq, const SimulatePrincipalPolicyInput& in) {
  rq.authorize("iam:SimulatePrincipalPolicy", in.policy_source_arn);

  const auto entity = store_.find_by_arn(rq.tx, in.policy_source_arn);
  if (!entity || entity->account != rq.account || entity->kind == Kind::kPolicy || entity->kind == Kind::kProfile)
    throw NoSuchEntityException("Entity " + in.policy_source_arn + " cannot be found.");
  const PrincipalFacts facts = policies_.gather(rq.tx, *entity);
  Caller caller =
      entity->kind == Kind::kUser ? IamIdentity::user_caller(*entity) : stand_in(rq.account, in.policy_source_arn);
  if (in.caller_arn) caller = stand_in(rq.account, in.caller_arn);
  if (entity->kind == Kind::kRole) caller.kind = Caller::Kind::kAssumedRole;
  Question question{.caller = &caller, .identity = facts.identity, .boundary = facts.boundary};
  for (Source& source : sources_of(in.policy_input_list.value_or(std::vector<std::string>()), "PolicyInputList"))
    question.identity.push_back(std::move(source));
  for (const auto& [key, value] : facts.tags) question.context.set("aws:PrincipalTag/" + key, value);
  question.context.set("aws:PrincipalArn", entity->arn);
  question.context.set("aws:PrincipalAccount", entity->account);
  if (entity->kind == Kind::kUser) {
    question.context.set("aws:username", entity->name);
    question.context.set("aws:userid", entity->id);
  }

  return simulate<SimulatePrincipalPolicyOutput>(std::move(question), in);
}

GetContextKeysForCustomPolicyOutput Iam::get_context_keys_for_custom_policy(
    Request& rq, const GetContextKeysForCustomPolicyInput& in) {
  rq.authorize("iam:GetContextKeysForCustomPolicy", "*");

  std::set<std::string> keys;
  for (const Source& source : sources_of(in.policy_input_list, "PolicyInputList")) collect_keys(*source.document, keys);

  GetContextKeysForCustomPolicyOutput out;
  out.context_key_names.emplace(keys.begin(), keys.end());
  return out;
}

GetContextKeysForPrincipalPolicyOutput Iam::get_context_keys_for_principal_policy(
    Request& rq, const GetContextKeysForPrincipalPolicyInput& in) {
  rq.authorize("iam:GetContextKeysForPrincipalPolicy", in.policy_source_arn);

  const auto entity = store_.find_by_arn(rq.tx, in.policy_source_arn);
  if (!entity || entity->account != rq.account)
    throw NoSuchEntityException("Entity " + in.policy_source_arn + " cannot be found.");
  std::set<std::string> keys;
  for (const Source& source : policies_.gather(rq.tx, *entity).identity) collect_keys(*source.document, keys);
  for (const Source& source : sources_of(in.policy_input_list.value_or(std::vector<std::string>()), "PolicyInputList"))
    collect_keys(*source.document, keys);

  GetContextKeysForPrincipalPolicyOutput out;
  out.context_key_names.emplace(keys.begin(), keys.end());
  return out;
}

}  // namespace hanbat::iam
