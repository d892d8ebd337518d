#include "services/codedeploy/agents/host_agent.h"

#include "base/arn.h"
#include "border/fields.h"
#include "border/host_diagnostics.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

namespace commands = codedeploycommands;

// AWS's agent gives up a request after 80 s.
constexpr Seconds kLongPoll{25};
// Between being handed a command and acknowledging it an agent does not poll; one that does never got the command.
constexpr Seconds kHandOutAgain{2};

std::string envelope_payload(const std::optional<commands::Envelope>& envelope) {
  return envelope ? envelope->payload.value_or("") : "";
}

/// Whether the caller is the agent on that target of deployments: an instance's role bears the instance's name in its
/// session, an on-premises instance is registered with the caller's ARN.
bool speaks_for(const region::Request& rq, const std::string& target) {
  if (is_ec2_instance(target))
    return rq.caller.kind == region::Caller::Kind::kAssumedRole && rq.caller.session_name == target;
  const auto registered = find_on_premises(rq.tx, {rq.account, rq.region}, rq.caller.arn);
  return registered && *registered->name == target;
}

/// The target that the identifier names, once it is sure that the caller is that host.
std::string require_host(const region::Request& rq, const std::string& host_identifier) {
  const auto arn = parse_arn(host_identifier);
  std::string target;
  if (arn && arn->service == "ec2" && arn->resource.starts_with("instance/")) {
    target = arn->resource.substr(9);
  } else if (arn && (arn->service == "iam" || arn->service == "sts")) {
    if (const auto found = find_on_premises(rq.tx, {rq.account, rq.region}, host_identifier)) target = *found->name;
  } else {
    throw commands::ClientException("The host identifier " + host_identifier + " is not valid.");
  }
  if (target.empty() || !speaks_for(rq, target))
    throw wire::Error("AccessDeniedException", 400,
                      "User: " + rq.caller.arn + " is not authorized to act as the host " + host_identifier);
  return target;
}

}  // namespace

Diagnostics read_diagnostics(const std::string& payload) {
  border::HostDiagnostics reported{border::HostDiagnostics::Code::kUnknownError, "", "", ""};
  try {
    reported = border::HostDiagnostics::from_json(border::parse_message(payload, "diagnostics"));
  } catch (const border::MessageError& error) {
    // AWS's agent may report without diagnostics; what is wrong in others is all that there is to say.
    if (!payload.empty()) reported.message = error.what();
  }
  Diagnostics out;
  out.error_code = word_of(reported.code);
  out.script_name = reported.script_name;
  out.message = reported.message;
  out.log_tail = reported.log;
  return out;
}

void HostAgent::start() {
  home_.db.write([&](store::Tx& tx) {
    auto signer = find_signer(tx);
    if (!signer) insert_signer(tx, signer.emplace(make_signer()));
    signer_ = *signer;
  });
}

commands::PollHostCommandOutput HostAgent::poll_host_command(region::Request& rq,
                                                             const commands::PollHostCommandInput& in) {
  const std::string instance = require_host(rq, in.host_identifier);

  const auto command = find_pending_command(rq.tx, {rq.account, rq.region}, instance);
  const Milliseconds wait = !command                      ? Milliseconds(kLongPoll)
                            : command->handed_out.ms == 0 ? Milliseconds(0)
                                                          : command->handed_out + kHandOutAgain - rq.now();
  if (wait > Milliseconds(0)) {
    rq.wait_for(commands_topic(instance), wait);
    return {};
  }

  set_handed_out(rq.tx, command->id, rq.now());

  commands::PollHostCommandOutput out;
  commands::HostCommandInstance& host_command = out.host_command.emplace();
  host_command.host_command_identifier = command->id;
  host_command.host_identifier = in.host_identifier;
  host_command.deployment_execution_id =
      "arn:aws:codedeploy/" + command->account + "/" + command->group_id + "/" + command->deployment;
  host_command.command_name = command->event;
  host_command.nonce = rq.now().ms;
  return out;
}

commands::GetDeploymentSpecificationOutput HostAgent::get_deployment_specification(
    region::Request& rq, const commands::GetDeploymentSpecificationInput& in) {
  const std::string instance = require_host(rq, in.host_identifier);

  const std::string id = in.deployment_execution_id.substr(in.deployment_execution_id.rfind('/') + 1);
  auto deployment = find_deployment(rq.tx, {rq.account, rq.region}, id);
  if (!deployment || !deployment->find_host(instance))
    throw commands::ClientException("The deployment " + id + " is not for this host.");

  commands::GetDeploymentSpecificationOutput out;
  out.deployment_system = "CodeDeploy";
  commands::Envelope& envelope = out.deployment_specification.emplace().generic_envelope.emplace();
  envelope.format = "PKCS7/JSON";
  envelope.payload = sign(signer_, specification(*deployment).to_json().dump());
  return out;
}

CommandRow HostAgent::require_command(region::Request& rq, const std::optional<std::string>& id) {
  const auto command = find_command(rq.tx, id.value_or(""));
  const bool own =
      command && command->account == rq.account && command->region == rq.region && speaks_for(rq, command->instance);
  if (!own) throw commands::ClientException("The host command " + id.value_or("") + " does not exist.");
  return *command;
}

commands::PutHostCommandAcknowledgementOutput HostAgent::put_host_command_acknowledgement(
    region::Request& rq, const commands::PutHostCommandAcknowledgementInput& in) {
  const CommandRow command = require_command(rq, in.host_command_identifier);

  CommandStatus status = command.status;
  if (!region::is_final(kCommandMachine, status)) {
    bool wanted = false;
    workflow_.on(rq.tx, command.deployment, [&](Deployment& d) {
      Effects effects;
      wanted = d.acknowledge(rq.now(), command.instance, command.event, effects);
      return effects;
    });
    // Failed means to the agent: do not run it.
    status = *advance_command(rq.tx, command, wanted ? CommandEvent::kAcknowledge : CommandEvent::kCancel);
  }

  commands::PutHostCommandAcknowledgementOutput out;
  out.command_status = word_of(status);
  return out;
}

commands::PutHostCommandCompleteOutput HostAgent::put_host_command_complete(
    region::Request& rq, const commands::PutHostCommandCompleteInput& in) {
  const CommandRow command = require_command(rq, in.host_command_identifier);

  const auto reported = find_word<CommandStatus>(in.command_status);
  const bool succeeded = reported == CommandStatus::kSucceeded;
  if (!succeeded && reported != CommandStatus::kFailed)
    throw commands::ClientException("The command status must be Succeeded or Failed.");
  // The first report wins: an agent reports a failure a second time, without its diagnostics.
  if (!advance_command(rq.tx, command, succeeded ? CommandEvent::kSucceed : CommandEvent::kFail)) return {};

  Outcome outcome{.succeeded = succeeded, .diagnostics = read_diagnostics(envelope_payload(in.diagnostics))};
  workflow_.on(rq.tx, command.deployment,
               [&](Deployment& d) { return d.report(rq.now(), command.instance, command.event, outcome); });

  return {};
}

commands::PostHostCommandUpdateOutput HostAgent::post_host_command_update(
    region::Request& rq, const commands::PostHostCommandUpdateInput& in) {
  commands::PostHostCommandUpdateOutput out;
  out.command_status = word_of(require_command(rq, in.host_command_identifier).status);
  return out;
}

}  // namespace hanbat::codedeploy
