// A message's id is aws.ssm.<command>.<instance>. It is handed out until it is acknowledged, so an agent that dies
// before that gets it again; after that the command has begun and is never begun twice.
#include "services/ssm/agent_endpoint.h"

#include "base/text.h"
#include "border/fields.h"
#include "border/run_command.h"
#include "gen/ssm/model.h"
#include "services/ssm/invocation.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

using namespace ec2messages;

constexpr Milliseconds kLongestPoll = std::chrono::seconds(20);

/// An instance speaks only for itself: the session of its profile's role is named after it.
void require_own(const region::Request& rq, const std::string& instance) {
  if (rq.caller.kind != region::Caller::Kind::kAssumedRole || rq.caller.session_name != instance)
    throw wire::Error("AccessDeniedException", 400,
                      "The caller " + rq.caller.arn + " is not the instance " + instance + ".");
}

/// The instance whose credentials the caller uses.
region::ConditionKeys source_instance(const region::Request& rq) {
  if (!rq.caller.session_name.starts_with("i-")) return {};
  return {{"ec2:SourceInstanceARN", {rq.arn("ec2", "instance/" + rq.caller.session_name)}}};
}

Json parameters_of(region::Request& rq, const std::string& command) {
  const auto row = rq.tx.find("SELECT body FROM ssm_commands WHERE account = ? AND region = ? AND id = ?", rq.account,
                              rq.region, command);
  return row ? row->json(0)["Parameters"] : Json::object();
}

int execution_timeout_s(const Json& parameters) {
  const auto given = parameters.texts("executionTimeout");
  return given.empty() ? 3600 : static_cast<int>(parse_int(given[0]).value_or(3600));
}

std::string message_id(const Invocation& i) { return "aws.ssm." + i.command + "." + i.instance; }

Invocation require_invocation(region::Request& rq, const std::string& id) {
  const auto parts = split(id, '.');
  if (parts.size() == 4 && parts[0] == "aws" && parts[1] == "ssm") {
    require_own(rq, parts[3]);
    if (auto found = find_invocation(rq.tx, rq.account, rq.region, parts[2], parts[3])) return *found;
  }
  throw InvalidRequestException("There is no message " + id);
}

Message message_of(region::Request& rq, const Invocation& i, const std::string& topic, const Json& payload) {
  Message m;
  m.message_id = message_id(i);
  m.destination = i.instance;
  m.created_date = iso8601(rq.now());
  m.topic = topic + "." + rq.region + "." + i.instance;
  m.payload = payload.dump();
  return m;
}

}  // namespace

UpdateInstanceInformationOutput AgentEndpoint::update_instance_information(region::Request& rq,
                                                                           const UpdateInstanceInformationInput& in) {
  rq.authorize("ssm:UpdateInstanceInformation", rq.arn("ec2", "instance/" + in.instance_id), source_instance(rq));

  require_own(rq, in.instance_id);
  const auto before = rq.tx.find("SELECT body FROM ssm_instances WHERE account = ? AND region = ? AND id = ?",
                                 rq.account, rq.region, in.instance_id);

  Json body = before ? before->json(0) : Json::object({{"registered", rq.now().ms}});
  const std::pair<const char*, const std::optional<std::string>&> told[] = {
      {"agent_version", in.agent_version}, {"computer_name", in.computer_name},
      {"ip_address", in.ip_address},       {"platform_name", in.platform_name},
      {"platform_type", in.platform_type}, {"platform_version", in.platform_version}};
  for (const auto& [name, value] : told)
    if (value) body[name] = *value;
  rq.tx.exec("DELETE FROM ssm_instances WHERE account = ? AND region = ? AND id = ?", rq.account, rq.region,
             in.instance_id);
  rq.tx.exec("INSERT INTO ssm_instances (account, region, id, last_ping, body) VALUES (?, ?, ?, ?, ?)", rq.account,
             rq.region, in.instance_id, rq.now(), body);

  return {};
}

GetMessagesOutput AgentEndpoint::get_messages(region::Request& rq, const GetMessagesInput& in) {
  rq.authorize("ec2messages:GetMessages", "*", source_instance(rq));

  require_own(rq, in.destination);

  GetMessagesOutput out;
  out.destination = in.destination;
  out.messages_request_id = in.messages_request_id;
  out.messages.emplace();
  for (const auto& row : rq.tx.query(std::string("SELECT ") + kInvocationColumns +
                                         " FROM ssm_invocations WHERE account = ? AND region = ? AND instance = ? AND "
                                         "(status = 'Pending' OR cancel = 1) LIMIT 10",
                                     rq.account, rq.region, in.destination)) {
    const Invocation i = invocation_of(row);
    if (i.deadline <= rq.now()) continue;
    if (i.cancel) {
      out.messages->push_back(
          message_of(rq, i, "aws.ssm.cancelCommand", border::CancelCommand{i.command, message_id(i)}.to_json()));
      continue;
    }
    const Json parameters = parameters_of(rq, i.command);
    const auto folder = parameters.texts("workingDirectory");
    const border::ShellCommand command{i.command, parameters.texts("commands"), folder.empty() ? "" : folder[0],
                                       execution_timeout_s(parameters)};
    out.messages->push_back(message_of(rq, i, "aws.ssm.sendCommand", command.to_json()));
  }
  if (out.messages->empty()) rq.wait_for(message_topic(rq.account, rq.region, in.destination), kLongestPoll);
  return out;
}

AcknowledgeMessageOutput AgentEndpoint::acknowledge_message(region::Request& rq, const AcknowledgeMessageInput& in) {
  rq.authorize("ec2messages:AcknowledgeMessage", "*");

  Invocation i = require_invocation(rq, in.message_id);

  if (i.cancel)
    i.cancel = false;
  else if (i.status == "Pending")
    delivered(i, rq.now(), std::chrono::seconds(execution_timeout_s(parameters_of(rq, i.command))));
  else
    throw InvalidRequestException("The message " + in.message_id + " is no longer wanted: " + i.status);
  save(rq.tx, i);
  rq.add_task({.kind = std::string(kDeadline),
               .key = i.command,
               .body = Json::object({{"account", rq.account}, {"region", rq.region}}),
               .due = i.deadline + std::chrono::seconds(1)});

  return {};
}

SendReplyOutput AgentEndpoint::send_reply(region::Request& rq, const SendReplyInput& in) {
  rq.authorize("ec2messages:SendReply", "*", source_instance(rq));

  Invocation i = require_invocation(rq, in.message_id);
  border::CommandReply reply;
  try {
    reply = border::CommandReply::from_json(border::parse_message(in.payload, "a reply"));
  } catch (const border::MessageError& e) {
    throw InvalidRequestException(std::string("The payload is invalid: ") + e.what());
  }

  replied(i, rq.now(), reply);
  save(rq.tx, i);

  return {};
}

FailMessageOutput AgentEndpoint::fail_message(region::Request& rq, const FailMessageInput& in) {
  rq.authorize("ec2messages:FailMessage", "*");

  Invocation i = require_invocation(rq, in.message_id);

  if (i.status == "Pending") delivered(i, rq.now(), Milliseconds(0));
  replied(i, rq.now(), {.code = 1, .err = "the agent could not run the command: " + in.failure_type});
  save(rq.tx, i);

  return {};
}

DeleteMessageOutput AgentEndpoint::delete_message(region::Request& rq, const DeleteMessageInput& in) {
  rq.authorize("ec2messages:DeleteMessage", "*");

  require_invocation(rq, in.message_id);

  return {};
}

}  // namespace hanbat::ssm
