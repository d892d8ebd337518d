#include "services/ssm/documents/script.h"

#include "base/text.h"

namespace hanbat::ssm {
namespace {

constexpr std::string_view kAgentPackage = "AWSCodeDeployAgent";
constexpr int kUsualTimeout = 3600;

/// The text as one word of a shell.
std::string quoted(const std::string& text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

std::vector<std::string> refusal_of_package(const std::string& name, const std::string& version) {
  return {"echo " + quoted("Initiating " + name + " " + (version.empty() ? "latest" : version) + " install"),
          "echo " +
              quoted("failed to download manifest - failed to retrieve package document description: "
                     "InvalidDocument: Document with name " +
                     name + " does not exist.") +
              " >&2",
          "echo 'This region has the package AWSCodeDeployAgent (latest).' >&2",
          "echo 'Failed to install package; install status Failed'", "exit 1"};
}

std::vector<std::string> install_agent(const std::string& region) {
  const std::string host = region == "us-east-1" ? "s3.amazonaws.com" : "s3." + region + ".amazonaws.com";
  return {"set -e",
          "echo 'Initiating AWSCodeDeployAgent latest install'",
          "folder=$(mktemp -d)",
          "cd \"$folder\"",
          "curl -fsS --retry 3 -o install https://aws-codedeploy-" + region + "." + host + "/latest/install",
          "chmod +x install",
          "echo 'install output: Running sh install.sh'",
          "./install auto",
          "cd / && rm -rf \"$folder\"",
          "echo 'Successfully installed AWSCodeDeployAgent latest'"};
}

std::vector<std::string> uninstall_agent() {
  return {
      "if ! [ -e /opt/codedeploy-agent/bin/codedeploy-agent ]; then echo 'Package AWSCodeDeployAgent is not "
      "installed'; exit 0; fi",
      "set -e",
      "echo 'Initiating AWSCodeDeployAgent latest uninstall'",
      "systemctl disable --quiet --now codedeploy-agent",
      "rm -rf /etc/systemd/system/codedeploy-agent.service /opt/codedeploy-agent/bin",
      "systemctl daemon-reload",
      "systemctl reset-failed codedeploy-agent 2>/dev/null || true",
      "echo 'Successfully uninstalled AWSCodeDeployAgent latest'"};
}

std::vector<std::string> configure_package(const Json& inputs, const std::string& region) {
  const std::string name = text_of(inputs["name"]), version = text_of(inputs["version"]);
  if (name.substr(name.rfind('/') + 1) != kAgentPackage || !(version.empty() || version == "latest"))
    return refusal_of_package(name, version);
  return text_of(inputs["action"]) == "Install" ? install_agent(region) : uninstall_agent();
}

std::vector<std::string> update_agent(const Json& inputs, const std::string& there) {
  const std::string version = text_of(inputs["version"]);
  if (!version.empty() && version != "latest" && version != there)
    return {
        "echo " + quoted("Updating amazon-ssm-agent from " + there + " to " + version),
        "echo " + quoted("amazon-ssm-agent version " + version + " is unsupported: this region has " + there) + " >&2",
        "exit 1"};
  return {"echo 'Updating amazon-ssm-agent from " + there + " to latest'",
          "echo 'amazon-ssm-agent " + there + " has already been installed, update skipped'"};
}

/// Whether the step's precondition holds on the instance.
bool is_wanted(const PlannedStep& step, const ScriptPlace& place) {
  return step.holds && (step.platform.empty() || iequals(step.platform, place.platform));
}

std::vector<std::string> commands_of(const PlannedStep& step, const ScriptPlace& place) {
  switch (require_word<Action>(step.action)) {
    case Action::kConfigurePackage:
      return configure_package(step.inputs, place.region);
    case Action::kUpdateAgent:
      return update_agent(step.inputs, place.agent_version);
    case Action::kRunShellScript:
      break;
  }
  std::vector<std::string> commands;
  const Json& run = step.inputs["runCommand"];
  if (!run.is_array()) return {text_of(run)};
  for (const Json& command : run.items()) commands.push_back(text_of(command));
  return commands;
}

}  // namespace

int execution_timeout_s(const PlannedStep& step) {
  return static_cast<int>(parse_int(text_of(step.inputs["timeoutSeconds"])).value_or(kUsualTimeout));
}

border::ShellCommand script_of(const PlannedStep& step, const ScriptPlace& place, const std::string& command_id) {
  border::ShellCommand command{.command_id = command_id, .execution_timeout_s = execution_timeout_s(step)};
  if (!is_wanted(step, place)) {
    const std::string why =
        "Step execution skipped due to unsatisfied preconditions: '" + step.precondition + "'. Step name: " + step.name;
    command.commands = {"printf '%s\\n' " + quoted(why)};
    return command;
  }
  command.commands = commands_of(step, place);
  command.working_directory = text_of(step.inputs["workingDirectory"]);
  return command;
}

}  // namespace hanbat::ssm
