// The rows of executions, which have a table of their own: each push makes one, and every event of a pipeline asks for
// those that are under way. A pipeline is named by its row's id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/codepipeline/executions/execution.h"
#include "store/database.h"

namespace hanbat::codepipeline {

std::int64_t next_number(store::Tx& tx, std::string_view pipeline);
std::vector<Execution> active_executions(store::Tx& tx, std::string_view pipeline);
std::optional<Execution> find_execution(store::Tx& tx, std::string_view pipeline, std::string_view id);
/// The id of the execution that was started with the token.
std::optional<std::string> find_by_token(store::Tx& tx, std::string_view pipeline, std::string_view token);
/// Inserts or replaces; the token is written when the execution is new.
void put(store::Tx& tx, std::string_view pipeline, const Execution& execution);
/// Newest first, those before the number if one is given.
std::vector<Execution> list_executions(store::Tx& tx, std::string_view pipeline, std::size_t most,
                                       std::optional<std::int64_t> before = std::nullopt);

}  // namespace hanbat::codepipeline
