#include "services/codepipeline/executions/execution.h"

#include <utility>

namespace hanbat::codepipeline {

bool Execution::active() const {
  return status == ExecutionStatus::kInProgress || status == ExecutionStatus::kStopping;
}

const ActionRun* Execution::find_run(std::string_view run_id) const {
  for (const ActionRun& run : runs)
    if (run.id == run_id) return &run;
  return nullptr;
}

ActionRun* Execution::find_run(std::string_view run_id) {
  return const_cast<ActionRun*>(std::as_const(*this).find_run(run_id));
}

const ActionRun* Execution::latest_run(std::string_view stage_name, std::string_view action) const {
  for (auto run = runs.rbegin(); run != runs.rend(); ++run)
    if (run->stage == stage_name && run->action == action) return &*run;
  return nullptr;
}

const ActionDeclaration* Execution::find_action(const ActionRun& run) const {
  for (const StageDeclaration& declared : declaration.stages)
    if (declared.name == run.stage)
      for (const ActionDeclaration& action : declared.actions)
        if (action.name == run.action) return &action;
  return nullptr;
}

const StageRun* Execution::find_stage(std::string_view name) const {
  for (auto run = stages.rbegin(); run != stages.rend(); ++run)
    if (run->name == name) return &*run;
  return nullptr;
}

StageRun* Execution::find_stage(std::string_view name) {
  return const_cast<StageRun*>(std::as_const(*this).find_stage(name));
}

namespace {

template <class T>
Json list_to_json(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(wire::to_json(item));
  return out;
}

template <class T>
std::vector<T> list_from_json(const Json& json) {
  std::vector<T> out;
  if (json.is_array())
    for (const Json& item : json.items()) out.push_back(wire::from_json<T>(item));
  return out;
}

Json map_to_json(const std::map<std::string, std::string>& map) {
  Json out = Json::object();
  for (const auto& [key, value] : map) out[key] = value;
  return out;
}

std::map<std::string, std::string> map_from_json(const Json& json) {
  std::map<std::string, std::string> out;
  if (json.is_object())
    for (const auto& [key, value] : json.members()) out[key] = value.as_string();
  return out;
}

Json run_to_json(const ActionRun& run) {
  Json out = Json::object({{"id", run.id},
                           {"stage", run.stage},
                           {"action", run.action},
                           {"status", word_of(run.status)},
                           {"started", run.started.ms},
                           {"updated", run.updated.ms},
                           {"begun", run.begun},
                           {"external_id", run.external_id},
                           {"external_url", run.external_url},
                           {"summary", run.summary},
                           {"token", run.token},
                           {"updated_by", run.updated_by},
                           {"configuration", map_to_json(run.configuration)},
                           {"inputs", list_to_json(run.inputs)},
                           {"outputs", list_to_json(run.outputs)},
                           {"variables", map_to_json(run.variables)}});
  if (run.error) out["error"] = wire::to_json(*run.error);
  if (run.revision) out["revision"] = wire::to_json(*run.revision);
  return out;
}

ActionRun run_from_json(const Json& json) {
  ActionRun run;
  run.id = json.text("id");
  run.stage = json.text("stage");
  run.action = json.text("action");
  run.status = require_word<ActionStatus>(json.text("status"));
  run.started = {json.integer("started")};
  run.updated = {json.integer("updated")};
  run.begun = json.flag("begun");
  run.external_id = json.text("external_id");
  run.external_url = json.text("external_url");
  run.summary = json.text("summary");
  run.token = json.text("token");
  run.updated_by = json.text("updated_by");
  run.configuration = map_from_json(json["configuration"]);
  run.inputs = list_from_json<ArtifactDetail>(json["inputs"]);
  run.outputs = list_from_json<ArtifactDetail>(json["outputs"]);
  run.variables = map_from_json(json["variables"]);
  if (json.contains("error")) run.error = wire::from_json<ErrorDetails>(json["error"]);
  if (json.contains("revision")) run.revision = wire::from_json<ArtifactRevision>(json["revision"]);
  return run;
}

}  // namespace

Json Execution::to_json() const {
  Json out = Json::object({{"id", id},
                           {"number", number},
                           {"declaration", wire::to_json(declaration)},
                           {"status", word_of(status)},
                           {"trigger_type", trigger_type},
                           {"trigger_detail", trigger_detail},
                           {"started", started.ms},
                           {"updated", updated.ms},
                           {"at", static_cast<std::int64_t>(at)},
                           {"inside", inside},
                           {"stop_reason", stop_reason},
                           {"variables", map_to_json(variables)},
                           {"overrides", list_to_json(overrides)},
                           {"stages", Json::array()},
                           {"runs", Json::array()}});
  for (const StageRun& stage : stages)
    out["stages"].push_back(
        Json::object({{"name", stage.name}, {"status", word_of(stage.status)}, {"entered", stage.entered.ms}}));
  for (const ActionRun& run : runs) out["runs"].push_back(run_to_json(run));
  return out;
}

Execution Execution::from_json(const Json& json) {
  Execution out;
  out.id = json.text("id");
  out.number = json.integer("number");
  out.declaration = wire::from_json<PipelineDeclaration>(json["declaration"]);
  out.status = require_word<ExecutionStatus>(json.text("status"));
  out.trigger_type = json.text("trigger_type");
  out.trigger_detail = json.text("trigger_detail");
  out.started = {json.integer("started")};
  out.updated = {json.integer("updated")};
  out.at = static_cast<std::size_t>(json.integer("at"));
  out.inside = json.flag("inside");
  out.stop_reason = json.text("stop_reason");
  out.variables = map_from_json(json["variables"]);
  out.overrides = list_from_json<SourceRevisionOverride>(json["overrides"]);
  for (const Json& stage : json["stages"].items())
    out.stages.push_back(
        {stage.text("name"), require_word<StageStatus>(stage.text("status")), Timestamp{stage.integer("entered")}});
  for (const Json& run : json["runs"].items()) out.runs.push_back(run_from_json(run));
  return out;
}

}  // namespace hanbat::codepipeline
