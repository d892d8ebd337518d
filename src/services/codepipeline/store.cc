#include "services/codepipeline/store.h"

#include "base/arn.h"

namespace hanbat::codepipeline {
namespace {

PipelineRow row_of(const store::Row& row) {
  const Json body = row.json(4);
  PipelineRow out;
  out.id = row.text(0);
  out.place = {row.text(1), row.text(2)};
  out.declaration = wire::from_json<PipelineDeclaration>(body["declaration"]);
  out.created = {body.integer("created")};
  out.updated = {body.integer("updated")};
  if (body["inbound"].is_object())
    for (const auto& [stage, json] : body["inbound"].members())
      out.inbound[stage] = {json.flag("enabled"), json.text("reason"), json.text("changed_by"),
                            Timestamp{json.integer("changed")}};
  if (body["polled"].is_object())
    for (const auto& [action, revision] : body["polled"].members()) out.polled[action] = revision.as_string();
  return out;
}

constexpr std::string_view kPipelines = "SELECT id, account, region, name, body FROM codepipeline_pipelines ";

}  // namespace

std::string Place::arn(std::string_view resource) const { return make_arn("codepipeline", region, account, resource); }

std::optional<PipelineRow> Store::find(store::Tx& tx, const Place& place, std::string_view name) {
  const auto row = tx.find(std::string(kPipelines) + "WHERE account = ? AND region = ? AND name = ?", place.account,
                           place.region, name);
  if (!row) return std::nullopt;
  return row_of(*row);
}

std::optional<PipelineRow> Store::find(store::Tx& tx, std::string_view id) {
  const auto row = tx.find(std::string(kPipelines) + "WHERE id = ?", id);
  if (!row) return std::nullopt;
  return row_of(*row);
}

PipelineRow Store::require(store::Tx& tx, const Place& place, std::string_view name) {
  if (auto found = find(tx, place, name)) return *found;
  throw PipelineNotFoundException("Account '" + place.account + "' does not have a pipeline with name '" +
                                  std::string(name) + "'");
}

void Store::put(store::Tx& tx, const PipelineRow& p) {
  Json body = Json::object({{"declaration", wire::to_json(p.declaration)},
                            {"created", p.created.ms},
                            {"updated", p.updated.ms},
                            {"inbound", Json::object()},
                            {"polled", Json::object()}});
  for (const auto& [stage, transition] : p.inbound)
    body["inbound"][stage] = Json::object({{"enabled", transition.enabled},
                                           {"reason", transition.reason},
                                           {"changed_by", transition.changed_by},
                                           {"changed", transition.changed.ms}});
  for (const auto& [action, revision] : p.polled) body["polled"][action] = revision;
  tx.exec(
      "INSERT INTO codepipeline_pipelines (id, account, region, name, body) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
      p.id, p.place.account, p.place.region, p.declaration.name, body);
}

void Store::put_version(store::Tx& tx, const PipelineRow& p) {
  tx.exec("INSERT INTO codepipeline_versions (pipeline, version, body, updated) VALUES (?, ?, ?, ?)", p.id,
          *p.declaration.version, wire::to_json(p.declaration), p.updated);
}

std::optional<PipelineDeclaration> Store::find_version(store::Tx& tx, const PipelineRow& p, int version) {
  const auto row = tx.find("SELECT body FROM codepipeline_versions WHERE pipeline = ? AND version = ?", p.id, version);
  if (!row) return std::nullopt;
  return wire::from_json<PipelineDeclaration>(row->json(0));
}

void Store::erase(store::Tx& tx, const PipelineRow& p) {
  tx.exec("DELETE FROM codepipeline_pipelines WHERE id = ?", p.id);
  tx.exec("DELETE FROM codepipeline_versions WHERE pipeline = ?", p.id);
  tx.exec("DELETE FROM codepipeline_executions WHERE pipeline = ?", p.id);
}

std::vector<PipelineRow> Store::list(store::Tx& tx, const Place& place) {
  std::vector<PipelineRow> out;
  for (const auto& row : tx.query(std::string(kPipelines) + "WHERE account = ? AND region = ? ORDER BY name",
                                  place.account, place.region))
    out.push_back(row_of(row));
  return out;
}

std::int64_t Store::next_number(store::Tx& tx, std::string_view pipeline) {
  return tx.find("SELECT COALESCE(MAX(number), 0) + 1 FROM codepipeline_executions WHERE pipeline = ?", pipeline)
      ->integer(0);
}

std::vector<Execution> Store::active_executions(store::Tx& tx, std::string_view pipeline) {
  std::vector<Execution> out;
  for (const auto& row :
       tx.query("SELECT body FROM codepipeline_executions WHERE pipeline = ? AND active = 1 ORDER BY number", pipeline))
    out.push_back(Execution::from_json(row.json(0)));
  return out;
}

std::optional<Execution> Store::find_execution(store::Tx& tx, std::string_view pipeline, std::string_view id) {
  const auto row = tx.find("SELECT body FROM codepipeline_executions WHERE pipeline = ? AND id = ?", pipeline, id);
  if (!row) return std::nullopt;
  return Execution::from_json(row->json(0));
}

std::optional<std::string> Store::find_by_token(store::Tx& tx, std::string_view pipeline, std::string_view token) {
  const auto row = tx.find("SELECT id FROM codepipeline_executions WHERE pipeline = ? AND token = ?", pipeline, token);
  if (!row) return std::nullopt;
  return row->text(0);
}

void Store::put(store::Tx& tx, std::string_view pipeline, const Execution& execution) {
  tx.exec(
      "INSERT INTO codepipeline_executions (id, pipeline, number, active, body) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET active = excluded.active, body = excluded.body",
      execution.id, pipeline, execution.number, execution.active(), execution.to_json());
}

void Store::set_token(store::Tx& tx, std::string_view execution, std::string_view token) {
  tx.exec("UPDATE codepipeline_executions SET token = ? WHERE id = ?", token, execution);
}

std::vector<Execution> Store::list_executions(store::Tx& tx, std::string_view pipeline, int limit,
                                              std::int64_t offset) {
  std::vector<Execution> out;
  for (const auto& row :
       tx.query("SELECT body FROM codepipeline_executions WHERE pipeline = ? ORDER BY number DESC LIMIT ? OFFSET ?",
                pipeline, limit, offset))
    out.push_back(Execution::from_json(row.json(0)));
  return out;
}

std::map<std::string, std::string> Store::tags(store::Tx& tx, std::string_view arn) {
  std::map<std::string, std::string> out;
  for (const auto& row : tx.query("SELECT name, value FROM codepipeline_tags WHERE arn = ?", arn))
    out[row.text(0)] = row.text(1);
  return out;
}

void Store::set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value) {
  tx.exec(
      "INSERT INTO codepipeline_tags (arn, name, value) VALUES (?, ?, ?) ON CONFLICT (arn, name) DO UPDATE SET value = "
      "excluded.value",
      arn, name, value);
}

void Store::erase_tag(store::Tx& tx, std::string_view arn, std::string_view name) {
  tx.exec("DELETE FROM codepipeline_tags WHERE arn = ? AND name = ?", arn, name);
}

void Store::erase_tags(store::Tx& tx, std::string_view arn) {
  tx.exec("DELETE FROM codepipeline_tags WHERE arn = ?", arn);
}

}  // namespace hanbat::codepipeline
