// A message's id is aws.ssm.<command>.<instance>. It is handed out until it is acknowledged, so an agent that dies
// before that gets it again; after that the command has begun and is never begun twice.
#include "services/ssm/commands/agent_endpoint.h"

#include "base/text.h"
#include "border/fields.h"
#include "border/run_command.h"
#include "gen/ssm/model.h"
#include "services/ssm/associations/runs.h"
#include "services/ssm/commands/agent.h"
#include "services/ssm/commands/invocation.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/sessions/sessions.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

using namespace ec2messages;

constexpr Milliseconds kLongestPoll = std::chrono::seconds(20);

/// The command as it is handed to the instance's agent.
border::ShellCommand script_for(region::Request& rq, const Invocation& i) {
  const auto found = find_command(rq.tx, place_of(rq), i.command);
  const Command command = found ? found->shape : Command{};
  const auto instance = find_instance(rq.tx, place_of(rq), i.instance);
  return script_of(require_document(command.document_name.value_or("")), command.parameters.value_or(Parameters{}),
                   {rq.region, instance ? instance->shape.agent_version.value_or("") : ""}, i.command);
}

std::string message_id(const Invocation& i) { return "aws.ssm." + i.command + "." + i.instance; }

Invocation require_invocation(region::Request& rq, const std::string& id) {
  const auto parts = split(id, '.');
  if (parts.size() == 4 && parts[0] == "aws" && parts[1] == "ssm") {
    require_own(rq, parts[3]);
    if (auto found = find_invocation(rq.tx, place_of(rq), parts[2], parts[3])) return *found;
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

  InstanceRow row;
  if (const auto known = find_instance(rq.tx, place_of(rq), in.instance_id)) {
    row = *known;
  } else {
    row.id = in.instance_id;
    row.place = place_of(rq);
    row.name = in.instance_id;
    row.created = row.shape.registered = rq.now();
  }
  const auto note = [](std::optional<std::string>& field, const std::optional<std::string>& given) {
    if (given) field = given;
  };
  note(row.shape.agent_version, in.agent_version);
  note(row.shape.computer_name, in.computer_name);
  note(row.shape.ip_address, in.ip_address);
  note(row.shape.platform_name, in.platform_name);
  note(row.shape.platform_type, in.platform_type);
  note(row.shape.platform_version, in.platform_version);
  row.own["last_ping"] = rq.now().ms;
  put_instance(rq.tx, row);
  wake_associations(rq.home, rq.tx, place_of(rq), in.instance_id);

  return {};
}

GetMessagesOutput AgentEndpoint::get_messages(region::Request& rq, const GetMessagesInput& in) {
  rq.authorize("ec2messages:GetMessages", "*", source_instance(rq));

  require_own(rq, in.destination);

  GetMessagesOutput out;
  out.destination = in.destination;
  out.messages_request_id = in.messages_request_id;
  out.messages.emplace();
  for (const Invocation& i : waiting_for_agent(rq.tx, place_of(rq), in.destination)) {
    if (i.deadline <= rq.now()) continue;
    if (i.cancel) {
      out.messages->push_back(
          message_of(rq, i, "aws.ssm.cancelCommand", border::CancelCommand{i.command, message_id(i)}.to_json()));
      continue;
    }
    const border::ShellCommand command = script_for(rq, i);
    out.messages->push_back(message_of(rq, i, "aws.ssm.sendCommand", command.to_json()));
  }
  for (const SessionRow& row : sessions_for_agent(rq.tx, place_of(rq), in.destination)) {
    Message m;
    m.message_id = session_message_id(row);
    m.destination = in.destination;
    m.created_date = iso8601(row.created);
    m.topic = "aws.ssm.startSession." + rq.region + "." + in.destination;
    m.payload = row.own["start"].dump();
    out.messages->push_back(std::move(m));
  }
  if (out.messages->empty()) rq.wait_for(message_topic(rq.account, rq.region, in.destination), kLongestPoll);
  return out;
}

AcknowledgeMessageOutput AgentEndpoint::acknowledge_message(region::Request& rq, const AcknowledgeMessageInput& in) {
  rq.authorize("ec2messages:AcknowledgeMessage", "*");

  if (const auto session = session_of_message(in.message_id)) {
    auto row = region::find<Session>(rq.tx, place_of(rq), *session);
    if (!row || is_over(*row)) throw InvalidRequestException("The message " + in.message_id + " is no longer wanted");
    require_own(rq, row->shape.target.value_or(""));
    row->parent.clear();
    region::update(rq.tx, *row);
    return {};
  }
  Invocation i = require_invocation(rq, in.message_id);

  if (i.cancel)
    i.cancel = false;
  else if (i.status == InvocationStatus::kPending)
    delivered(i, rq.now(), std::chrono::seconds(script_for(rq, i).execution_timeout_s));
  else
    throw InvalidRequestException("The message " + in.message_id + " is no longer wanted: " + i.status_text());
  save(rq.tx, i);
  watch_deadline(rq.home, rq.tx, place_of(rq), i.command, i.deadline);

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

  if (i.status == InvocationStatus::kPending) delivered(i, rq.now(), Milliseconds(0));
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
