#include "guest/deploy_agent/agent.h"

#include <cstdio>

#include "base/text.h"
#include "os/files.h"

namespace hanbat::guest {

Agent::Agent(const Settings& settings, Executor& executor, Call call)
    : settings_(settings),
      executor_(executor),
      call_(std::move(call)),
      tracking_file_(settings.root_dir + "/ongoing-deployment/command") {}

void Agent::complete(const std::string& command_id, const Diagnostics& diagnostics) {
  call_("PutHostCommandComplete",
        Json::object({{"HostCommandIdentifier", command_id},
                      {"CommandStatus", diagnostics.error_code == 0 ? "Succeeded" : "Failed"},
                      {"Diagnostics", Json::object({{"Format", "JSON"}, {"Payload", diagnostics.json()}})}}));
}

void Agent::report_interrupted() {
  const auto open = find_file(tracking_file_);
  if (!open) return;
  complete(std::string(trim(*open)), {7, "", "CodeDeploy agent restarted; the command that was running failed", ""});
  remove_tree(tracking_file_);
}

bool Agent::poll_once() {
  const Json polled = call_("PollHostCommand", Json::object({{"HostIdentifier", settings_.host_identifier}}));
  const Json& command = polled["HostCommand"];
  if (command.text("HostCommandIdentifier").empty()) return false;
  const std::string id = command.text("HostCommandIdentifier"), name = command.text("CommandName"),
                    execution = command.text("DeploymentExecutionId");
  if (settings_.host_identifier.find(command.text("HostIdentifier")) == std::string::npos) {
    std::fprintf(stderr, "a command for another host came: %s\n", command.text("HostIdentifier").c_str());
    return false;
  }
  std::fprintf(stderr, "%s of %s\n", name.c_str(), execution.c_str());

  Diagnostics diagnostics;
  std::optional<Specification> specification;
  try {
    const Json answer =
        call_("GetDeploymentSpecification",
              Json::object({{"DeploymentExecutionId", execution}, {"HostIdentifier", settings_.host_identifier}}));
    if (answer.text("DeploymentSystem") != "CodeDeploy")
      throw SpecificationError("the deployment system is not CodeDeploy: " + answer.text("DeploymentSystem"));
    specification = read_specification(answer["DeploymentSpecification"]["GenericEnvelope"]);
  } catch (const SpecificationError& e) {
    diagnostics = {5, "", e.what(), ""};
  } catch (const JsonError& e) {
    diagnostics = {5, "", std::string("the deployment specification: ") + e.what(), ""};
  }
  const bool noop = specification && executor_.is_noop(name, *specification);
  const Json acknowledged = call_(
      "PutHostCommandAcknowledgement",
      Json::object({{"HostCommandIdentifier", id},
                    {"Diagnostics", Json::object({{"Format", "JSON"},
                                                  {"Payload", Json::object({{"IsCommandNoop", noop}}).dump()}})}}));
  // Failed: the deployment was stopped; Succeeded: the service has closed the no-op itself.
  if (const std::string status = acknowledged.text("CommandStatus");
      status == "Failed" || (status == "Succeeded" && !noop))
    return true;
  if (specification) {
    make_folders(settings_.root_dir + "/ongoing-deployment");
    write_file_atomic(tracking_file_, id);
    diagnostics = executor_.run(name, *specification);
  }
  if (diagnostics.error_code != 0) std::fprintf(stderr, "%s failed: %s\n", name.c_str(), diagnostics.message.c_str());
  complete(id, diagnostics);
  remove_tree(tracking_file_);
  return true;
}

}  // namespace hanbat::guest
