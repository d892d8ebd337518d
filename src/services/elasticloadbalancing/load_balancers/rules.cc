// Rules of listeners, by priority; the default one is the listener's own actions.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/actions.h"
#include "services/elasticloadbalancing/load_balancers/conditions.h"
#include "services/elasticloadbalancing/pages.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr int kMostPriority = 50000;
constexpr std::size_t kMostRules = 100;  // of a load balancer, beside the default ones

void check_priority(int priority) {
  if (priority < 1 || priority > kMostPriority)
    throw validation_error(fmt::format("Priority '{}' must be between '1' and '{}'", priority, kMostPriority));
}

std::string default_rule_arn(const Resource<Listener>& listener) {
  return replace_all(listener.id, ":listener/", ":listener-rule/") + "/" + std::string(last_part(listener.id));
}

Rule default_rule(const Resource<Listener>& listener) {
  Rule rule;
  rule.rule_arn = default_rule_arn(listener);
  rule.priority = "default";
  rule.is_default = true;
  rule.conditions.emplace();
  rule.actions = listener.shape.default_actions;
  return rule;
}

/// In order of priority, the default one last.
Placed<Rule> rules_of(Request& rq, const Resource<Listener>& listener) {
  Placed<Rule> rules;
  for (auto& row : list_of<Rule>(rq.tx, listener.id))
    rules.emplace_back(region::page_key(priority_of(row)), std::move(row.shape));
  rules.emplace_back("default", default_rule(listener));
  return rules;
}

/// The listener whose default rule it would be, which has no row of its own.
std::optional<Resource<Listener>> find_listener_of_default(Request& rq, const std::string& rule_arn) {
  auto listener = find<Listener>(rq.tx, place_of(rq),
                                 replace_all(rule_arn.substr(0, rule_arn.rfind('/')), ":listener-rule/", ":listener/"));
  if (!listener || default_rule_arn(*listener) != rule_arn) return std::nullopt;
  return listener;
}

Rule require_rule(Request& rq, const std::string& arn) {
  require_arn_of(rq, KindOf<Rule>::kThing, arn);
  if (auto row = find<Rule>(rq.tx, place_of(rq), arn)) return std::move(row->shape);
  const auto listener = find_listener_of_default(rq, arn);
  if (!listener) KindOf<Rule>::missing();
  return default_rule(*listener);
}

}  // namespace

CreateRuleOutput ElasticLoadBalancing::create_rule(Request& rq, const CreateRuleInput& in) {
  authorize_making(rq, "elasticloadbalancing:CreateRule", in.listener_arn,
                   replace_all(in.listener_arn, ":listener/", ":listener-rule/") + "/*", in.tags);

  const auto listener = require<Listener>(rq, in.listener_arn);
  check_priority(in.priority);
  for (const auto& other : list_of<Rule>(rq.tx, listener.id))
    if (other.name == std::to_string(in.priority))
      throw PriorityInUseException(fmt::format("Priority '{}' is currently in use", in.priority));
  std::size_t rules = 0;
  for (const auto& one : list_of<Listener>(rq.tx, listener.parent)) rules += list_of<Rule>(rq.tx, one.id).size();
  if (rules >= kMostRules)
    throw TooManyRulesException("You've reached the limit on the number of rules per load balancer");
  const auto conditions = checked_conditions(rq, in.conditions);
  const auto actions = checked_actions(rq, in.actions, listener.parent, listener.shape.protocol.value_or("HTTP"));

  Resource<Rule> row;
  row.id = fmt::format("{}/{}", replace_all(listener.id, ":listener/", ":listener-rule/"), random_hex(16));
  row.place = {rq.account, rq.region};
  row.name = std::to_string(in.priority);
  row.scope = row.parent = listener.id;
  row.created = rq.now();
  row.shape.rule_arn = row.id;
  row.shape.priority = *row.name;
  row.shape.is_default = false;
  row.shape.conditions = conditions;
  row.shape.actions = actions;
  insert(rq.tx, row);
  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);
  touch(rq);

  return {.rules = {{row.shape}}};
}

DescribeRulesOutput ElasticLoadBalancing::describe_rules(Request& rq, const DescribeRulesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeRules", "*");

  if (!in.listener_arn && !in.rule_arns)
    throw validation_error("You must specify either listener rule ARNs or a listener ARN");
  if (in.listener_arn && in.rule_arns)
    throw validation_error("You can specify either listener rule ARNs or a listener ARN, but not both");
  const region::Pager pager(rq, in, kPageSizes);
  Placed<Rule> found;
  if (in.listener_arn) {
    found = rules_of(rq, require<Listener>(rq, *in.listener_arn));
  } else {
    for (const std::string& arn : *in.rule_arns)
      found.emplace_back(region::page_key(static_cast<std::int64_t>(found.size())), require_rule(rq, arn));
  }

  auto page = cut_page(pager, std::move(found));
  return {.next_marker = std::move(page.next_token), .rules = std::move(page.items)};
}

ModifyRuleOutput ElasticLoadBalancing::modify_rule(Request& rq, const ModifyRuleInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyRule", in.rule_arn);

  auto row = require<Rule>(rq, in.rule_arn);
  const auto listener = require<Listener>(rq, row.parent);
  if (in.conditions) row.shape.conditions = checked_conditions(rq, *in.conditions);
  if (in.actions)
    row.shape.actions = checked_actions(rq, *in.actions, listener.parent, listener.shape.protocol.value_or("HTTP"));

  update(rq.tx, row);
  touch(rq);
  return {.rules = {{row.shape}}};
}

DeleteRuleOutput ElasticLoadBalancing::delete_rule(Request& rq, const DeleteRuleInput& in) {
  authorize(rq, "elasticloadbalancing:DeleteRule", in.rule_arn);

  const auto row = find<Rule>(rq.tx, place_of(rq), in.rule_arn);
  if (!row && find_listener_of_default(rq, in.rule_arn))
    throw OperationNotPermittedException(fmt::format("Default rule '{}' cannot be deleted", in.rule_arn));
  if (!row) KindOf<Rule>::missing();

  remove(rq.tx, *row);
  touch(rq);
  return {};
}

SetRulePrioritiesOutput ElasticLoadBalancing::set_rule_priorities(Request& rq, const SetRulePrioritiesInput& in) {
  if (in.rule_priorities.empty()) throw validation_error("A rule priority must be specified");
  for (const RulePriorityPair& one : in.rule_priorities)
    authorize(rq, "elasticloadbalancing:SetRulePriorities", one.rule_arn.value_or(""));

  std::vector<Resource<Rule>> rows;
  std::set<std::string> moved;
  for (const RulePriorityPair& one : in.rule_priorities) {
    rows.push_back(require<Rule>(rq, one.rule_arn.value_or("")));
    check_priority(one.priority.value_or(0));
    rows.back().shape.priority = std::to_string(*one.priority);
    moved.insert(rows.back().id);
  }
  for (const auto& row : rows)
    for (const auto& other : list_of<Rule>(rq.tx, row.parent))
      if (!moved.contains(other.id) && other.name == row.shape.priority)
        throw PriorityInUseException(fmt::format("Priority '{}' is currently in use", *row.shape.priority));

  // First out of each other's way: two rules may change places.
  for (auto& row : rows) {
    row.name = "moving " + row.id;
    update(rq.tx, row);
  }
  SetRulePrioritiesOutput out;
  out.rules.emplace();
  for (auto& row : rows) {
    row.name = *row.shape.priority;
    update(rq.tx, row);
    out.rules->push_back(row.shape);
  }
  touch(rq);
  return out;
}

}  // namespace hanbat::elasticloadbalancing
