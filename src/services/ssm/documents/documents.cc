#include "services/ssm/documents/documents.h"

#include <algorithm>
#include <regex>

#include "base/json.h"
#include "base/text.h"
#include "gen/ssm/model.h"

namespace hanbat::ssm {
namespace {

constexpr std::string_view kAgentPackage = "AWSCodeDeployAgent";

const std::vector<DocumentFacts>& all_documents() {
  static const std::vector<DocumentFacts> kAll = {
      {.name = "AWS-ConfigureAWSPackage",
       .description = "Install or uninstall the latest version or specified version of an AWS package. This region has "
                      "the package AWSCodeDeployAgent.",
       .schema_version = "2.2",
       .plugin = "configurePackage",
       .plugin_type = "aws:configurePackage",
       .parameters = {{.name = "action",
                       .type = "String",
                       .description = "(Required) Specify whether or not to install or uninstall the package.",
                       .allowed = {"Install", "Uninstall"}},
                      {.name = "installationType",
                       .type = "String",
                       .description = "(Optional) Specify the type of installation.",
                       .usual = "Uninstall and reinstall",
                       .allowed = {"Uninstall and reinstall", "In-place update"}},
                      {.name = "name",
                       .type = "String",
                       .description = "(Required) The package to install/uninstall.",
                       .pattern = R"(^[a-zA-Z0-9_.:/-]{1,128}$)"},
                      {.name = "version",
                       .type = "String",
                       .description = "(Optional) The version of the package to install or uninstall.",
                       .usual = "",
                       .pattern = R"(^$|^latest$|^[a-zA-Z0-9_.-]{1,128}$)"},
                      {.name = "additionalArguments",
                       .type = "StringMap",
                       .description = "(Optional) Further arguments for the package's scripts. The package of this "
                                      "region takes none: {}.",
                       .usual = "{}"}}},
      {.name = "AWS-RunShellScript",
       .description = "Run a shell script or specify the commands to run.",
       .schema_version = "1.2",
       .plugin = "aws:runShellScript",
       .plugin_type = "aws:runShellScript",
       .parameters = {{.name = "commands",
                       .type = "StringList",
                       .description = "(Required) Specify a shell script or a command to run."},
                      {.name = "workingDirectory",
                       .type = "String",
                       .description = "(Optional) The path to the working directory on your instance.",
                       .usual = ""},
                      {.name = "executionTimeout",
                       .type = "String",
                       .description = "(Optional) The time in seconds for a command to complete before it is "
                                      "considered to have failed. Default is 3600 (1 hour). Maximum is 172800 (48 "
                                      "hours).",
                       .usual = "3600"}}},
      {.name = "AWS-UpdateSSMAgent",
       .description = "Update the Amazon SSM Agent to the latest version or specified version. Here the agent comes "
                      "with the image and is the newest there is.",
       .schema_version = "1.2",
       .plugin = "aws:updateSsmAgent",
       .plugin_type = "aws:updateSsmAgent",
       .parameters = {{.name = "version",
                       .type = "String",
                       .description = "(Optional) A specific version of SSM Agent to install.",
                       .usual = "",
                       .pattern = R"(^$|^latest$|^\d+(\.\d+){2,3}[a-z0-9.-]*$)"},
                      {.name = "allowDowngrade",
                       .type = "String",
                       .description = "(Optional) Allow the SSM Agent service to be downgraded to an earlier version.",
                       .usual = "false",
                       .allowed = {"true", "false"}}}}};
  return kAll;
}

std::string value_of(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() || found->second.empty() ? "" : found->second[0];
}

/// A map comes as the text of its JSON. Throws InvalidParameters for what is none, and for one that is not empty:
/// nothing here would read it.
void check_map(const std::string& name, const std::string& value) {
  Json map;
  try {
    map = Json::parse(value);
  } catch (const JsonError&) {
  }
  if (!map.is_object())
    throw InvalidParameters("Parameter \"" + name +
                            "\" has a value that is not valid, it takes a JSON object: " + value);
  if (!map.empty())
    throw InvalidParameters("Parameter \"" + name +
                            "\" can be only {} here: no package of this region takes arguments.");
}

void check_values(const DocumentParameterFacts& parameter, const std::vector<std::string>& values) {
  const std::string name(parameter.name);
  if (parameter.type != "StringList" && values.size() != 1)
    throw InvalidParameters("Parameter \"" + name + "\" takes one value.");
  if (parameter.type == "StringMap") return check_map(name, values.front());
  for (const std::string& value : values) {
    const bool allowed =
        parameter.allowed.empty() || std::ranges::find(parameter.allowed, value) != parameter.allowed.end();
    const bool fits = parameter.pattern.empty() || std::regex_match(value, std::regex(std::string(parameter.pattern)));
    if (!allowed || !fits)
      throw InvalidParameters("Parameter \"" + name + "\" has a value that is not valid: " + value);
  }
}

std::vector<std::string> refusal_of_package(const std::string& name, const std::string& version) {
  return {
      "echo 'Initiating " + name + " " + (version.empty() ? "latest" : version) + " install'",
      "echo 'failed to download manifest - failed to retrieve package document description: InvalidDocument: Document "
      "with name " +
          name + " does not exist.' >&2",
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

std::vector<std::string> configure_package(const Parameters& parameters, const std::string& region) {
  const std::string name = value_of(parameters, "name"), version = value_of(parameters, "version");
  if (name.substr(name.rfind('/') + 1) != kAgentPackage || !(version.empty() || version == "latest"))
    return refusal_of_package(name, version);
  return value_of(parameters, "action") == "Install" ? install_agent(region) : uninstall_agent();
}

std::vector<std::string> update_agent(const Parameters& parameters, const std::string& there) {
  const std::string version = value_of(parameters, "version");
  if (!version.empty() && version != "latest" && version != there)
    return {"echo 'Updating amazon-ssm-agent from " + there + " to " + version + "'",
            "echo 'amazon-ssm-agent version " + version + " is unsupported: this region has " + there + "' >&2",
            "exit 1"};
  return {"echo 'Updating amazon-ssm-agent from " + there + " to latest'",
          "echo 'amazon-ssm-agent " + there + " has already been installed, update skipped'"};
}

}  // namespace

std::span<const DocumentFacts> documents() { return all_documents(); }

const DocumentFacts* find_document(std::string_view name_or_arn) {
  if (name_or_arn.starts_with("arn:")) {
    const auto parts = split(name_or_arn, ':');
    if (parts.size() != 6 || parts[2] != "ssm" || !parts[4].empty() || !parts[5].starts_with("document/"))
      return nullptr;
    name_or_arn.remove_prefix(name_or_arn.rfind('/') + 1);
  }
  const auto found = std::ranges::find(documents(), name_or_arn, &DocumentFacts::name);
  return found == documents().end() ? nullptr : &*found;
}

const DocumentFacts& require_document(std::string_view name_or_arn) {
  if (const DocumentFacts* found = find_document(name_or_arn)) return *found;
  std::vector<std::string> names;
  for (const DocumentFacts& one : documents()) names.emplace_back(one.name);
  throw InvalidDocument("Document with name " + std::string(name_or_arn) + " does not exist. This region has " +
                        join(names, ", ") + ".");
}

void check_document_version(const std::optional<std::string>& version) {
  if (version && *version != "1" && *version != "$DEFAULT" && *version != "$LATEST")
    throw InvalidDocumentVersion("The document version isn't valid or doesn't exist.");
}

void check_parameters(const DocumentFacts& document, const Parameters& parameters) {
  for (const auto& [name, values] : parameters) {
    const auto known = std::ranges::find(document.parameters, name, &DocumentParameterFacts::name);
    if (known == document.parameters.end())
      throw InvalidParameters("Invalid parameters provided in command or document: " + name);
    if (!values.empty()) check_values(*known, values);
  }
  for (const DocumentParameterFacts& one : document.parameters) {
    const auto given = parameters.find(std::string(one.name));
    if (!one.usual && (given == parameters.end() || given->second.empty()))
      throw InvalidParameters("Parameter \"" + std::string(one.name) + "\" requires a value.");
  }
  if (const auto timeout = parameters.find("executionTimeout"); timeout != parameters.end()) {
    const auto seconds = timeout->second.empty() ? std::nullopt : parse_int(timeout->second[0]);
    if (!seconds || *seconds < 1 || *seconds > 172800)
      throw InvalidParameters("Parameter \"executionTimeout\" must be between 1 and 172800 seconds.");
  }
}

int execution_timeout_s(const Parameters& parameters) {
  return static_cast<int>(parse_int(value_of(parameters, "executionTimeout")).value_or(3600));
}

border::ShellCommand script_of(const DocumentFacts& document, const Parameters& parameters, const ScriptPlace& place,
                               const std::string& command_id) {
  border::ShellCommand command{.command_id = command_id, .execution_timeout_s = execution_timeout_s(parameters)};
  if (document.name == "AWS-ConfigureAWSPackage") {
    command.commands = configure_package(parameters, place.region);
  } else if (document.name == "AWS-UpdateSSMAgent") {
    command.commands = update_agent(parameters, place.agent_version);
  } else {
    if (const auto given = parameters.find("commands"); given != parameters.end()) command.commands = given->second;
    command.working_directory = value_of(parameters, "workingDirectory");
  }
  return command;
}

}  // namespace hanbat::ssm
