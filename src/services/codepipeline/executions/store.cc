#include "services/codepipeline/executions/store.h"

#include <limits>

namespace hanbat::codepipeline {
namespace {

std::vector<Execution> executions_of(const std::vector<store::Row>& rows) {
  std::vector<Execution> out;
  for (const auto& row : rows) out.push_back(Execution::from_json(row.json(0)));
  return out;
}

}  // namespace

std::int64_t next_number(store::Tx& tx, std::string_view pipeline) {
  return tx.find("SELECT COALESCE(MAX(number), 0) + 1 FROM codepipeline_executions WHERE pipeline = ?", pipeline)
      ->integer(0);
}

std::vector<Execution> active_executions(store::Tx& tx, std::string_view pipeline) {
  return executions_of(
      tx.query("SELECT body FROM codepipeline_executions WHERE pipeline = ? AND active = 1 ORDER BY number", pipeline));
}

std::optional<Execution> find_execution(store::Tx& tx, std::string_view pipeline, std::string_view id) {
  const auto row = tx.find("SELECT body FROM codepipeline_executions WHERE pipeline = ? AND id = ?", pipeline, id);
  if (!row) return std::nullopt;
  return Execution::from_json(row->json(0));
}

std::optional<std::string> find_by_token(store::Tx& tx, std::string_view pipeline, std::string_view token) {
  const auto row = tx.find("SELECT id FROM codepipeline_executions WHERE pipeline = ? AND token = ?", pipeline, token);
  if (!row) return std::nullopt;
  return row->text(0);
}

void put(store::Tx& tx, std::string_view pipeline, const Execution& execution) {
  const store::Value token = execution.token.empty() ? store::Value() : store::Value(execution.token);
  tx.exec(
      "INSERT INTO codepipeline_executions (id, pipeline, number, active, token, body) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET active = excluded.active, body = excluded.body",
      execution.id, pipeline, execution.number, execution.active(), token, execution.to_json());
}

std::vector<Execution> list_executions(store::Tx& tx, std::string_view pipeline, std::size_t most,
                                       std::optional<std::int64_t> before) {
  return executions_of(tx.query(
      "SELECT body FROM codepipeline_executions WHERE pipeline = ? AND number < ? ORDER BY number DESC LIMIT ?",
      pipeline, before.value_or(std::numeric_limits<std::int64_t>::max()), static_cast<std::int64_t>(most)));
}

}  // namespace hanbat::codepipeline
