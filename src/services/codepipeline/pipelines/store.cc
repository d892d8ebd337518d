#include "services/codepipeline/pipelines/store.h"

#include "base/arn.h"

namespace hanbat::codepipeline {

Json Pipeline::to_json() const {
  Json json = Json::object({{"declaration", wire::to_json(declaration)},
                            {"created", created.ms},
                            {"updated", updated.ms},
                            {"inbound", Json::object()},
                            {"polled", Json::object()},
                            {"taken", Json::object()}});
  for (const auto& [stage, transition] : inbound)
    json["inbound"][stage] = Json::object({{"enabled", transition.enabled},
                                           {"reason", transition.reason},
                                           {"changed_by", transition.changed_by},
                                           {"changed", transition.changed.ms}});
  for (const auto& [action, revision] : polled) json["polled"][action] = revision;
  for (const auto& [action, revision] : taken) json["taken"][action] = revision;
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
  if (const Json* taken = json.find("taken"))
    for (const auto& [action, revision] : taken->members()) out.taken[action] = revision.as_string();
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

}  // namespace hanbat::codepipeline
