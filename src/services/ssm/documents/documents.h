// AWS's documents that this region carries out: their parameters, and the script that each becomes on an instance.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "border/run_command.h"

namespace hanbat::ssm {

using Parameters = std::map<std::string, std::vector<std::string>>;

struct DocumentParameterFacts {
  std::string_view name;
  std::string_view type;  // String, StringList or StringMap
  std::string_view description;
  std::optional<std::string_view> usual = std::nullopt;  // nothing: the caller must say
  std::vector<std::string_view> allowed = {};            // empty: whatever fits the pattern
  std::string_view pattern = {};                         // "" = any text
};

struct DocumentFacts {
  std::string_view name;
  std::string_view description;
  std::string_view schema_version;
  std::string_view plugin;       // what an invocation's one step is called
  std::string_view plugin_type;  // aws:runShellScript …
  std::vector<DocumentParameterFacts> parameters;
};

std::span<const DocumentFacts> documents();
/// By name or by the ARN of AWS's own.
const DocumentFacts* find_document(std::string_view name_or_arn);
/// Throws InvalidDocument, which names what there is.
const DocumentFacts& require_document(std::string_view name_or_arn);
/// Throws InvalidDocumentVersion: each has one.
void check_document_version(const std::optional<std::string>& version);
/// Throws InvalidParameters.
void check_parameters(const DocumentFacts& document, const Parameters& parameters);

/// How long the script may run.
int execution_timeout_s(const Parameters& parameters);

/// What the document's script needs to know beside its parameters.
struct ScriptPlace {
  std::string region;
  std::string agent_version;  // of the instance's SSM agent
};

/// The document as the agent carries it out.
border::ShellCommand script_of(const DocumentFacts& document, const Parameters& parameters, const ScriptPlace& place,
                               const std::string& command_id);

}  // namespace hanbat::ssm
