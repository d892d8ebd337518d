#include "guest/deploy_agent/agent.h"

#include <cstdio>

#include "guest/aws/service_client.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

/// The tracking file of a command that has ended.
Json ended(const std::string& id, const Diagnostics& diagnostics) {
  return Json::object({{"Command", id},
                       {"CommandStatus", diagnostics.error_code == 0 ? "Succeeded" : "Failed"},
                       {"Diagnostics", Json::object({{"Format", "JSON"}, {"Payload", diagnostics.json()}})}});
}

}  // namespace

Agent::Agent(const Settings& settings, Executor& executor, Call call)
    : settings_(settings),
      executor_(executor),
      call_(std::move(call)),
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
    open = ended(id, {7, "", "CodeDeploy agent restarted; the command that was running failed", ""});
  try {
    if (!id.empty())
      call_("PutHostCommandComplete", Json::object({{"HostCommandIdentifier", id},
                                                    {"CommandStatus", open["CommandStatus"]},
                                                    {"Diagnostics", open["Diagnostics"]}}));
  } catch (const ServiceError& e) {
    // Not heard: it is told again. Refused: the service does not know the command, and will not know it later.
    if (e.status / 100 != 4 || e.code == "ThrottlingException") throw;
    std::fprintf(stderr, "the report of %s was refused: %s\n", id.c_str(), e.what());
  }
  remove_tree(tracking_file_);
}

bool Agent::poll_once() {
  report_open();
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
  make_folders(settings_.root_dir + "/ongoing-deployment");
  write_file_atomic(tracking_file_, Json::object({{"Command", id}}).dump());
  if (specification) diagnostics = executor_.run(name, *specification);
  if (diagnostics.error_code != 0) std::fprintf(stderr, "%s failed: %s\n", name.c_str(), diagnostics.message.c_str());
  write_file_atomic(tracking_file_, ended(id, diagnostics).dump());
  report_open();
  return true;
}

}  // namespace hanbat::guest
