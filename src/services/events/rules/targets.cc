// Targets: what a rule invokes, and in whose name. Only targets that can be reached for real are taken.
#include "base/arn.h"
#include "region/page.h"
#include "services/events/delivery/target_input.h"
#include "services/events/events.h"
#include "services/events/refusal.h"
#include "wire/error.h"

namespace hanbat::events {
namespace {

constexpr std::size_t kMostTargets = 5;

// What kind of thing an ARN names, as far as it can be a target here.
void check_arn(const region::Request& rq, const Target& target) {
  const auto arn = parse_arn(target.arn);
  if (!arn) throw_invalid("Parameter " + target.arn + " is not valid. Reason: Provided Arn is not in correct format.");
  const bool pipeline = arn->service == "codepipeline";
  const bool build = arn->service == "codebuild" && arn->resource.starts_with("project/");
  const bool log_group = arn->service == "logs" && arn->resource.starts_with("log-group:");
  if (!pipeline && !build && !log_group)
    throw wire::Error::not_implemented("PutTargets", "Targets.Arn of the service " + arn->service);
  // Of these services AWS reaches none in another account but by an event bus there.
  if (arn->account != rq.account)
    throw_invalid("Parameter " + target.arn + " is not valid. Reason: The target is in another account.");
  if ((pipeline || build) && !target.role_arn) throw_invalid("RoleArn is required for target " + target.arn + ".");
}

void check_input(const Target& target) {
  const int given = target.input.has_value() + target.input_path.has_value() + target.input_transformer.has_value();
  if (given > 1)
    throw_invalid("Only one of Input, InputPath, or InputTransformer must be provided for target " + target.id + ".");
  if (target.input) {
    try {
      Json::parse(*target.input);
    } catch (const JsonError&) {
      throw_invalid("Parameter Input is not valid. Reason: JSON is invalid.");
    }
  }
  if (target.input_path && !is_path(*target.input_path))
    throw_invalid("Invalid InputPath for target " + target.id + ".");
  if (target.input_transformer && target.input_transformer->input_paths_map)
    for (const auto& [name, path] : *target.input_transformer->input_paths_map) {
      if (name.starts_with("AWS")) throw_invalid("Input path names must not start with AWS.");
      if (!is_path(path)) throw_invalid("Invalid InputPath for target " + target.id + ".");
    }
  if (!target.input_transformer) return;
  const auto& paths = target.input_transformer->input_paths_map;
  for (const std::string& name : placeholders(target.input_transformer->input_template))
    if (!name.starts_with("aws.events.") && !(paths && paths->contains(name)))
      throw_invalid("InputTemplate for target " + target.id + " contains invalid placeholder " + name + ".");
}

}  // namespace

PutTargetsOutput Events::put_targets(region::Request& rq, const PutTargetsInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  region::ConditionKeys keys;
  for (const Target& target : in.targets) keys["events:TargetArn"].push_back(target.arn);
  authorize_rule(rq, "events:PutTargets", bus, in.rule, std::move(keys));
  for (const Target& target : in.targets)
    if (target.role_arn) rq.authorize_pass_role(*target.role_arn, "events.amazonaws.com", rule_arn(bus, in.rule));

  const RuleRow rule = require_rule(rq.tx, bus, in.rule);
  for (const Target& target : in.targets) {
    check_arn(rq, target);
    check_input(target);
    if (!target.role_arn) continue;
    try {
      home_.identity().assume_role(rq.tx, *target.role_arn, "events.amazonaws.com", "put-targets", rule.arn());
    } catch (const wire::Error&) {
      throw_invalid("Provided role '" + *target.role_arn + "' cannot be assumed by principal 'events.amazonaws.com'.");
    }
  }

  for (const Target& target : in.targets) put_target(rq.tx, rule, target, rq.now());
  if (targets_of(rq.tx, rule).size() > kMostTargets)
    throw LimitExceededException("The requested resource exceeds the maximum number allowed.");

  PutTargetsOutput out;
  out.failed_entry_count = 0;
  out.failed_entries.emplace();
  return out;
}

ListTargetsByRuleOutput Events::list_targets_by_rule(region::Request& rq, const ListTargetsByRuleInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:ListTargetsByRule", bus, in.rule);

  const RuleRow rule = require_rule(rq.tx, bus, in.rule);
  const region::Pager pager(rq, in, {.most = 100});
  auto page = pager.cut_read(targets_of(rq.tx, rule, pager.after(), pager.size() + 1),
                             [](const Target& target) { return target.id; });

  ListTargetsByRuleOutput out;
  out.targets = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

RemoveTargetsOutput Events::remove_targets(region::Request& rq, const RemoveTargetsInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  authorize_rule(rq, "events:RemoveTargets", bus, in.rule);

  const RuleRow rule = require_rule(rq.tx, bus, in.rule);
  RemoveTargetsOutput out;
  out.failed_entries.emplace();
  for (const std::string& id : in.ids) {
    if (remove_target(rq.tx, rule, id)) continue;
    RemoveTargetsResultEntry& failed = out.failed_entries->emplace_back();
    failed.target_id = id;
    failed.error_code = "ResourceNotFoundException";
    failed.error_message = "Rule " + rule.name + " does not have any Target with Id " + id + ".";
  }

  out.failed_entry_count = static_cast<int>(out.failed_entries->size());
  return out;
}

ListRuleNamesByTargetOutput Events::list_rule_names_by_target(region::Request& rq,
                                                              const ListRuleNamesByTargetInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  rq.authorize("events:ListRuleNamesByTarget", "*");

  require_bus(rq.tx, bus);
  auto page =
      region::Pager(rq, in, {.most = 100}).cut(rules_of_target(rq.tx, bus, in.target_arn), [](const std::string& name) {
        return name;
      });

  ListRuleNamesByTargetOutput out;
  out.rule_names = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::events
