#include "services/ssm/commands/command_filters.h"

#include <algorithm>
#include <array>

#include "base/words.h"
#include "wire/error.h"

namespace hanbat {

template <>
constexpr auto kWords<ssm::ExecutionStage> = std::to_array<Word<ssm::ExecutionStage>>(
    {{ssm::ExecutionStage::kExecuting, "Executing"}, {ssm::ExecutionStage::kComplete, "Complete"}});

}  // namespace hanbat

namespace hanbat::ssm {
namespace {

// Of which there may be commands here or not.
constexpr std::string_view kStatuses[] = {
    "Pending",       "Delayed",          "InProgress",        "Success",    "Cancelled",        "Cancelling",
    "Failed",        "TimedOut",         "AccessDenied",      "Incomplete", "NoInstancesInTag", "LimitExceeded",
    "Undeliverable", "DeliveryTimedOut", "ExecutionTimedOut", "Terminated", "InvalidPlatform"};

wire::Error unfit(const CommandFilter& filter) {
  return {"ValidationException", 400, "The value " + filter.value + " is none of the filter " + filter.key + "."};
}

Timestamp require_time(const CommandFilter& filter) {
  const auto time = parse_iso8601(filter.value);
  if (!time) throw unfit(filter);
  return *time;
}

}  // namespace

bool CommandFilters::takes(const CommandRow& command) const {
  return (!invoked_after || command.created > *invoked_after) &&
         (!invoked_before || command.created < *invoked_before) &&
         (!document || command.shape.document_name == *document);
}

bool CommandFilters::takes(const CommandRow& command, const std::vector<Invocation>& all) const {
  if (!takes(command)) return false;
  if (status && word_of(command_status(all)) != *status) return false;
  const bool complete = std::ranges::all_of(all, &Invocation::ended);
  return !stage || (*stage == ExecutionStage::kComplete) == complete;
}

bool CommandFilters::takes(const Invocation& invocation) const {
  return !status || invocation.status_text() == *status || invocation.detail() == *status;
}

CommandFilters command_filters(const std::optional<std::vector<CommandFilter>>& given) {
  CommandFilters filters;
  for (const CommandFilter& filter : given.value_or(std::vector<CommandFilter>{})) {
    if (filter.key == "InvokedAfter") filters.invoked_after = require_time(filter);
    if (filter.key == "InvokedBefore") filters.invoked_before = require_time(filter);
    if (filter.key == "DocumentName") filters.document = filter.value;
    if (filter.key == "Status") {
      if (std::ranges::find(kStatuses, filter.value) == std::end(kStatuses)) throw unfit(filter);
      filters.status = filter.value;
    }
    if (filter.key == "ExecutionStage") {
      filters.stage = find_word<ExecutionStage>(filter.value);
      if (!filters.stage) throw unfit(filter);
    }
  }
  return filters;
}

CommandFilters invocation_filters(const std::optional<std::vector<CommandFilter>>& given) {
  const CommandFilters filters = command_filters(given);
  if (filters.stage) throw InvalidFilterKey("The specified key isn't valid: ExecutionStage");
  return filters;
}

}  // namespace hanbat::ssm
