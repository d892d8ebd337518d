// Rules: what is wanted of a bus, or when something is to happen.
#include "base/arn.h"
#include "base/text.h"
#include "services/events/events.h"
#include "services/events/pattern.h"
#include "services/events/schedule.h"
#include "wire/error.h"

namespace hanbat::events {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw wire::Error("ValidationException", 400, message); }

void check_pattern(const std::string& text) {
  try {
    Pattern::parse(text);
  } catch (const PatternError& error) {
    throw InvalidEventPatternException(std::string("Event pattern is not valid. Reason: ") + error.what());
  }
}

void check_schedule(const BusKey& bus, const std::string& text) {
  if (bus.name != kDefaultBus) invalid("ScheduleExpression is supported only on the default event bus.");
  if (!Schedule::parse(text)) invalid("Parameter ScheduleExpression is not valid.");
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
  rule.state = row.state;
  rule.description = row.description;
  rule.role_arn = row.role_arn;
  rule.event_bus_name = row.bus.name;
  return rule;
}

}  // namespace

std::string rule_arn(const BusKey& bus, std::string_view name) {
  RuleRow row;
  row.bus = bus;
  row.name = name;
  return row.arn();
}

PutRuleOutput Events::put_rule(region::Request& rq, const PutRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  region::ConditionKeys keys = pattern_keys(in.event_pattern.value_or("{}"));
  keys.insert(tag_keys.begin(), tag_keys.end());
  authorize_rule(rq, "events:PutRule", bus, in.name, std::move(keys));
  if (!tag_keys.empty()) authorize_rule(rq, "events:TagResource", bus, in.name, tag_keys);
  if (in.role_arn) rq.authorize_pass_role(*in.role_arn, "events.amazonaws.com", rule_arn(bus, in.name));

  store_.require_bus(rq.tx, bus);
  const std::string pattern = in.event_pattern.value_or("");
  const std::string schedule = in.schedule_expression.value_or("");
  if (pattern.empty() && schedule.empty())
    invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (!pattern.empty()) check_pattern(pattern);
  if (!schedule.empty()) check_schedule(bus, schedule);

  RuleRow rule;
  rule.bus = bus;
  rule.name = in.name;
  rule.state = in.state.value_or("ENABLED");
  rule.enabled = rule.state != "DISABLED";
  if (!pattern.empty()) rule.pattern = pattern;
  if (!schedule.empty()) rule.schedule = schedule;
  rule.description = in.description;
  rule.role_arn = in.role_arn;
  rule.created_by = rq.account;
  // Tags of a rule that is already there stay as they are; TagResource changes them.
  if (in.tags && !store_.find_rule(rq.tx, bus, in.name))
    for (const Tag& tag : *in.tags) store_.set_tag(rq.tx, rule.arn(), tag.key, tag.value);
  store_.put(rq.tx, rule);
  plan(rq.tx, rule);

  PutRuleOutput out;
  out.rule_arn = rule.arn();
  return out;
}

DescribeRuleOutput Events::describe_rule(region::Request& rq, const DescribeRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DescribeRule", bus, in.name);

  const RuleRow rule = store_.require_rule(rq.tx, bus, in.name);

  DescribeRuleOutput out;
  out.name = rule.name;
  out.arn = rule.arn();
  out.event_pattern = rule.pattern;
  out.schedule_expression = rule.schedule;
  out.state = rule.state;
  out.description = rule.description;
  out.role_arn = rule.role_arn;
  out.event_bus_name = rule.bus.name;
  out.created_by = rule.created_by;
  return out;
}

ListRulesOutput Events::list_rules(region::Request& rq, const ListRulesInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  rq.authorize("events:ListRules", "*");

  store_.require_bus(rq.tx, bus);
  const int limit = in.limit.value_or(100);
  const auto rows = store_.list_rules(rq.tx, bus, in.name_prefix.value_or(""), {page_start(in.next_token), limit + 1});

  ListRulesOutput out;
  out.rules.emplace();
  for (const RuleRow& row : rows) {
    if (static_cast<int>(out.rules->size()) == limit) {
      out.next_token = page_token(*out.rules->back().name);
      break;
    }
    out.rules->push_back(to_rule(row));
  }
  return out;
}

DeleteRuleOutput Events::delete_rule(region::Request& rq, const DeleteRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DeleteRule", bus, in.name);

  store_.require_bus(rq.tx, bus);
  const auto rule = store_.find_rule(rq.tx, bus, in.name);
  if (!rule) return {};
  if (!store_.list_targets(rq.tx, bus, in.name, {"", 1}).empty())
    invalid("Rule can't be deleted since it has targets.");

  store_.erase_rule(rq.tx, bus, in.name);
  store_.erase_tags(rq.tx, rule->arn());
  RuleRow gone = *rule;
  gone.enabled = false;
  plan(rq.tx, gone);

  return {};
}

void Events::set_enabled(region::Request& rq, const BusKey& bus, const std::string& name, const std::string& state) {
  RuleRow rule = store_.require_rule(rq.tx, bus, name);
  rule.state = state;
  rule.enabled = state != "DISABLED";
  store_.put(rq.tx, rule);
  plan(rq.tx, rule);
}

EnableRuleOutput Events::enable_rule(region::Request& rq, const EnableRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:EnableRule", bus, in.name);

  set_enabled(rq, bus, in.name, "ENABLED");

  return {};
}

DisableRuleOutput Events::disable_rule(region::Request& rq, const DisableRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:DisableRule", bus, in.name);

  set_enabled(rq, bus, in.name, "DISABLED");

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
  if (!event.is_object()) invalid("Parameter Event is not valid.");
  for (const char* name : {"id", "account", "source", "time", "region", "resources", "detail-type"})
    if (!event.contains(name)) invalid(std::string("Parameter Event is not valid. Missing field: ") + name);

  TestEventPatternOutput out;
  out.result = Pattern::parse(in.event_pattern).matches(event);
  return out;
}

void Events::authorize_rule(region::Request& rq, std::string_view action, const BusKey& bus, std::string_view name,
                            region::ConditionKeys keys) {
  const std::string arn = rule_arn(bus, name);
  region::add_resource_tags(keys, store_.tags(rq.tx, arn));
  if (const auto rule = store_.find_rule(rq.tx, bus, name)) keys["events:creatorAccount"] = {rule->created_by};
  rq.authorize(action, arn, keys);
}

void Events::authorize_bus(region::Request& rq, std::string_view action, const BusKey& bus,
                           region::ConditionKeys keys) {
  region::add_resource_tags(keys, store_.tags(rq.tx, bus.arn()));
  rq.authorize(action, bus.arn(), keys);
}

void Events::authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                              region::ConditionKeys keys) {
  const auto parsed = parse_arn(arn);
  if (!rq.names_resource(action, arn)) invalid("Parameter ResourceARN is not valid: " + arn);
  region::add_resource_tags(keys, store_.tags(rq.tx, arn));
  rq.authorize(action, arn, keys);

  const std::string resource = parsed ? parsed->resource : "";
  const bool ours = parsed && parsed->account == rq.account && parsed->region == rq.region;
  if (ours && resource.starts_with("event-bus/")) {
    store_.require_bus(rq.tx, {rq.account, rq.region, resource.substr(10)});
    return;
  }
  if (ours && resource.starts_with("rule/")) {
    const std::string path = resource.substr(5);
    const std::size_t slash = path.rfind('/');
    const bool custom = slash != std::string::npos;
    store_.require_rule(rq.tx, {rq.account, rq.region, custom ? path.substr(0, slash) : std::string(kDefaultBus)},
                        custom ? path.substr(slash + 1) : path);
    return;
  }
  throw ResourceNotFoundException("Resource " + arn + " does not exist.");
}

TagResourceOutput Events::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "events:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  for (const Tag& tag : in.tags) store_.set_tag(rq.tx, in.resource_arn, tag.key, tag.value);
  if (store_.tags(rq.tx, in.resource_arn).size() > 50)
    throw LimitExceededException("The number of tags on the resource exceeds the limit.");

  return {};
}

UntagResourceOutput Events::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "events:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  for (const std::string& key : in.tag_keys) store_.erase_tag(rq.tx, in.resource_arn, key);

  return {};
}

ListTagsForResourceOutput Events::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "events:ListTagsForResource", in.resource_arn);

  ListTagsForResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : store_.tags(rq.tx, in.resource_arn)) {
    Tag tag;
    tag.key = key;
    tag.value = value;
    out.tags->push_back(std::move(tag));
  }
  return out;
}

}  // namespace hanbat::events
