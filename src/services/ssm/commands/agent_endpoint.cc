// A message is a step of a command. It is handed out until it is acknowledged, so an agent that dies
// before that gets it again; after that the command has begun and is never begun twice.
#include "services/ssm/commands/agent_endpoint.h"

#include "base/text.h"
#include "border/fields.h"
#include "border/run_command.h"
#include "gen/ssm/model.h"
#include "services/ssm/associations/runs.h"
#include "services/ssm/commands/agent.h"
#include "services/ssm/commands/begin.h"
#include "services/ssm/commands/deadlines.h"
#include "services/ssm/commands/invocation.h"
#include "services/ssm/commands/steps.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/script.h"
#include "services/ssm/sessions/sessions.h"
#include "services/ssm/ssm.h"
#include "services/ssm/targets/rate.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

using namespace ec2messages;

constexpr Milliseconds kLongestPoll = std::chrono::seconds(20);

/// An invocation with what it carries out.
struct Work {
  CommandRow command;
  Plan plan;
};

Work work_of(region::Request& rq, const Invocation& i) {
  CommandRow command = require_command(rq.tx, place_of(rq), i.command);
  Plan plan = steps_of(command);
  return {std::move(command), std::move(plan)};
}

/// The step that the invocation is at, as it is handed to the instance's agent.
border::ShellCommand script_for(region::Request& rq, const Invocation& i) {
  const Plan plan = work_of(rq, i).plan;
  const auto instance = find_instance(rq.tx, place_of(rq), i.instance);
  const ManagedInstance shape = instance ? instance->shape : ManagedInstance{};
  return script_of(plan.at(i.step),
                   {.region = rq.region,
                    .agent_version = shape.agent_version.value_or(""),
                    .platform = shape.platform_type.value_or(std::string(word_of(Platform::kLinux)))},
                   i.command);
}

/// "aws.ssm.<command>.<instance>", and ".<step>" of a later one than the first.
std::string message_id(const Invocation& i) {
  return "aws.ssm." + i.command + "." + i.instance + (i.step ? "." + std::to_string(i.step) : "");
}

/// An invocation and whether it is still at the step of a message.
struct Addressed {
  Invocation invocation;
  bool current = true;
};

/// What a message is about. Throws InvalidRequestException when there is none.
Addressed require_invocation(region::Request& rq, const std::string& id) {
  const auto parts = split(id, '.');
  const auto step = parts.size() == 5 ? parse_int(parts[4]) : std::optional<std::int64_t>(0);
  if ((parts.size() == 4 || parts.size() == 5) && parts[0] == "aws" && parts[1] == "ssm" && step) {
    require_own(rq, parts[3]);
    auto found = find_invocation(rq.tx, place_of(rq), parts[2], parts[3]);
    if (found && *step <= static_cast<std::int64_t>(found->step)) {
      const bool current = message_id(*found) == id;
      return {std::move(*found), current};
    }
  }
  throw InvalidRequestException("There is no message " + id);
}

/// The step has ended so, and what follows on it, if anything does, is the agent's to take.
void end_step(region::Request& rq, Invocation& i, const border::CommandReply& reply) {
  if (i.waits_for_agent() || i.ended()) return;
  const auto [command, plan] = work_of(rq, i);
  StepOutcome outcome = outcome_of(i, rq.now(), reply);
  const bool failed = outcome.status() != InvocationStatus::kSuccess;
  const auto next = next_step(plan, i.step, failed);
  if (outcome.status() == InvocationStatus::kFailed && forgives(plan.at(i.step)))
    outcome.body["status"] = outcome.body["detail"] = std::string(word_of(InvocationStatus::kSuccess));
  save(rq.tx, i, outcome);
  if (outcome.status() != InvocationStatus::kCancelled)
    for (const StepOutcome& passed : passed_over(i, rq.now(), plan, next)) save(rq.tx, i, passed);
  replied(i, rq.now(), outcome, next, Seconds(command.shape.timeout_seconds.value_or(3600)));
  save(rq.tx, i);
  if (i.ended()) go_on(rq.home, rq.tx, place_of(rq), i.command);
  if (!i.ready) return;
  watch_deadline(rq.home, rq.tx, place_of(rq), i.command, i.deadline);
  rq.notify(message_topic(rq.account, rq.region, i.instance));
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
    if (i.deadline <= rq.now() || is_held(i)) continue;
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
  auto [i, current] = require_invocation(rq, in.message_id);

  if (i.cancel)
    i.cancel = false;
  else if (current && i.waits_for_agent())
    delivered(i, rq.now(), Seconds(execution_timeout_s(work_of(rq, i).plan.at(i.step))));
  else
    throw InvalidRequestException("The message " + in.message_id + " is no longer wanted: " + i.status_text());
  save(rq.tx, i);
  watch_deadline(rq.home, rq.tx, place_of(rq), i.command, i.deadline);

  return {};
}

SendReplyOutput AgentEndpoint::send_reply(region::Request& rq, const SendReplyInput& in) {
  rq.authorize("ec2messages:SendReply", "*", source_instance(rq));

  auto [i, current] = require_invocation(rq, in.message_id);
  border::CommandReply reply;
  try {
    reply = border::CommandReply::from_json(border::parse_message(in.payload, "a reply"));
  } catch (const border::MessageError& e) {
    throw InvalidRequestException(std::string("The payload is invalid: ") + e.what());
  }

  // An agent that did not hear our answer says it again.
  if (current) end_step(rq, i, reply);

  return {};
}

FailMessageOutput AgentEndpoint::fail_message(region::Request& rq, const FailMessageInput& in) {
  rq.authorize("ec2messages:FailMessage", "*");

  auto [i, current] = require_invocation(rq, in.message_id);

  if (!current) return {};
  if (i.waits_for_agent()) delivered(i, rq.now(), Milliseconds(0));
  end_step(rq, i, {.code = 1, .err = "the agent could not run the command: " + in.failure_type});

  return {};
}

DeleteMessageOutput AgentEndpoint::delete_message(region::Request& rq, const DeleteMessageInput& in) {
  rq.authorize("ec2messages:DeleteMessage", "*");

  require_invocation(rq, in.message_id);

  return {};
}

}  // namespace hanbat::ssm
