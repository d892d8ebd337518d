#include "guest/deploy_agent/agent.h"

#include <cstdio>

#include "border/fields.h"
#include "guest/aws/service_client.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

namespace commands = codedeploycommands;
using Code = Diagnostics::Code;

template <class Output, class Input>
Output ask(const Agent::Call& call, const std::string& operation, const Input& input) {
  return wire::from_json<Output>(call(operation, wire::to_json(input)));
}

commands::Envelope envelope_of(const Json& payload) {
  commands::Envelope envelope;
  envelope.format = "JSON";
  envelope.payload = payload.dump();
  return envelope;
}

/// The tracking file of a command that has ended.
Json ended(const std::string& id, const Diagnostics& diagnostics) {
  return Json::object({{"Command", id},
                       {"CommandStatus", diagnostics.code == Code::kSuccess ? "Succeeded" : "Failed"},
                       {"Diagnostics", wire::to_json(envelope_of(diagnostics.to_json()))}});
}

}  // namespace

Agent::Agent(const Settings& settings, Executor& executor, Call call, Sync sync)
    : settings_(settings),
      executor_(executor),
      call_(std::move(call)),
      sync_(std::move(sync)),
      tracking_file_(settings.root_dir + "/ongoing-deployment/command") {}

void Agent::report_open() {
  const auto text = find_file(tracking_file_);
  if (!text) return;
  Json open;
  try {
    open = Json::parse(*text);
  } catch (const JsonError&) {
    // Written whole or not at all; something else than this program did.
    std::fprintf(stderr, "%s is no JSON\n", tracking_file_.c_str());
  }
  const std::string id = open.text("Command");
  if (!open.contains("CommandStatus"))
    open = ended(
        id, {Code::kFailedAfterRestart, "", "CodeDeploy agent restarted; the command that was running failed", ""});
  try {
    commands::PutHostCommandCompleteInput report;
    report.host_command_identifier = id;
    report.command_status = open.text("CommandStatus");
    report.diagnostics = wire::from_json<commands::Envelope>(open["Diagnostics"]);
    if (!id.empty()) call_("PutHostCommandComplete", wire::to_json(report));
  } catch (const ServiceError& e) {
    // Not heard: it is reported again. Refused: the service does not know the command, and will not know it later.
    if (e.status / 100 != 4 || e.code == "ThrottlingException") throw;
    std::fprintf(stderr, "the report of %s was refused: %s\n", id.c_str(), e.what());
  }
  remove_tree(tracking_file_);
}

Specification Agent::fetch_specification(const std::string& execution) {
  commands::GetDeploymentSpecificationInput in;
  in.deployment_execution_id = execution;
  in.host_identifier = settings_.host_identifier;
  const auto answer = ask<commands::GetDeploymentSpecificationOutput>(call_, "GetDeploymentSpecification", in);
  if (answer.deployment_system != "CodeDeploy")
    throw border::MessageError("the deployment system is not CodeDeploy: " + answer.deployment_system.value_or(""));
  if (!answer.deployment_specification || !answer.deployment_specification->generic_envelope)
    throw border::MessageError("the deployment specification has no GenericEnvelope");
  return read_specification(*answer.deployment_specification->generic_envelope);
}

bool Agent::acknowledge(const std::string& id, IsNoop noop) {
  commands::PutHostCommandAcknowledgementInput in;
  in.host_command_identifier = id;
  in.diagnostics = envelope_of(Json::object({{"IsCommandNoop", noop == IsNoop::kYes}}));
  const auto answer = ask<commands::PutHostCommandAcknowledgementOutput>(call_, "PutHostCommandAcknowledgement", in);
  // Failed: the deployment was stopped; Succeeded: the service has closed the no-op itself.
  return answer.command_status != "Failed" && (answer.command_status != "Succeeded" || noop == IsNoop::kYes);
}

bool Agent::poll_once() {
  report_open();
  commands::PollHostCommandInput in;
  in.host_identifier = settings_.host_identifier;
  const auto polled = ask<commands::PollHostCommandOutput>(call_, "PollHostCommand", in);
  const commands::HostCommandInstance command = polled.host_command.value_or(commands::HostCommandInstance{});
  const std::string id = command.host_command_identifier.value_or(""), name = command.command_name.value_or(""),
                    execution = command.deployment_execution_id.value_or(""),
                    host = command.host_identifier.value_or("");
  if (id.empty()) return false;
  if (settings_.host_identifier.find(host) == std::string::npos) {
    std::fprintf(stderr, "a command for another host came: %s\n", host.c_str());
    return false;
  }
  std::fprintf(stderr, "%s of %s\n", name.c_str(), execution.c_str());

  Diagnostics diagnostics;
  std::optional<Specification> specification;
  try {
    specification = fetch_specification(execution);
  } catch (const border::MessageError& e) {
    diagnostics = {Code::kUnknownError, "", e.what(), ""};
  } catch (const JsonError& e) {
    diagnostics = {Code::kUnknownError, "", std::string("the deployment specification: ") + e.what(), ""};
  }
  const bool noop = specification && executor_.is_noop(name, *specification);
  if (!acknowledge(id, noop ? IsNoop::kYes : IsNoop::kNo)) return true;
  make_folders(settings_.root_dir + "/ongoing-deployment");
  write_file_atomic(tracking_file_, Json::object({{"Command", id}}).dump());
  if (specification) diagnostics = executor_.run(name, *specification);
  if (diagnostics.code != Code::kSuccess)
    std::fprintf(stderr, "%s failed: %s\n", name.c_str(), diagnostics.message.c_str());
  sync_();
  write_file_atomic(tracking_file_, ended(id, diagnostics).dump());
  report_open();
  return true;
}

}  // namespace hanbat::guest
