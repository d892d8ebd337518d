#include "services/codepipeline/store.h"

#include <limits>

#include "base/arn.h"

namespace hanbat::codepipeline {
namespace {

std::vector<Execution> executions_of(const std::vector<store::Row>& rows) {
  std::vector<Execution> out;
  for (const auto& row : rows) out.push_back(Execution::from_json(row.json(0)));
  return out;
}

}  // namespace

Json Pipeline::to_json() const {
  Json json = Json::object({{"declaration", wire::to_json(declaration)},
                            {"created", created.ms},
                            {"updated", updated.ms},
                            {"inbound", Json::object()},
                            {"polled", Json::object()}});
  for (const auto& [stage, transition] : inbound)
    json["inbound"][stage] = Json::object({{"enabled", transition.enabled},
                                           {"reason", transition.reason},
                                           {"changed_by", transition.changed_by},
                                           {"changed", transition.changed.ms}});
  for (const auto& [action, revision] : polled) json["polled"][action] = revision;
  return json;
}

Pipeline Pipeline::from_json(const Json& json) {
  Pipeline out;
  out.declaration = wire::from_json<PipelineDeclaration>(json["declaration"]);
  out.created = {json.integer("created")};
  out.updated = {json.integer("updated")};
  if (json["inbound"].is_object())
    for (const auto& [stage, transition] : json["inbound"].members())
      out.inbound[stage] = {transition.flag("enabled"), transition.text("reason"), transition.text("changed_by"),
                            Timestamp{transition.integer("changed")}};
  if (json["polled"].is_object())
    for (const auto& [action, revision] : json["polled"].members()) out.polled[action] = revision.as_string();
  return out;
}

std::string arn_of(const region::Place& place, std::string_view resource) {
  return make_arn("codepipeline", place.region, place.account, resource);
}

std::optional<PipelineRow> find_pipeline(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find_named<Pipeline>(tx, place, "", name);
}

PipelineRow require_pipeline(store::Tx& tx, const region::Place& place, std::string_view name) {
  if (auto found = find_pipeline(tx, place, name)) return *found;
  throw PipelineNotFoundException("Account '" + place.account + "' does not have a pipeline with name '" +
                                  std::string(name) + "'");
}

void remove_pipeline(store::Tx& tx, const PipelineRow& pipeline) {
  region::remove(tx, pipeline);
  tx.exec("DELETE FROM codepipeline_versions WHERE pipeline = ?", pipeline.id);
  tx.exec("DELETE FROM codepipeline_executions WHERE pipeline = ?", pipeline.id);
}

void insert_version(store::Tx& tx, const PipelineRow& pipeline) {
  tx.exec("INSERT INTO codepipeline_versions (pipeline, version, body, updated) VALUES (?, ?, ?, ?)", pipeline.id,
          *pipeline.shape.declaration.version, wire::to_json(pipeline.shape.declaration), pipeline.shape.updated);
}

std::optional<PipelineDeclaration> find_version(store::Tx& tx, const PipelineRow& pipeline, int version) {
  const auto row =
      tx.find("SELECT body FROM codepipeline_versions WHERE pipeline = ? AND version = ?", pipeline.id, version);
  if (!row) return std::nullopt;
  return wire::from_json<PipelineDeclaration>(row->json(0));
}

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
