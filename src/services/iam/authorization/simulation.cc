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

/// The simulator calls every policy of users, groups and roles the same, whichever it is, and names a managed one by
/// its name.
std::string source_type(const std::string& type) { return type == "resource" ? "Resource Policy" : "IAM Policy"; }

std::string source_name(const std::string& id) {
  const auto arn = parse_arn(id);
  return arn ? arn->resource.substr(arn->resource.find_last_of('/') + 1) : id;
}

std::vector<Statement> statements_of(const Decision& decision) {
  std::vector<Statement> out;
  for (const region::policy::Match& match : decision.deciding()) {
    Statement statement;
    statement.source_policy_id = source_name(match.source_id);
    statement.source_policy_type = source_type(match.source_type);
    const region::policy::Statement& there = *match.statement;
    statement.start_position = Position{.column = there.start.column, .line = there.start.line};
    statement.end_position = Position{.column = there.end.column, .line = there.end.line};
    out.push_back(std::move(statement));
  }
  return out;
}

std::vector<std::string> missing_keys_of(const Decision& decision) {
  return {decision.missing_keys.begin(), decision.missing_keys.end()};
}

std::optional<PermissionsBoundaryDecisionDetail> boundary_detail(const Decision& decision) {
  if (!decision.boundary_allows) return std::nullopt;
  return PermissionsBoundaryDecisionDetail{.allowed_by_permissions_boundary = *decision.boundary_allows};
}

/// Whether service control policies have a say, and so a line in the result.
enum class Organization { kNone, kCounts };

/// What one action may do to each of the resources, and over all: allowed only where every one is.
class ActionResult {
 public:
  explicit ActionResult(const std::string& action) { out_.eval_action_name = action; }

  void add(const std::string& resource, const Decision& decision) {
    ResourceSpecificResult one{.eval_resource_decision = outcome_name(decision), .eval_resource_name = resource};
    one.matched_statements = statements_of(decision);
    one.missing_context_values = missing_keys_of(decision);
    one.permissions_boundary_decision_detail = boundary_detail(decision);
    if (results_.empty() || rank(decision) > rank(worst_)) worst_ = decision;
    by_organization_ = by_organization_ && decision.service_control_allows.value_or(true);
    results_.push_back(std::move(one));
  }

  EvaluationResult finish(Organization organization) {
    out_.eval_decision = outcome_name(worst_);
    out_.eval_resource_name = results_.size() == 1 ? results_.front().eval_resource_name : "*";
    out_.matched_statements = statements_of(worst_);
    out_.permissions_boundary_decision_detail = boundary_detail(worst_);
    if (organization == Organization::kCounts)
      out_.organizations_decision_detail = OrganizationsDecisionDetail{.allowed_by_organizations = by_organization_};
    const bool of_all = out_.eval_resource_name == "*" && results_.size() == 1;
    // A simulation over "*" has no resources to tell of one by one.
    out_.missing_context_values = of_all ? missing_keys_of(worst_) : std::vector<std::string>();
    out_.eval_decision_details.emplace();
    if (!of_all) out_.resource_specific_results = std::move(results_);
    return std::move(out_);
  }

 private:
  static int rank(const Decision& decision) {
    if (decision.allowed()) return 0;
    return decision.outcome == Decision::Outcome::kImplicitDeny ? 1 : 2;
  }

  EvaluationResult out_;
  std::vector<ResourceSpecificResult> results_;
  Decision worst_;
  bool by_organization_ = true;
};

/// "112233445566" or "arn:aws:iam::112233445566:root".
std::string account_of(const std::string& owner) {
  const auto arn = parse_arn(owner);
  const std::string account = arn ? arn->account : owner;
  if (account.size() != 12 || !parse_int(account)) throw InvalidInputException("Invalid ResourceOwner: " + owner);
  return account;
}

template <class Input>
void check(const Input& in) {
  for (const std::string& action : in.action_names)
    if (action.find(':') == std::string::npos || action.find('*') != std::string::npos)
      throw InvalidInputException("Invalid Action Name: " + action);
  if (in.permissions_boundary_policy_input_list && in.permissions_boundary_policy_input_list->size() > 1)
    throw InvalidInputException("Only one permissions boundary can be given.");
  if (in.caller_arn) {
    const auto arn = parse_arn(*in.caller_arn);
    if (!arn || arn->service != "iam" || !arn->resource.starts_with("user/"))
      throw InvalidInputException("Invalid CallerArn, the ARN of an IAM user is expected: " + *in.caller_arn);
  }
  for (const std::string& resource : in.resource_arns.value_or(std::vector<std::string>()))
    if (resource != "*" && !parse_arn(resource)) throw InvalidInputException("Invalid Entity Arn: " + resource);
  if (in.resource_policy)
    for (const std::string& resource : in.resource_arns.value_or(std::vector<std::string>()))
      if (const auto arn = parse_arn(resource); arn && arn->service == "iam" && arn->resource.starts_with("role/"))
        throw InvalidInputException("Simulation of resource-based policies isn't supported for IAM roles.");
}

/// One result per action. `question` has everything but action and resource.
template <class Output, class Input>
Output simulate(region::Request& rq, Question question, const Input& in, Organization organization) {
  check(in);
  for (const ContextEntry& entry : in.context_entries.value_or(std::vector<ContextEntry>()))
    if (entry.context_key_name)
      question.context.set(*entry.context_key_name, entry.context_key_values.value_or(std::vector<std::string>()));
  if (in.permissions_boundary_policy_input_list && !in.permissions_boundary_policy_input_list->empty())
    question.boundary = sources_of(*in.permissions_boundary_policy_input_list, "PermissionsBoundaryPolicyInputList");
  if (in.resource_policy)
    question.resource_policies = {
        source_of(*in.resource_policy, "ResourcePolicy", "resource", DocumentKind::kResourceImplied)};
  const std::string owner = in.resource_owner ? account_of(*in.resource_owner) : question.caller->account;

  std::vector<EvaluationResult> results;
  for (const std::string& action : in.action_names) {
    question.action = action;
    ActionResult result(action);
    for (const std::string& resource : in.resource_arns.value_or(std::vector<std::string>{"*"})) {
      question.resource = resource;
      const auto arn = parse_arn(resource);
      question.resource_account = arn && arn->account.size() == 12 ? arn->account : owner;
      result.add(resource, evaluate(question));
    }
    results.push_back(result.finish(organization));
  }
  // The order is the caller's; the key only counts.
  std::int64_t next = 0;
  std::vector<std::pair<std::string, EvaluationResult>> numbered;
  for (EvaluationResult& result : results) numbered.emplace_back(region::page_key(next++), std::move(result));
  const auto page = cut_page(rq, in, std::move(numbered), [](const auto& r) { return r.first; });

  Output out;
  out.evaluation_results.emplace();
  for (const auto& [number, result] : page.items) out.evaluation_results->push_back(result);
  end_page(page, out);
  return out;
}

/// The user that a simulation without a principal stands for.
Caller simulated_caller(const std::string& account, const std::optional<std::string>& arn) {
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.account = account;
  caller.arn = arn.value_or(make_arn("iam", "", account, "user/"));
  if (const auto parsed = parse_arn(caller.arn); parsed && !parsed->account.empty()) caller.account = parsed->account;
  caller.principal_arn = caller.arn;
  caller.name = caller.arn.substr(caller.arn.find_last_of('/') + 1);
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

/// rq.authorize of the user, group or role whose policies are asked about.
void authorize_source(Request& rq, std::string_view action, const std::string& arn) {
  if (!rq.names_resource(action, arn)) throw InvalidInputException("Invalid Entity Arn: " + arn);
  rq.authorize(action, arn);
}

}  // namespace

SimulateCustomPolicyOutput Iam::simulate_custom_policy(Request& rq, const SimulateCustomPolicyInput& in) {
  rq.authorize("iam:SimulateCustomPolicy", "*");

  if (in.resource_policy && !in.caller_arn)
    throw InvalidInputException("CallerArn is required when ResourcePolicy is given.");
  const Caller caller = simulated_caller(rq.account, in.caller_arn);
  Question question{.caller = &caller, .identity = sources_of(in.policy_input_list, "PolicyInputList")};
  if (in.ordered_organization_policy_input_list)
    for (const OrderedOrganizationPolicyType& level : *in.ordered_organization_policy_input_list)
      question.service_control.push_back(
          sources_of(level.service_control_policy_input_list.value_or(std::vector<std::string>()),
                     "OrderedOrganizationPolicyInputList." + std::to_string(question.service_control.size() + 1)));

  const auto organization = in.ordered_organization_policy_input_list ? Organization::kCounts : Organization::kNone;
  return simulate<SimulateCustomPolicyOutput>(rq, std::move(question), in, organization);
}

SimulatePrincipalPolicyOutput Iam::simulate_principal_policy(Request& rq, const SimulatePrincipalPolicyInput& in) {
  authorize_source(rq, "iam:SimulatePrincipalPolicy", in.policy_source_arn);

  const auto entity = rows::find_by_arn(rq.tx, in.policy_source_arn);
  if (!entity || entity->account != rq.account || entity->kind == Kind::kPolicy || entity->kind == Kind::kProfile)
    throw NoSuchEntityException("Entity " + in.policy_source_arn + " cannot be found.");
  if (in.resource_policy && !in.caller_arn && entity->kind != Kind::kUser)
    throw InvalidInputException("CallerArn is required when ResourcePolicy is given and PolicySourceArn is no user.");
  const PrincipalFacts facts = policies_.gather(rq.tx, *entity);
  Caller caller = entity->kind == Kind::kUser ? IamIdentity::user_caller(*entity)
                                              : simulated_caller(rq.account, in.policy_source_arn);
  if (in.caller_arn) caller = simulated_caller(rq.account, in.caller_arn);
  if (entity->kind == Kind::kRole && !in.caller_arn) caller.kind = Caller::Kind::kAssumedRole;
  Question question{.caller = &caller, .identity = facts.identity, .boundary = facts.boundary};
  for (Source& source : sources_of(in.policy_input_list.value_or(std::vector<std::string>()), "PolicyInputList"))
    question.identity.push_back(std::move(source));
  for (const auto& [key, value] : facts.tags) question.context.set("aws:PrincipalTag/" + key, value);
  question.context.set("aws:PrincipalArn", caller.principal_arn);
  question.context.set("aws:PrincipalAccount", caller.account);
  if (!caller.name.empty()) question.context.set("aws:username", caller.name);
  if (!caller.user_id.empty()) question.context.set("aws:userid", caller.user_id);
  const auto membership = home_.find_membership(rq.tx, caller.account);
  if (membership) {
    question.service_control = policies_.service_control(*membership);
    question.context.set("aws:PrincipalOrgID", membership->organization_id);
  }

  return simulate<SimulatePrincipalPolicyOutput>(rq, std::move(question), in,
                                                 membership ? Organization::kCounts : Organization::kNone);
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
  authorize_source(rq, "iam:GetContextKeysForPrincipalPolicy", in.policy_source_arn);

  const auto entity = rows::find_by_arn(rq.tx, in.policy_source_arn);
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
