#include "services/codepipeline/pipeline.h"

#include <algorithm>

namespace hanbat::codepipeline {
namespace {

std::string state_of(const std::string& status) {
  std::string out = status;
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

int run_order(const ActionDeclaration& action) { return action.run_order.value_or(1); }

ActionRun* Execution::find_run(std::string_view run_id) {
  for (ActionRun& run : runs)
    if (run.id == run_id) return &run;
  return nullptr;
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

StageRun* Execution::find_stage(std::string_view name) {
  for (auto run = stages.rbegin(); run != stages.rend(); ++run)
    if (run->name == name) return &*run;
  return nullptr;
}

Execution* Machine::find(std::string_view id) {
  for (Execution& execution : executions_)
    if (execution.id == id) return &execution;
  return nullptr;
}

Effects Machine::start(Timestamp now, Execution execution) {
  execution.started = execution.updated = now;
  Effects effects = {ExecutionChanged{execution.id, "STARTED"}};
  executions_.push_back(std::move(execution));
  advance(now, effects);
  return effects;
}

Effects Machine::go_on(Timestamp now) {
  Effects effects;
  advance(now, effects);
  return effects;
}

void Machine::advance(Timestamp now, Effects& effects) {
  while (enter_stages(now, effects)) {
  }
}

// Lets executions into the stages that are free, the last stage first, so that each makes room for the one behind it.
bool Machine::enter_stages(Timestamp now, Effects& effects) {
  std::size_t stages = 0;
  for (const Execution& execution : executions_) stages = std::max(stages, execution.declaration.stages.size());
  for (std::size_t i = stages; i-- > 0;) {
    bool busy = false;
    std::vector<Execution*> waiting;
    for (Execution& execution : executions_) {
      if (!execution.active() || execution.at != i) continue;
      if (execution.inside)
        busy = true;
      else if (execution.status == "InProgress")
        waiting.push_back(&execution);
    }
    if (waiting.empty()) continue;
    std::sort(waiting.begin(), waiting.end(),
              [](const Execution* a, const Execution* b) { return a->number < b->number; });
    Execution* next = waiting.front();
    if (next->declaration.execution_mode.value_or("SUPERSEDED") == "SUPERSEDED") {
      next = waiting.back();
      for (Execution* older : waiting)
        if (older != next) supersede(*older, now, effects);
    }
    const auto transition = inbound_.find(next->stage().name);
    if (busy || (transition != inbound_.end() && !transition->second.enabled)) continue;
    enter(*next, now, effects);
    return true;
  }
  return false;
}

void Machine::supersede(Execution& older, Timestamp now, Effects& effects) {
  end(older, "Superseded", "SUPERSEDED", now, effects);
}

void Machine::enter(Execution& execution, Timestamp now, Effects& effects) {
  execution.inside = true;
  execution.updated = now;
  execution.stages.push_back({execution.stage().name, "InProgress", now});
  effects.push_back(StageChanged{execution.id, execution.stage().name, "STARTED"});
  int first = 1000;
  for (const ActionDeclaration& action : execution.stage().actions) first = std::min(first, run_order(action));
  start_group(execution, first, now, effects);
}

void Machine::start_group(Execution& execution, int order, Timestamp now, Effects& effects) {
  for (const ActionDeclaration& action : execution.stage().actions)
    if (run_order(action) == order) start_action(execution, action, now, effects);
}

void Machine::start_action(Execution& execution, const ActionDeclaration& action, Timestamp now, Effects& effects) {
  ActionRun& run = execution.runs.emplace_back();
  run.id = new_id_();
  run.stage = execution.stage().name;
  run.action = action.name;
  run.started = run.updated = now;
  execution.updated = now;
  effects.push_back(ActionChanged{execution.id, run.id, "STARTED"});
  effects.push_back(StartAction{execution.id, run.id});
}

Effects Machine::finish(Timestamp now, std::string_view execution_id, std::string_view run_id, const Result& result) {
  Execution* execution = find(execution_id);
  ActionRun* run = execution ? execution->find_run(run_id) : nullptr;
  if (!run || run->status != "InProgress") return {};
  run->status = result.succeeded ? "Succeeded" : "Failed";
  run->updated = execution->updated = now;
  if (!result.succeeded) {
    run->error.emplace();
    run->error->code = result.error_code;
    run->error->message = result.error_message;
  }
  Effects effects = {ActionChanged{execution->id, run->id, state_of(run->status)}};
  settle(*execution, now, effects);
  advance(now, effects);
  return effects;
}

void Machine::settle(Execution& execution, Timestamp now, Effects& effects) {
  const StageDeclaration& stage = execution.stage();
  bool failed = false;
  int reached = 0, next = 1000;
  for (const ActionDeclaration& action : stage.actions) {
    const ActionRun* run = execution.latest_run(stage.name, action.name);
    const StageRun* passage = execution.find_stage(stage.name);
    const bool ran = run && passage && run->started >= passage->entered;
    if (ran && run->status == "InProgress") return;
    failed = failed || (ran && run->status != "Succeeded");
    if (ran) reached = std::max(reached, run_order(action));
  }
  for (const ActionDeclaration& action : stage.actions)
    if (run_order(action) > reached) next = std::min(next, run_order(action));
  if (execution.status == "Stopping") {
    end_stage(execution, failed ? "Failed" : "Stopped", now, effects);
    return end(execution, "Stopped", "STOPPED", now, effects);
  }
  if (failed) {
    end_stage(execution, "Failed", now, effects);
    return end(execution, "Failed", "FAILED", now, effects);
  }
  if (next < 1000) return start_group(execution, next, now, effects);
  end_stage(execution, "Succeeded", now, effects);
  execution.inside = false;
  if (++execution.at == execution.declaration.stages.size()) {
    --execution.at;
    end(execution, "Succeeded", "SUCCEEDED", now, effects);
  }
}

void Machine::end_stage(Execution& execution, const std::string& status, Timestamp now, Effects& effects) {
  if (StageRun* stage = execution.find_stage(execution.stage().name)) stage->status = status;
  execution.updated = now;
  effects.push_back(StageChanged{execution.id, execution.stage().name, state_of(status)});
}

void Machine::end(Execution& execution, const std::string& status, const std::string& state, Timestamp now,
                  Effects& effects) {
  execution.status = status;
  execution.inside = false;
  execution.updated = now;
  effects.push_back(ExecutionChanged{execution.id, state});
}

Effects Machine::stop(Timestamp now, std::string_view id, Stop how, std::string reason) {
  Execution* execution = find(id);
  if (!execution || !execution->active()) return {};
  execution->stop_reason = std::move(reason);
  execution->updated = now;
  Effects effects;
  if (!execution->inside) {
    end(*execution, "Stopped", "STOPPED", now, effects);
    advance(now, effects);
    return effects;
  }
  if (execution->status != "Stopping") {
    execution->status = "Stopping";
    effects.push_back(ExecutionChanged{execution->id, "STOPPING"});
    effects.push_back(StageChanged{execution->id, execution->stage().name, "STOPPING"});
    if (StageRun* stage = execution->find_stage(execution->stage().name)) stage->status = "Stopping";
  }
  if (how == Stop::kAbandonActions)
    for (ActionRun& run : execution->runs) {
      if (run.status != "InProgress") continue;
      run.status = "Abandoned";
      run.updated = now;
      effects.push_back(AbandonAction{execution->id, run.id});
      effects.push_back(ActionChanged{execution->id, run.id, "ABANDONED"});
    }
  settle(*execution, now, effects);
  advance(now, effects);
  return effects;
}

Effects Machine::retry(Timestamp now, Execution again, Retry what) {
  again.status = "InProgress";
  again.inside = true;
  again.updated = now;
  Execution& execution = executions_.emplace_back(std::move(again));
  if (StageRun* stage = execution.find_stage(execution.stage().name)) stage->status = "InProgress";
  Effects effects = {ExecutionChanged{execution.id, "RESUMED"},
                     StageChanged{execution.id, execution.stage().name, "RESUMED"}};
  if (what == Retry::kAllActions) {
    if (StageRun* stage = execution.find_stage(execution.stage().name)) stage->entered = now;
    int first = 1000;
    for (const ActionDeclaration& action : execution.stage().actions) first = std::min(first, run_order(action));
    start_group(execution, first, now, effects);
    return effects;
  }
  for (const ActionDeclaration& action : execution.stage().actions) {
    const ActionRun* run = execution.latest_run(execution.stage().name, action.name);
    if (run && run->status != "Succeeded") start_action(execution, action, now, effects);
  }
  settle(execution, now, effects);
  return effects;
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
                           {"status", run.status},
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
                           {"variables", map_to_json(run.variables)},
                           {"progress", run.progress}});
  if (run.error) out["error"] = wire::to_json(*run.error);
  if (run.revision) out["revision"] = wire::to_json(*run.revision);
  return out;
}

ActionRun run_from_json(const Json& json) {
  ActionRun run;
  run.id = json.text("id");
  run.stage = json.text("stage");
  run.action = json.text("action");
  run.status = json.text("status");
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
  run.progress = json["progress"];
  if (json.contains("error")) run.error = wire::from_json<ErrorDetails>(json["error"]);
  if (json.contains("revision")) run.revision = wire::from_json<ArtifactRevision>(json["revision"]);
  return run;
}

}  // namespace

Json Execution::to_json() const {
  Json out = Json::object({{"id", id},
                           {"number", number},
                           {"declaration", wire::to_json(declaration)},
                           {"status", status},
                           {"status_summary", status_summary},
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
        Json::object({{"name", stage.name}, {"status", stage.status}, {"entered", stage.entered.ms}}));
  for (const ActionRun& run : runs) out["runs"].push_back(run_to_json(run));
  return out;
}

Execution Execution::from_json(const Json& json) {
  Execution out;
  out.id = json.text("id");
  out.number = json.integer("number");
  out.declaration = wire::from_json<PipelineDeclaration>(json["declaration"]);
  out.status = json.text("status");
  out.status_summary = json.text("status_summary");
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
    out.stages.push_back({stage.text("name"), stage.text("status"), Timestamp{stage.integer("entered")}});
  for (const Json& run : json["runs"].items()) out.runs.push_back(run_from_json(run));
  return out;
}

}  // namespace hanbat::codepipeline
