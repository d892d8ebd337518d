// Rules of listeners, by priority; the default one is the listener's own actions.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "services/elasticloadbalancing/actions.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr int kMostPriority = 50000;

void check_priority(int priority) {
  if (priority < 1 || priority > kMostPriority)
    throw validation_error(fmt::format("Priority '{}' must be between '1' and '{}'", priority, kMostPriority));
}

std::string default_rule_arn(const Resource<Listener>& listener) {
  return replace_all(listener.arn, ":listener/", ":listener-rule/") + "/" + std::string(last_part(listener.arn));
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

std::vector<Rule> rules_of(Request& rq, const Resource<Listener>& listener) {
  auto rows = list_of<Rule>(rq.tx, listener.arn);
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return parse_int(a.name) < parse_int(b.name); });
  std::vector<Rule> rules;
  for (auto& row : rows) rules.push_back(std::move(row.shape));
  rules.push_back(default_rule(listener));
  return rules;
}

}  // namespace

CreateRuleOutput ElasticLoadBalancing::create_rule(Request& rq, const CreateRuleInput& in) {
  authorize_making(rq, "elasticloadbalancing:CreateRule", in.listener_arn,
                   replace_all(in.listener_arn, ":listener/", ":listener-rule/") + "/*", in.tags);

  const auto listener = require<Listener>(rq, in.listener_arn);
  check_priority(in.priority);
  for (const auto& other : list_of<Rule>(rq.tx, listener.arn))
    if (other.name == std::to_string(in.priority))
      throw PriorityInUseException(fmt::format("Priority '{}' is currently in use", in.priority));
  const auto conditions = checked_conditions(rq, in.conditions);
  const auto actions = checked_actions(rq, in.actions, listener.parent);

  Resource<Rule> row;
  row.arn = fmt::format("{}/{}", replace_all(listener.arn, ":listener/", ":listener-rule/"), random_hex(16));
  row.account = rq.account;
  row.region = rq.region;
  row.name = std::to_string(in.priority);
  row.parent = listener.arn;
  row.created = rq.now();
  row.shape.rule_arn = row.arn;
  row.shape.priority = row.name;
  row.shape.is_default = false;
  row.shape.conditions = conditions;
  row.shape.actions = actions;
  insert(rq.tx, row);
  if (in.tags) put_tags(rq.tx, row.arn, *in.tags);
  touch(rq);

  return {.rules = {{row.shape}}};
}

DescribeRulesOutput ElasticLoadBalancing::describe_rules(Request& rq, const DescribeRulesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeRules", "*");

  if (!in.listener_arn && !in.rule_arns)
    throw validation_error("You must specify either listener rule ARNs or a listener ARN");
  std::vector<Rule> found;
  if (in.listener_arn) {
    found = rules_of(rq, require<Listener>(rq, *in.listener_arn));
  } else {
    for (const std::string& arn : *in.rule_arns) {
      const auto row = find<Rule>(rq.tx, arn);
      if (row && row->account == rq.account) {
        found.push_back(row->shape);
        continue;
      }
      // The default rule of a listener has no row of its own.
      const std::string listener_arn = replace_all(arn.substr(0, arn.rfind('/')), ":listener-rule/", ":listener/");
      const auto listener = find<Listener>(rq.tx, listener_arn);
      if (!listener || listener->account != rq.account || default_rule_arn(*listener) != arn) KindOf<Rule>::missing();
      found.push_back(default_rule(*listener));
    }
  }

  auto [page, next] = page_of(std::move(found), in.marker, in.page_size);
  return {.next_marker = next, .rules = std::move(page)};
}

ModifyRuleOutput ElasticLoadBalancing::modify_rule(Request& rq, const ModifyRuleInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyRule", in.rule_arn);

  auto row = require<Rule>(rq, in.rule_arn);
  const auto listener = require<Listener>(rq, row.parent);
  if (in.conditions) row.shape.conditions = checked_conditions(rq, *in.conditions);
  if (in.actions) row.shape.actions = checked_actions(rq, *in.actions, listener.parent);

  update(rq.tx, row);
  touch(rq);
  return {.rules = {{row.shape}}};
}

DeleteRuleOutput ElasticLoadBalancing::delete_rule(Request& rq, const DeleteRuleInput& in) {
  authorize(rq, "elasticloadbalancing:DeleteRule", in.rule_arn);

  const auto row = find<Rule>(rq.tx, in.rule_arn);
  if (!row || row->account != rq.account) {
    const std::string listener_arn =
        replace_all(in.rule_arn.substr(0, in.rule_arn.rfind('/')), ":listener-rule/", ":listener/");
    const auto listener = find<Listener>(rq.tx, listener_arn);
    if (listener && default_rule_arn(*listener) == in.rule_arn)
      throw OperationNotPermittedException(fmt::format("Default rule '{}' cannot be deleted", in.rule_arn));
    KindOf<Rule>::missing();
  }

  remove(rq.tx, row->arn);
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
    moved.insert(rows.back().arn);
  }
  for (const auto& row : rows)
    for (const auto& other : list_of<Rule>(rq.tx, row.parent))
      if (!moved.contains(other.arn) && other.name == row.shape.priority)
        throw PriorityInUseException(fmt::format("Priority '{}' is currently in use", *row.shape.priority));

  // First out of each other's way: two rules may change places.
  for (auto& row : rows) {
    row.name = "moving " + row.arn;
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
