#include "services/codepipeline/workflow.h"

#include "base/ids.h"

namespace hanbat::codepipeline {

std::string Workflow::start(store::Tx& tx, const PipelineRow& pipeline, const Start& start) {
  if (!start.token.empty())
    if (const auto before = store_.find_by_token(tx, pipeline.id, start.token)) return *before;
  Execution execution;
  execution.id = random_uuid();
  execution.number = store_.next_number(tx, pipeline.id);
  execution.declaration = pipeline.declaration;
  execution.trigger_type = start.trigger_type;
  execution.trigger_detail = start.trigger_detail;
  execution.variables = start.variables;
  execution.overrides = start.overrides;
  const std::string id = execution.id;
  on(tx, pipeline, [&](Machine& machine) { return machine.start(home_.clock.now(), std::move(execution)); });
  if (!start.token.empty()) store_.set_token(tx, id, start.token);
  return id;
}

void Workflow::on(store::Tx& tx, const PipelineRow& pipeline, const std::function<Effects(Machine&)>& event) {
  Machine machine(pipeline.inbound, store_.active_executions(tx, pipeline.id), &random_uuid);
  const Effects effects = event(machine);
  for (const Execution& execution : machine.executions()) store_.put(tx, pipeline.id, execution);
  for (const Effect& effect : effects) apply(tx, pipeline, machine, effect);
  for (const Execution& execution : machine.executions()) store_.put(tx, pipeline.id, execution);
}

void Workflow::apply(store::Tx& tx, const PipelineRow& pipeline, Machine& machine, const Effect& effect) {
  if (const auto* action = std::get_if<StartAction>(&effect)) {
    Execution& execution = *machine.find(action->execution);
    ActionRun& run = *execution.find_run(action->run);
    if (execution.find_action(run)->action_type_id.category == "Approval") {
      run.token = random_uuid();  // who approves must show it
      return;
    }
    home_.tasks.add(
        tx,
        {.kind = kActionTask,
         .key = action->run,
         .body = Json::object({{"pipeline", pipeline.id}, {"execution", action->execution}, {"run", action->run}})});
  } else if (const auto* abandon = std::get_if<AbandonAction>(&effect)) {
    home_.tasks.cancel(tx, kActionTask, abandon->run);
  } else if (const auto* execution = std::get_if<ExecutionChanged>(&effect)) {
    const Execution& found = *machine.find(execution->execution);
    tell(tx, pipeline, "Pipeline", found,
         Json::object({{"state", execution->state},
                       {"execution-trigger", Json::object({{"trigger-type", found.trigger_type},
                                                           {"trigger-detail", found.trigger_detail}})}}));
  } else if (const auto* stage = std::get_if<StageChanged>(&effect)) {
    tell(tx, pipeline, "Stage", *machine.find(stage->execution),
         Json::object({{"stage", stage->stage}, {"state", stage->state}}));
  } else if (const auto* change = std::get_if<ActionChanged>(&effect)) {
    Execution& found = *machine.find(change->execution);
    const ActionRun& run = *found.find_run(change->run);
    const ActionTypeId& type = found.find_action(run)->action_type_id;
    Json more = Json::object({{"stage", run.stage},
                              {"action", run.action},
                              {"action-execution-id", run.id},
                              {"state", change->state},
                              {"region", pipeline.place.region},
                              {"type", Json::object({{"owner", type.owner},
                                                     {"provider", type.provider},
                                                     {"category", type.category},
                                                     {"version", type.version}})}});
    if (!run.external_id.empty() || run.error) {
      Json result = Json::object();
      if (!run.external_id.empty()) result["external-execution-id"] = run.external_id;
      if (!run.external_url.empty()) result["external-execution-url"] = run.external_url;
      if (!run.summary.empty()) result["external-execution-summary"] = run.summary;
      if (run.error) result["error-code"] = run.error->code.value_or("");
      more["execution-result"] = std::move(result);
    }
    tell(tx, pipeline, "Action", found, std::move(more));
  }
}

void Workflow::tell(store::Tx& tx, const PipelineRow& pipeline, const char* what, const Execution& execution,
                    Json more) {
  Json detail = Json::object({{"pipeline", pipeline.declaration.name},
                              {"execution-id", execution.id},
                              {"start-time", iso8601_ms(execution.started)},
                              {"version", execution.declaration.version.value_or(1)}});
  for (auto& [name, value] : more.members()) detail[name] = std::move(value);
  home_.publish(tx, pipeline.place.account, pipeline.place.region,
                {.source = "aws.codepipeline",
                 .detail_type = "CodePipeline " + std::string(what) + " Execution State Change",
                 .resources = {pipeline.place.arn(pipeline.declaration.name)},
                 .detail = std::move(detail)});
}

}  // namespace hanbat::codepipeline
