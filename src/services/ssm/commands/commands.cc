// Run Command: documents on instances whose agent has called. The command and an invocation per instance are
// rows; the agent of each instance takes its own from agent_endpoint.cc.
#include <algorithm>
#include <map>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "gen/ec2/client.h"
#include "region/page.h"
#include "services/ssm/commands/begin.h"
#include "services/ssm/commands/command_filters.h"
#include "services/ssm/commands/deadlines.h"
#include "services/ssm/commands/invocation.h"
#include "services/ssm/commands/steps.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/ssm.h"
#include "services/ssm/targets/rate.h"
#include "services/ssm/targets/targets.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

std::string instance_arn(const region::Request& rq, const std::string& id) { return rq.arn("ec2", "instance/" + id); }

/// The tags of the instances, by id. The service asks EC2 itself.
std::map<std::string, region::TagMap> tags_of_instances(region::Request& rq, const std::set<std::string>& ids) {
  std::map<std::string, region::TagMap> tags;
  if (ids.empty()) return tags;
  ec2::DescribeTagsInput in;
  ec2::Filter& which = in.filters.emplace().emplace_back();
  which.name = "resource-id";
  which.values = std::vector<std::string>(ids.begin(), ids.end());
  const auto out =
      ec2::Client(rq.as(rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"))).describe_tags(in);
  if (out.tags)
    for (const ec2::TagDescription& tag : *out.tags)
      tags[tag.resource_id.value_or("")][tag.key.value_or("")] = tag.value.value_or("");
  return tags;
}

region::ConditionKeys instance_keys(const std::map<std::string, region::TagMap>& tags, const std::string& id) {
  region::ConditionKeys keys;
  const auto own = tags.find(id);
  if (own == tags.end()) return keys;
  region::add_resource_tags(keys, own->second);
  for (const auto& [key, value] : own->second) keys["ssm:resourceTag/" + key] = {value};
  return keys;
}

std::set<std::string> wanted_instances(region::Request& rq, const SendCommandInput& in) {
  std::set<std::string> ids;
  if (in.targets) refuse_resource_groups(rq.operation.name, *in.targets);
  if (in.targets) ids = targeted_instances(rq.home, rq.tx, place_of(rq), *in.targets);
  if (in.instance_ids) ids.insert(in.instance_ids->begin(), in.instance_ids->end());
  return ids;
}

CloudWatchOutputConfig no_log_output() {
  CloudWatchOutputConfig none;
  none.cloud_watch_log_group_name = "";
  none.cloud_watch_output_enabled = false;
  return none;
}

/// What AWS tells of where output and notifications go, when nobody said; here nobody can.
template <class T>
void tell_no_outputs(T& told) {
  told.service_role = "";
  told.cloud_watch_output_config = no_log_output();
  NotificationConfig& none = told.notification_config.emplace();
  none.notification_arn = none.notification_type = "";
  none.notification_events.emplace();
}

Command describe(region::Request& rq, const CommandRow& row) {
  Command c = row.shape;
  tell_no_outputs(c);
  c.output_s3_bucket_name = c.output_s3_key_prefix = "";
  c.alarm_configuration.emplace().ignore_poll_alarm_failure = false;
  c.triggered_alarms.emplace();
  const auto all = invocations_of(rq.tx, row.place, row.id);
  auto count = [&](auto&& test) { return static_cast<int>(std::count_if(all.begin(), all.end(), test)); };
  c.status = c.status_details = word_of(command_status(all));
  c.target_count = static_cast<int>(all.size());
  c.completed_count = count([](const Invocation& i) { return i.ended(); });
  c.error_count = count([](const Invocation& i) {
    return i.status == InvocationStatus::kFailed || i.timed_out() == TimedOut::kExecution;
  });
  c.delivery_timed_out_count = count([](const Invocation& i) { return i.timed_out() == TimedOut::kDelivery; });
  return c;
}

CommandInvocation describe(region::Request& rq, const Invocation& i, const CommandRow& command, bool details) {
  const Command& c = command.shape;
  CommandInvocation out;
  out.command_id = i.command;
  out.instance_id = i.instance;
  out.instance_name = "";
  if (const auto known = find_instance(rq.tx, command.place, i.instance))
    out.instance_name = known->shape.computer_name.value_or("");
  tell_no_outputs(out);
  out.comment = c.comment;
  out.document_name = c.document_name;
  out.document_version = c.document_version;
  out.requested_date_time = command.created;
  out.status = i.status_text();
  out.status_details = i.detail();
  out.standard_output_url = out.standard_error_url = "";
  out.command_plugins.emplace();
  if (!details) return out;
  for (const StepView& step : steps_on(i, steps_of(command), outcomes_of(rq.tx, i))) {
    CommandPlugin& plugin = out.command_plugins->emplace_back();
    plugin.name = step.name;
    plugin.status = step.status;
    plugin.status_details = step.detail;
    plugin.response_code = step.code;
    plugin.response_start_date_time = step.started;
    plugin.response_finish_date_time = step.ended;
    std::string output = step.out;
    if (!step.err.empty()) output += "\n----------ERROR-------\n" + step.err;
    plugin.output = output.substr(0, 2500);
  }
  return out;
}

void check_instances(region::Request& rq, const SendCommandInput& in, const std::set<std::string>& ids) {
  if (ids.empty() && !in.targets) throw InvalidInstanceId("No instance was named.");
  std::vector<std::string> unknown;
  for (const std::string& id : ids)
    if (!find_instance(rq.tx, place_of(rq), id)) unknown.push_back(id);
  if (!unknown.empty())
    throw InvalidInstanceId("Instances [[" + join(unknown, ", ") + "]] not in a valid state for account " + rq.account);
}

/// Throws InvalidDocument unless the caller's hash, if there is one, is the document's.
void check_hash(const region::Request& rq, const SendCommandInput& in, const Document& document) {
  if (in.document_hash_type.value_or("Sha256") != "Sha256")
    throw wire::Error::not_implemented(rq.operation.name, "DocumentHashType " + *in.document_hash_type);
  if (in.document_hash && *in.document_hash != document.version.hash)
    throw InvalidDocument("The hash of the document " + document.shown + " isn't " + *in.document_hash + ".");
}

CommandRow new_command(region::Request& rq, const SendCommandInput& in, const std::set<std::string>& ids) {
  const Document document = require_document(rq.tx, place_of(rq), in.document_name, {.version = in.document_version});
  check_hash(rq, in, document);
  const Plan plan = require_plan(document, in.parameters.value_or(Parameters{}), rq, rq.operation.name);
  check_instances(rq, in, ids);
  CommandRow row = command_of(document, plan, place_of(rq), rq.now(), Seconds(in.timeout_seconds.value_or(3600)));
  Command& command = row.shape;
  command.document_version = in.document_version.value_or("$DEFAULT");
  command.comment = in.comment.value_or("");
  command.parameters = in.parameters;
  command.instance_ids = in.targets ? std::vector<std::string>{} : std::vector<std::string>(ids.begin(), ids.end());
  command.targets = in.targets.value_or(std::vector<Target>{});
  command.max_concurrency = in.max_concurrency.value_or("50");
  command.max_errors = in.max_errors.value_or("0");
  return row;
}

/// The step that the call is about: the one it names, the only one, or the invocation as a whole.
/// Source: GetCommandInvocation in the Systems Manager API reference, PluginName.
StepView asked_step(region::Request& rq, const Invocation& i, const CommandRow& command,
                    const std::optional<std::string>& name) {
  std::vector<StepView> steps = steps_on(i, steps_of(command), outcomes_of(rq.tx, i));
  if (!name) return steps.size() == 1 ? std::move(steps.front()) : whole_of(i);
  const auto found = std::ranges::find(steps, *name, &StepView::name);
  if (found == steps.end()) throw InvalidPluginName();
  return std::move(*found);
}

/// "PT1.042S"
std::string elapsed(Milliseconds time) {
  const std::string ms = std::to_string(time.count() % 1000);
  return "PT" + std::to_string(time.count() / 1000) + "." + std::string(3 - ms.size(), '0') + ms + "S";
}

/// Where a list of invocations goes on: with the rest of a command's instances, then with the commands before it.
struct InvocationsAfter {
  std::string command;  // its creation_key
  std::string instance;

  /// An creation_key ends with the id.
  std::string command_id() const { return command.substr(command.size() - 36); }
};

/// The key of an invocation in the order of the list.
std::string key_of(const CommandRow& command, const Invocation& i) {
  return region::creation_key(command) + "/" + i.instance;
}

std::optional<InvocationsAfter> read_key(const std::optional<std::string>& key) {
  if (!key) return std::nullopt;
  const std::size_t slash = key->rfind('/');
  return InvocationsAfter{key->substr(0, slash), key->substr(slash + 1)};
}

}  // namespace

std::string message_topic(const std::string& account, const std::string& region, const std::string& instance) {
  return "ssm.messages:" + account + ":" + region + ":" + instance;
}

void authorize_instance(region::Request& rq, std::string_view action, const std::string& id) {
  rq.authorize(action, instance_arn(rq, id), instance_keys(tags_of_instances(rq, {id}), id));
}

CommandRow command_of(const Document& document, const Plan& plan, const Place& place, Timestamp now, Seconds delivery) {
  CommandRow row;
  row.id = random_uuid();
  row.place = place;
  row.created = now;
  row.own = Json::object({{"steps", to_json(plan)}});
  row.shape.command_id = row.id;
  row.shape.document_name = document.shown;
  row.shape.requested_date_time = now;
  row.shape.expires_after = now + delivery;
  row.shape.timeout_seconds = static_cast<int>(delivery.count());
  return row;
}

Plan steps_of(const CommandRow& command) {
  if (const Json* steps = command.own.find("steps")) return plan_from_json(*steps);
  // One of before commands kept their steps: its document is one of AWS's.
  for (const Document& document : amazon_documents())
    if (document.name == command.shape.document_name)
      return plan_of(facts_of(document, ""), document.name, command.shape.parameters.value_or(Parameters{}));
  return {};
}

void begin(region::Region& home, store::Tx& tx, const CommandRow& command, const std::set<std::string>& ids) {
  region::insert(tx, command);
  std::vector<Invocation> all;
  for (const std::string& id : ids)
    all.push_back({.account = command.place.account,
                   .region = command.place.region,
                   .command = command.id,
                   .instance = id,
                   .deadline = *command.shape.expires_after,
                   .body = Json::object({{"detail", word_of(InvocationStatus::kPending)}})});
  hold_back(command, all);
  for (const Invocation& i : all) {
    save(tx, i);
    if (!is_held(i)) home.notify(tx, message_topic(i.account, i.region, i.instance));
  }
  watch_deadline(home, tx, command.place, command.id, *command.shape.expires_after);
}

SendCommandOutput Ssm::send_command(region::Request& rq, const SendCommandInput& in) {
  authorize_document(rq, "ssm:SendCommand", in.document_name);
  if (in.instance_ids && in.targets)
    throw wire::Error("ValidationException", 400, "You can specify either InstanceIds or Targets, but not both.");
  const std::set<std::string> ids = wanted_instances(rq, in);
  const auto tags = tags_of_instances(rq, ids);
  for (const std::string& id : ids) rq.authorize("ssm:SendCommand", instance_arn(rq, id), instance_keys(tags, id));

  const CommandRow command = new_command(rq, in, ids);

  begin(rq.home, rq.tx, command, ids);

  SendCommandOutput out;
  out.command = describe(rq, command);
  return out;
}

CancelCommandOutput Ssm::cancel_command(region::Request& rq, const CancelCommandInput& in) {
  rq.authorize("ssm:CancelCommand", rq.arn("ssm", "*"));

  require_command(rq.tx, place_of(rq), in.command_id);

  for (Invocation i : invocations_of(rq.tx, place_of(rq), in.command_id)) {
    if (in.instance_ids && !in.instance_ids->empty() &&
        std::find(in.instance_ids->begin(), in.instance_ids->end(), i.instance) == in.instance_ids->end())
      continue;
    cancelled(i, rq.now());
    save(rq.tx, i);
    rq.notify(message_topic(rq.account, rq.region, i.instance));
  }
  go_on(rq.home, rq.tx, place_of(rq), in.command_id);
  return {};
}

GetCommandInvocationOutput Ssm::get_command_invocation(region::Request& rq, const GetCommandInvocationInput& in) {
  rq.authorize("ssm:GetCommandInvocation", rq.arn("ssm", "*"));

  const auto command = find_command(rq.tx, place_of(rq), in.command_id);
  const auto i = find_invocation(rq.tx, place_of(rq), in.command_id, in.instance_id);
  if (!command || !i) throw InvocationDoesNotExist();
  const StepView step = asked_step(rq, *i, *command, in.plugin_name);

  const Command& c = command->shape;
  GetCommandInvocationOutput out;
  out.command_id = i->command;
  out.instance_id = i->instance;
  out.comment = c.comment;
  out.document_name = c.document_name;
  out.document_version = c.document_version;
  out.plugin_name = step.name;
  out.status = step.status;
  out.status_details = step.detail;
  out.response_code = step.code;
  out.execution_start_date_time = step.started ? iso8601_ms(*step.started) : "";
  out.execution_end_date_time = step.ended && step.started ? iso8601_ms(*step.ended) : "";
  out.execution_elapsed_time = step.ended && step.started ? elapsed(*step.ended - *step.started) : "";
  out.standard_output_content = step.out;
  out.standard_error_content = step.err;
  out.standard_output_url = out.standard_error_url = "";
  out.cloud_watch_output_config = no_log_output();
  return out;
}

ListCommandsOutput Ssm::list_commands(region::Request& rq, const ListCommandsInput& in) {
  rq.authorize("ssm:ListCommands", rq.arn("ssm", "*"));

  const Place place = place_of(rq);
  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const CommandFilters filters = command_filters(in.filters);
  const auto keep = [&](const CommandRow& row) {
    return filters.look_at_invocations() ? filters.takes(row, invocations_of(rq.tx, place, row.id))
                                         : filters.takes(row);
  };
  std::vector<CommandRow> found;
  if (!in.command_id) {
    found = find_commands(rq.tx, place, in.instance_id.value_or(""), pager.after(), pager.size() + 1, keep);
  } else if (const auto one = find_command(rq.tx, place, *in.command_id); one && keep(*one) && !pager.after()) {
    if (!in.instance_id || find_invocation(rq.tx, place, one->id, *in.instance_id)) found.push_back(*one);
  }
  const auto page = pager.cut_read(std::move(found), [](const CommandRow& row) { return region::creation_key(row); });

  ListCommandsOutput out;
  out.commands.emplace();
  for (const CommandRow& row : page.items) out.commands->push_back(describe(rq, row));
  out.next_token = page.next_token;
  return out;
}

ListCommandInvocationsOutput Ssm::list_command_invocations(region::Request& rq, const ListCommandInvocationsInput& in) {
  rq.authorize("ssm:ListCommandInvocations", rq.arn("ssm", "*"));

  const Place place = place_of(rq);
  const std::string instance = in.instance_id.value_or("");
  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const auto after = read_key(pager.after());
  const CommandFilters filters = invocation_filters(in.filters);
  std::vector<std::pair<CommandRow, Invocation>> found;
  const auto add = [&](const CommandRow& command) {
    for (Invocation& i : invocations_of(rq.tx, place, command.id)) {
      if ((!instance.empty() && i.instance != instance) || !filters.takes(i)) continue;
      if (after && after->command == region::creation_key(command) && i.instance <= after->instance) continue;
      if (found.size() <= pager.size()) found.emplace_back(command, std::move(i));
    }
  };
  if (in.command_id) {
    if (const auto command = find_command(rq.tx, place, *in.command_id); command && filters.takes(*command))
      add(*command);
  } else {
    if (after)
      if (const auto begun = find_command(rq.tx, place, after->command_id())) add(*begun);
    const auto before = after ? std::optional(after->command) : std::nullopt;
    const auto keep = [&](const CommandRow& command) {
      if (!filters.look_at_invocations()) return filters.takes(command);
      const auto all = invocations_of(rq.tx, place, command.id);
      const auto fits = [&](const Invocation& i) {
        return (instance.empty() || i.instance == instance) && filters.takes(i);
      };
      return filters.takes(command) && std::ranges::any_of(all, fits);
    };
    for (const CommandRow& command : find_commands(rq.tx, place, instance, before, pager.size() + 1, keep))
      add(command);
  }
  const auto page = pager.cut_read(std::move(found), [](const auto& one) { return key_of(one.first, one.second); });

  ListCommandInvocationsOutput out;
  out.command_invocations.emplace();
  for (const auto& [command, i] : page.items)
    out.command_invocations->push_back(describe(rq, i, command, in.details.value_or(false)));
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::ssm
