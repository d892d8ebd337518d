// What a pipeline's structure has to be, and the variables that its configurations name. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/codepipeline/model.h"
#include "services/codepipeline/words.h"

namespace hanbat::codepipeline {

/// What an action does.
enum class Work { kFetchFromCodeCommit, kFetchFromS3, kBuild, kDeploy, kApproval };

/// An action that is carried out here: AWS's own, version 1.
struct Provider {
  Work work;
  ActionCategory category;
  std::string_view name;
  std::vector<std::string_view> required, optional;  // configuration
  int min_inputs, max_inputs, min_outputs, max_outputs;
};
std::optional<Provider> find_provider(const ActionTypeId& type);

/// Throws InvalidStructureException, of an action InvalidActionDeclarationException, in AWS's words; 501 for what AWS
/// has and Hanbat has not.
void check_structure(std::string_view operation, const PipelineDeclaration& pipeline, std::string_view region);

/// Values by "namespace.name".
using Variables = std::map<std::string, std::string>;
/// The text with each #{namespace.name} replaced; nothing when one of them has no value (then `missing` names it).
std::optional<std::string> resolve(std::string_view text, const Variables& variables, std::string& missing);

}  // namespace hanbat::codepipeline
