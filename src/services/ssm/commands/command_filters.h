// What lists of commands and of their invocations are filtered by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gen/ssm/model.h"
#include "services/ssm/commands/store.h"

namespace hanbat::ssm {

/// Whether commands that have come to their end are wanted, or those that have not.
enum class ExecutionStage { kExecuting, kComplete };

/// All that are given have to fit. Source: CommandFilter in the Systems Manager API reference.
struct CommandFilters {
  std::optional<Timestamp> invoked_after, invoked_before;
  std::optional<std::string> status, document;
  std::optional<ExecutionStage> stage;

  /// Whether they look at a command's invocations.
  bool look_at_invocations() const { return status || stage; }
  /// Whether what the command says of itself fits.
  bool takes(const CommandRow& command) const;
  /// Whether the command fits, whose invocations these are.
  bool takes(const CommandRow& command, const std::vector<Invocation>& all) const;
  /// Whether the invocation of a command that fits does.
  bool takes(const Invocation& invocation) const;
};

/// The filters of ListCommands. Throws ValidationException for a value that cannot be.
CommandFilters command_filters(const std::optional<std::vector<CommandFilter>>& given);
/// Those of ListCommandInvocations, which has no ExecutionStage: InvalidFilterKey.
CommandFilters invocation_filters(const std::optional<std::vector<CommandFilter>>& given);

}  // namespace hanbat::ssm
