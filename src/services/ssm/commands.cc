// Run Command: AWS-RunShellScript on instances whose agent has called. The command and an invocation per instance are
// rows; the agent of each instance takes its own from agent_endpoint.cc.
#include <algorithm>
#include <map>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "gen/ec2/client.h"
#include "services/ssm/invocation.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kDocument = "AWS-RunShellScript";
constexpr auto kOnline = std::chrono::minutes(5);

std::string instance_arn(const region::Request& rq, const std::string& id) { return rq.arn("ec2", "instance/" + id); }

std::optional<store::Row> find_command(region::Request& rq, const std::string& id) {
  return rq.tx.find("SELECT id, requested, body FROM ssm_commands WHERE account = ? AND region = ? AND id = ?",
                    rq.account, rq.region, id);
}

store::Row require_command(region::Request& rq, const std::string& id) {
  if (auto found = find_command(rq, id)) return *found;
  throw InvalidCommandId("The specified command ID isn't valid. Verify the ID and try again.");
}

/// The running instances that the tags of the targets pick. The service asks EC2 itself.
std::set<std::string> instances_by_tags(region::Request& rq, const std::vector<Target>& targets) {
  ec2::DescribeInstancesInput in;
  in.filters.emplace();
  ec2::Filter& running = in.filters->emplace_back();
  running.name = "instance-state-name";
  running.values = {"running"};
  for (const Target& target : targets) {
    const std::string key = target.key.value_or("");
    if (!key.starts_with("tag:") && key != "tag-key")
      throw wire::Error("InvalidTarget", 400,
                        "The target isn't valid: " + key + ". Use InstanceIds, tag:<key> or tag-key.");
    ec2::Filter& filter = in.filters->emplace_back();
    filter.name = key;
    filter.values = target.values;
  }
  ec2::DescribeInstancesOutput out;
  region::Service& service = rq.home.require_service("ec2");
  rq.home.call(rq, service, *service.find_operation("DescribeInstances"),
               rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"), &in, &out);
  std::set<std::string> ids;
  if (out.reservations)
    for (const auto& reservation : *out.reservations)
      if (reservation.instances)
        for (const auto& instance : *reservation.instances) ids.insert(*instance.instance_id);
  return ids;
}

/// The tags of the instances, by id. The service asks EC2 itself.
std::map<std::string, region::TagMap> tags_of_instances(region::Request& rq, const std::set<std::string>& ids) {
  std::map<std::string, region::TagMap> tags;
  if (ids.empty()) return tags;
  ec2::DescribeTagsInput in;
  ec2::Filter& which = in.filters.emplace().emplace_back();
  which.name = "resource-id";
  which.values = std::vector<std::string>(ids.begin(), ids.end());
  ec2::DescribeTagsOutput out;
  region::Service& service = rq.home.require_service("ec2");
  rq.home.call(rq, service, *service.find_operation("DescribeTags"),
               rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"), &in, &out);
  if (out.tags)
    for (const ec2::TagDescription& tag : *out.tags)
      tags[tag.resource_id.value_or("")][tag.key.value_or("")] = tag.value.value_or("");
  return tags;
}

std::set<std::string> wanted_instances(region::Request& rq, const SendCommandInput& in) {
  std::set<std::string> ids;
  if (in.instance_ids) ids.insert(in.instance_ids->begin(), in.instance_ids->end());
  if (!in.targets) return ids;
  std::vector<Target> tags;
  for (const Target& target : *in.targets) {
    if (lower(target.key.value_or("")) == "instanceids")
      ids.insert(target.values->begin(), target.values->end());
    else
      tags.push_back(target);
  }
  if (!tags.empty()) {
    // Instances that SSM does not know are passed over when tags pick them.
    for (const std::string& id : instances_by_tags(rq, tags))
      if (rq.tx.find("SELECT 1 FROM ssm_instances WHERE account = ? AND region = ? AND id = ?", rq.account, rq.region,
                     id))
        ids.insert(id);
  }
  return ids;
}

void check_parameters(const SendCommandInput& in) {
  static const std::set<std::string> kKnown = {"commands", "workingDirectory", "executionTimeout"};
  const auto parameters = in.parameters.value_or(std::map<std::string, std::vector<std::string>>{});
  for (const auto& [name, values] : parameters)
    if (!kKnown.contains(name)) throw InvalidParameters("Invalid parameters provided in command or document: " + name);
  if (!parameters.contains("commands") || parameters.at("commands").empty())
    throw InvalidParameters("Parameter \"commands\" is missing a value.");
  if (const auto timeout = parameters.find("executionTimeout"); timeout != parameters.end()) {
    const auto seconds = timeout->second.empty() ? std::nullopt : parse_int(timeout->second[0]);
    if (!seconds || *seconds < 1 || *seconds > 172800)
      throw InvalidParameters("Parameter \"executionTimeout\" must be between 1 and 172800 seconds.");
  }
}

Command command_of(region::Request& rq, const store::Row& row) {
  Command c = wire::from_json<Command>(row.json(2));
  const auto all = invocations_of(rq.tx, rq.account, rq.region, row.text(0));
  auto count = [&](auto&& test) { return static_cast<int>(std::count_if(all.begin(), all.end(), test)); };
  c.status = c.status_details = command_status(all);
  c.target_count = static_cast<int>(all.size());
  c.completed_count = count([](const Invocation& i) { return i.ended(); });
  c.error_count =
      count([](const Invocation& i) { return i.status == "Failed" || i.body.text("detail") == "ExecutionTimedOut"; });
  c.delivery_timed_out_count = count([](const Invocation& i) { return i.body.text("detail") == "DeliveryTimedOut"; });
  return c;
}

CommandInvocation invocation_shape(region::Request& rq, const Invocation& i, const store::Row& command, bool details) {
  const Command c = wire::from_json<Command>(command.json(2));
  CommandInvocation out;
  out.command_id = i.command;
  out.instance_id = i.instance;
  out.instance_name = "";
  if (const auto known = rq.tx.find("SELECT body FROM ssm_instances WHERE account = ? AND region = ? AND id = ?",
                                    i.account, i.region, i.instance))
    out.instance_name = known->json(0).text("computer_name");
  out.comment = c.comment;
  out.document_name = c.document_name;
  out.document_version = c.document_version;
  out.requested_date_time = command.timestamp(1);
  out.status = i.status;
  out.status_details = i.body.text("detail", i.status);
  out.standard_output_url = out.standard_error_url = "";
  if (!details) return out;
  CommandPlugin& plugin = out.command_plugins.emplace().emplace_back();
  plugin.name = "aws:runShellScript";
  plugin.status = i.status;
  plugin.status_details = out.status_details;
  plugin.response_code = static_cast<int>(i.body.integer("code", -1));
  if (i.body.contains("started")) plugin.response_start_date_time = Timestamp{i.body.integer("started")};
  if (i.body.contains("ended")) plugin.response_finish_date_time = Timestamp{i.body.integer("ended")};
  std::string output = i.body.text("out");
  if (!i.body.text("err").empty()) output += "\n----------ERROR-------\n" + i.body.text("err");
  plugin.output = output.substr(0, 2500);
  return out;
}

}  // namespace

std::string message_topic(const std::string& account, const std::string& region, const std::string& instance) {
  return "ssm.messages:" + account + ":" + region + ":" + instance;
}

void Ssm::start() {
  home_.tasks.handle(std::string(kDeadline), [this](store::TaskRun& run) { expire(run); });
}

SendCommandOutput Ssm::send_command(region::Request& rq, const SendCommandInput& in) {
  const std::string document = in.document_name.substr(in.document_name.rfind('/') + 1);
  rq.authorize("ssm:SendCommand", "arn:aws:ssm:" + rq.region + "::document/" + document);
  if (in.instance_ids && in.targets)
    throw wire::Error("ValidationException", 400, "You can specify either InstanceIds or Targets, but not both.");
  const std::set<std::string> ids = wanted_instances(rq, in);
  const auto tags = tags_of_instances(rq, ids);
  for (const std::string& id : ids) {
    region::ConditionKeys keys;
    if (const auto own = tags.find(id); own != tags.end()) {
      region::add_resource_tags(keys, own->second);
      for (const auto& [key, value] : own->second) keys["ssm:resourceTag/" + key] = {value};
    }
    rq.authorize("ssm:SendCommand", instance_arn(rq, id), keys);
  }

  if (document != kDocument)
    throw InvalidDocument("Document with name " + document + " does not exist. This region has AWS-RunShellScript.");
  if (const std::string version = in.document_version.value_or("1");
      version != "1" && version != "$DEFAULT" && version != "$LATEST")
    throw InvalidDocumentVersion("The document version isn't valid or doesn't exist.");
  check_parameters(in);
  if (ids.empty() && !in.targets) throw InvalidInstanceId("No instance was named.");
  std::vector<std::string> unknown;
  for (const std::string& id : ids)
    if (!rq.tx.find("SELECT 1 FROM ssm_instances WHERE account = ? AND region = ? AND id = ?", rq.account, rq.region,
                    id))
      unknown.push_back(id);
  if (!unknown.empty())
    throw InvalidInstanceId("Instances [[" + join(unknown, ", ") + "]] not in a valid state for account " + rq.account);

  const Timestamp now = rq.now();
  const std::int64_t wait_s = in.timeout_seconds.value_or(3600);
  Command command;
  command.command_id = random_uuid();
  command.document_name = kDocument;
  command.document_version = "1";
  command.comment = in.comment.value_or("");
  command.parameters = in.parameters;
  command.instance_ids = in.targets ? std::vector<std::string>{} : std::vector<std::string>(ids.begin(), ids.end());
  command.targets = in.targets.value_or(std::vector<Target>{});
  command.requested_date_time = now;
  command.expires_after = now + std::chrono::seconds(wait_s);
  command.timeout_seconds = static_cast<int>(wait_s);
  command.max_concurrency = "50";
  command.max_errors = "0";
  rq.tx.exec("INSERT INTO ssm_commands (account, region, id, requested, body) VALUES (?, ?, ?, ?, ?)", rq.account,
             rq.region, *command.command_id, now, wire::to_json(command));
  for (const std::string& id : ids) {
    save(rq.tx, {rq.account, rq.region, *command.command_id, id, "Pending", false, now + std::chrono::seconds(wait_s),
                 Json::object({{"detail", "Pending"}})});
    rq.notify(message_topic(rq.account, rq.region, id));
  }
  rq.add_task({.kind = std::string(kDeadline),
               .key = *command.command_id,
               .body = Json::object({{"account", rq.account}, {"region", rq.region}}),
               .due = now + std::chrono::seconds(wait_s) + std::chrono::seconds(1)});

  SendCommandOutput out;
  out.command = command_of(rq, require_command(rq, *command.command_id));
  return out;
}

CancelCommandOutput Ssm::cancel_command(region::Request& rq, const CancelCommandInput& in) {
  rq.authorize("ssm:CancelCommand", rq.arn("ssm", "*"));

  require_command(rq, in.command_id);

  for (Invocation i : invocations_of(rq.tx, rq.account, rq.region, in.command_id)) {
    if (in.instance_ids && !in.instance_ids->empty() &&
        std::find(in.instance_ids->begin(), in.instance_ids->end(), i.instance) == in.instance_ids->end())
      continue;
    cancelled(i, rq.now());
    save(rq.tx, i);
    rq.notify(message_topic(rq.account, rq.region, i.instance));
  }
  return {};
}

GetCommandInvocationOutput Ssm::get_command_invocation(region::Request& rq, const GetCommandInvocationInput& in) {
  rq.authorize("ssm:GetCommandInvocation", rq.arn("ssm", "*"));

  const store::Row command = require_command(rq, in.command_id);
  const auto i = find_invocation(rq.tx, rq.account, rq.region, in.command_id, in.instance_id);
  if (!i)
    throw InvocationDoesNotExist(
        "The command ID and managed node ID you specified didn't match any invocations. Verify the command ID and the "
        "managed node ID and try again.");
  if (in.plugin_name && *in.plugin_name != "aws:runShellScript")
    throw InvalidPluginName("The plugin name isn't valid.");
  const Command c = wire::from_json<Command>(command.json(2));

  GetCommandInvocationOutput out;
  out.command_id = i->command;
  out.instance_id = i->instance;
  out.comment = c.comment;
  out.document_name = c.document_name;
  out.document_version = c.document_version;
  out.plugin_name = "aws:runShellScript";
  out.status = i->status;
  out.status_details = i->body.text("detail", i->status);
  out.response_code = static_cast<int>(i->body.integer("code", -1));
  out.execution_start_date_time = out.execution_end_date_time = out.execution_elapsed_time = "";
  if (const std::int64_t started = i->body.integer("started"); started > 0) {
    out.execution_start_date_time = iso8601_ms({started});
    if (const std::int64_t ended = i->body.integer("ended"); ended > 0) {
      out.execution_end_date_time = iso8601_ms({ended});
      const std::string ms = std::to_string((ended - started) % 1000);
      out.execution_elapsed_time =
          "PT" + std::to_string((ended - started) / 1000) + "." + std::string(3 - ms.size(), '0') + ms + "S";
    }
  }
  out.standard_output_content = i->body.text("out");
  out.standard_error_content = i->body.text("err");
  out.standard_output_url = out.standard_error_url = "";
  return out;
}

ListCommandsOutput Ssm::list_commands(region::Request& rq, const ListCommandsInput& in) {
  rq.authorize("ssm:ListCommands", rq.arn("ssm", "*"));

  const std::size_t limit = static_cast<std::size_t>(in.max_results.value_or(50)),
                    skip = static_cast<std::size_t>(parse_int(in.next_token.value_or("0")).value_or(0));

  ListCommandsOutput out;
  out.commands.emplace();
  std::size_t index = 0;
  for (const auto& row : rq.tx.query(
           "SELECT id, requested, body FROM ssm_commands WHERE account = ? AND region = ? ORDER BY requested DESC, id",
           rq.account, rq.region)) {
    if (in.command_id && row.text(0) != *in.command_id) continue;
    if (in.instance_id && !find_invocation(rq.tx, rq.account, rq.region, row.text(0), *in.instance_id)) continue;
    if (index++ < skip) continue;
    if (out.commands->size() == limit) {
      out.next_token = std::to_string(skip + limit);
      break;
    }
    out.commands->push_back(command_of(rq, row));
  }
  return out;
}

ListCommandInvocationsOutput Ssm::list_command_invocations(region::Request& rq, const ListCommandInvocationsInput& in) {
  rq.authorize("ssm:ListCommandInvocations", rq.arn("ssm", "*"));

  const std::size_t limit = static_cast<std::size_t>(in.max_results.value_or(50)),
                    skip = static_cast<std::size_t>(parse_int(in.next_token.value_or("0")).value_or(0));
  if (in.command_id) require_command(rq, *in.command_id);

  ListCommandInvocationsOutput out;
  out.command_invocations.emplace();
  std::size_t index = 0;
  for (const auto& row : rq.tx.query(
           "SELECT id, requested, body FROM ssm_commands WHERE account = ? AND region = ? ORDER BY requested DESC, id",
           rq.account, rq.region)) {
    if (in.command_id && row.text(0) != *in.command_id) continue;
    for (const Invocation& i : invocations_of(rq.tx, rq.account, rq.region, row.text(0))) {
      if (in.instance_id && i.instance != *in.instance_id) continue;
      if (index++ < skip) continue;
      if (out.command_invocations->size() == limit) {
        out.next_token = std::to_string(skip + limit);
        return out;
      }
      out.command_invocations->push_back(invocation_shape(rq, i, row, in.details.value_or(false)));
    }
  }
  return out;
}

DescribeInstanceInformationOutput Ssm::describe_instance_information(region::Request& rq,
                                                                     const DescribeInstanceInformationInput& in) {
  rq.authorize("ssm:DescribeInstanceInformation", rq.arn("ssm", "*"));

  for (const auto& filter : in.filters.value_or(std::vector<InstanceInformationStringFilter>{}))
    if (filter.key != "InstanceIds" && filter.key != "PingStatus" && filter.key != "PlatformTypes")
      throw InvalidFilterKey("The specified key isn't valid: " + filter.key);

  DescribeInstanceInformationOutput out;
  out.instance_information_list.emplace();
  for (const auto& row :
       rq.tx.query("SELECT id, last_ping, body FROM ssm_instances WHERE account = ? AND region = ? ORDER BY id",
                   rq.account, rq.region)) {
    const Json body = row.json(2);
    InstanceInformation i;
    i.instance_id = row.text(0);
    i.ping_status = row.timestamp(1) + kOnline > rq.now() ? "Online" : "ConnectionLost";
    i.last_ping_date_time = row.timestamp(1);
    i.agent_version = body.text("agent_version");
    i.is_latest_version = true;
    i.platform_type = body.text("platform_type", "Linux");
    i.platform_name = body.text("platform_name");
    i.platform_version = body.text("platform_version");
    i.resource_type = "EC2Instance";
    i.ip_address = body.text("ip_address");
    i.computer_name = body.text("computer_name");
    bool wanted = true;
    for (const auto& filter : in.filters.value_or(std::vector<InstanceInformationStringFilter>{})) {
      const std::string value = filter.key == "InstanceIds"  ? *i.instance_id
                                : filter.key == "PingStatus" ? *i.ping_status
                                                             : *i.platform_type;
      wanted = wanted && std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
    }
    if (wanted) out.instance_information_list->push_back(i);
  }
  return out;
}

void Ssm::expire(store::TaskRun& run) {
  const Timestamp now = home_.clock.now();
  std::optional<Timestamp> next;
  home_.db.write([&](store::Tx& tx) {
    for (Invocation i : invocations_of(tx, run.body().text("account"), run.body().text("region"), run.key())) {
      if (i.ended()) continue;
      if (i.deadline <= now)
        timed_out(i, now), save(tx, i);
      else
        next = next ? std::min(*next, i.deadline) : i.deadline;
    }
  });
  if (next) run.again(*next - now + std::chrono::seconds(1));
}

}  // namespace hanbat::ssm
