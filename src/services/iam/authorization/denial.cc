#include "services/iam/authorization/denial.h"

namespace hanbat::iam {
namespace {

using region::policy::Condition;
using region::policy::Decision;
using region::policy::Principals;
using region::policy::Quantifier;
using region::policy::Question;

/// {"items": […]}, the form of all lists in such a message.
Json items(Json list) { return Json::object({{"items", std::move(list)}}); }

Json values_of(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const std::string& value : values) out.push_back(Json::object({{"value", value}}));
  return items(std::move(out));
}

std::string operator_of(const Condition& condition) {
  std::string out;
  if (condition.quantifier == Quantifier::kForAllValues) out = "ForAllValues:";
  if (condition.quantifier == Quantifier::kForAnyValue) out = "ForAnyValue:";
  return out + condition.op + (condition.if_exists ? "IfExists" : "");
}

std::vector<std::string> names_of(const Principals& principals) {
  std::vector<std::string> out;
  if (principals.anyone) out.emplace_back("*");
  for (const auto* list : {&principals.aws, &principals.services, &principals.federated, &principals.canonical_users})
    out.insert(out.end(), list->begin(), list->end());
  return out;
}

Json describe(const region::policy::Statement& statement, const Question& question) {
  Json conditions = Json::array();
  for (const Condition& condition : statement.conditions)
    conditions.push_back(Json::object(
        {{"operator", operator_of(condition)}, {"key", condition.key}, {"values", values_of(condition.values)}}));
  const std::vector<std::string> whom =
      statement.principals ? names_of(*statement.principals) : std::vector<std::string>{question.caller->user_id};
  return Json::object({{"statementId", statement.sid},
                       {"effect", statement.effect == region::policy::Effect::kDeny ? "DENY" : "ALLOW"},
                       {statement.not_principal ? "notPrincipals" : "principals", values_of(whom)},
                       {"principalGroups", items(Json::array())},
                       {statement.not_action ? "notActions" : "actions", values_of(statement.actions)},
                       {statement.not_resource ? "notResources" : "resources", values_of(statement.resources)},
                       {"conditions", items(std::move(conditions))}});
}

}  // namespace

Json explain_denial(const Question& question, const Decision& decision) {
  Json matched = Json::array();
  for (const region::policy::Match& match : decision.deciding())
    matched.push_back(describe(*match.statement, question));
  Json keys = Json::array();
  for (const auto& [lowered, entry] : question.context.entries())
    keys.push_back(Json::object({{"key", entry.key}, {"values", values_of(entry.values)}}));
  const region::Caller& caller = *question.caller;
  return Json::object(
      {{"allowed", false},
       {"explicitDeny", decision.outcome == Decision::Outcome::kExplicitDeny},
       {"matchedStatements", items(std::move(matched))},
       {"failures", items(Json::array())},
       {"context",
        Json::object({{"principal", Json::object({{"id", caller.user_id}, {"name", caller.name}, {"arn", caller.arn}})},
                      {"action", question.action},
                      {"resource", question.resource},
                      {"conditions", items(std::move(keys))}})}});
}

}  // namespace hanbat::iam
