// Rules: what is wanted of a bus, or when something is to happen.
#include "base/schedule.h"
#include "base/text.h"
#include "region/page.h"
#include "services/events/events.h"
#include "services/events/refusal.h"
#include "services/events/rules/pattern.h"

namespace hanbat::events {
namespace {

void check_pattern(const std::string& text) {
  try {
    Pattern::parse(text);
  } catch (const PatternError& error) {
    throw InvalidEventPatternException(std::string("Event pattern is not valid. Reason: ") + error.what());
  }
}

void check_schedule(const BusKey& bus, const std::string& text) {
  if (bus.name != kDefaultBus) throw_invalid("ScheduleExpression is supported only on the default event bus.");
  if (!Schedule::parse(text)) throw_invalid("Parameter ScheduleExpression is not valid.");
}

/// The fields of an event that policies know by condition keys.
constexpr const char* kKnownFields[] = {"source", "detail-type", "detail.service", "detail.eventTypeCode",
                                        "detail.userIdentity.principalId"};

/// What the pattern wants of the event's known fields, as far as it says so in plain strings.
region::ConditionKeys pattern_keys(const std::string& pattern) {
  region::ConditionKeys keys;
  try {
    const Json json = Json::parse(pattern);
    for (const std::string path : kKnownFields) {
      const Json* wanted = &json;
      for (const std::string& name : split(path, '.'))
        if (wanted) wanted = wanted->find(name);
      if (!wanted || !wanted->is_array()) continue;
      for (const Json& one : wanted->items())
        if (one.is_string()) keys["events:" + path].push_back(one.as_string());
    }
  } catch (const JsonError&) {
    // Refused below, once it is sure that the caller may put the rule.
  }
  return keys;
}

Rule to_rule(const RuleRow& row) {
  Rule rule;
  rule.name = row.name;
  rule.arn = row.arn();
  rule.event_pattern = row.pattern;
  rule.schedule_expression = row.schedule;
  rule.state = word_of(row.state);
  rule.description = row.description;
  rule.role_arn = row.role_arn;
  rule.event_bus_name = row.bus.name;
  return rule;
}

}  // namespace

PutRuleOutput Events::put_rule(region::Request& rq, const PutRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  region::ConditionKeys keys = pattern_keys(in.event_pattern.value_or("{}"));
  keys.insert(tag_keys.begin(), tag_keys.end());
  authorize_rule(rq, "events:PutRule", bus, in.name, std::move(keys));
  if (!tag_keys.empty()) authorize_rule(rq, "events:TagResource", bus, in.name, tag_keys);
  if (in.role_arn) rq.authorize_pass_role(*in.role_arn, "events.amazonaws.com", rule_arn(bus, in.name));

  require_bus(rq.tx, bus);
  const std::string pattern = in.event_pattern.value_or("");
  const std::string schedule = in.schedule_expression.value_or("");
  if (pattern.empty() && schedule.empty())
    throw_invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (!pattern.empty()) check_pattern(pattern);
  if (!schedule.empty()) check_schedule(bus, schedule);

  RuleRow rule;
  rule.bus = bus;
  rule.name = in.name;
  rule.state = require_word<RuleState>(in.state.value_or(std::string(word_of(RuleState::kEnabled))));
  if (!pattern.empty()) rule.pattern = pattern;
  if (!schedule.empty()) rule.schedule = schedule;
  rule.description = in.description;
  rule.role_arn = in.role_arn;
  rule.created_by = rq.account;
  // Tags of a rule that is already there stay as they are; TagResource changes them.
  if (!find_rule(rq.tx, bus, in.name)) region::put_tags(rq.tx, rule.arn(), region::tag_pairs(in.tags), kTagRules);
  save_rule(rq.tx, rule, rq.now());
  plan(rq.tx, rule);

  PutRuleOutput out;
  out.rule_arn = rule.arn();
  return out;
}

DescribeRuleOutput Events::describe_rule(region::Request& rq, const DescribeRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DescribeRule", bus, in.name);

  const RuleRow rule = require_rule(rq.tx, bus, in.name);

  DescribeRuleOutput out;
  out.name = rule.name;
  out.arn = rule.arn();
  out.event_pattern = rule.pattern;
  out.schedule_expression = rule.schedule;
  out.state = word_of(rule.state);
  out.description = rule.description;
  out.role_arn = rule.role_arn;
  out.event_bus_name = rule.bus.name;
  out.created_by = rule.created_by;
  return out;
}

ListRulesOutput Events::list_rules(region::Request& rq, const ListRulesInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  rq.authorize("events:ListRules", "*");

  require_bus(rq.tx, bus);
  const region::Pager pager(rq, in, {.most = 100});
  const auto page = pager.cut_read(rules_of(rq.tx, bus, in.name_prefix.value_or(""), pager.after(), pager.size() + 1),
                                   [](const RuleRow& row) { return row.name; });

  ListRulesOutput out;
  out.rules.emplace();
  for (const RuleRow& row : page.items) out.rules->push_back(to_rule(row));
  out.next_token = page.next_token;
  return out;
}

DeleteRuleOutput Events::delete_rule(region::Request& rq, const DeleteRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DeleteRule", bus, in.name);

  require_bus(rq.tx, bus);
  const auto rule = find_rule(rq.tx, bus, in.name);
  if (!rule) return {};
  if (!targets_of(rq.tx, *rule, {}, 1).empty()) throw_invalid("Rule can't be deleted since it has targets.");

  remove_rule(rq.tx, *rule);
  RuleRow gone = *rule;
  gone.state = RuleState::kDisabled;
  plan(rq.tx, gone);

  return {};
}

void Events::set_state(region::Request& rq, const BusKey& bus, const std::string& name, RuleState state) {
  RuleRow rule = require_rule(rq.tx, bus, name);
  rule.state = state;
  save_rule(rq.tx, rule, rq.now());
  plan(rq.tx, rule);
}

EnableRuleOutput Events::enable_rule(region::Request& rq, const EnableRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:EnableRule", bus, in.name);

  set_state(rq, bus, in.name, RuleState::kEnabled);

  return {};
}

DisableRuleOutput Events::disable_rule(region::Request& rq, const DisableRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DisableRule", bus, in.name);

  set_state(rq, bus, in.name, RuleState::kDisabled);

  return {};
}

TestEventPatternOutput Events::test_event_pattern(region::Request& rq, const TestEventPatternInput& in) {
  rq.authorize("events:TestEventPattern", "*");

  check_pattern(in.event_pattern);
  Json event;
  try {
    event = Json::parse(in.event);
  } catch (const JsonError&) {
  }
  for (const char* name : {"id", "account", "source", "time", "region", "detail-type"})
    if (!event.is_object() || !event.contains(name)) throw_invalid("Parameter Event is not valid.");

  TestEventPatternOutput out;
  out.result = Pattern::parse(in.event_pattern).matches(event);
  return out;
}

}  // namespace hanbat::events
