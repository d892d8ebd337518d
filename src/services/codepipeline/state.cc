// A pipeline's state, stage by stage; transitions switched on and off; approvals.
#include <algorithm>

#include "services/codepipeline/codepipeline.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

ActionExecution told(const ActionRun& run) {
  ActionExecution out;
  out.action_execution_id = run.id;
  out.status = run.status;
  out.last_status_change = run.updated;
  if (!run.summary.empty()) out.summary = run.summary;
  if (!run.external_id.empty()) out.external_execution_id = run.external_id;
  if (!run.token.empty() && run.status == "InProgress") out.token = run.token;
  if (!run.updated_by.empty()) out.last_updated_by = run.updated_by;
  out.error_details = run.error;
  return out;
}

// The newest execution that has run the action; `executions` are newest first.
const ActionRun* latest(const std::vector<Execution>& executions, const std::string& stage, const std::string& action) {
  const ActionRun* found = nullptr;
  for (const Execution& execution : executions)
    if (const ActionRun* run = execution.latest_run(stage, action); run && (!found || run->started > found->started))
      found = run;
  return found;
}

const StageDeclaration& require_stage(const PipelineRow& pipeline, const std::string& name) {
  for (const StageDeclaration& stage : pipeline.declaration.stages)
    if (stage.name == name) return stage;
  throw StageNotFoundException("Pipeline '" + pipeline.declaration.name + "' does not have a stage with name '" + name +
                               "'");
}

}  // namespace

GetPipelineStateOutput CodePipeline::get_pipeline_state(region::Request& rq, const GetPipelineStateInput& in) {
  authorize(rq, "codepipeline:GetPipelineState", place_of(rq).arn(in.name));

  const PipelineRow pipeline = store_.require(rq.tx, place_of(rq), in.name);
  std::vector<Execution> executions = store_.list_executions(rq.tx, pipeline.id, 50, 0);

  GetPipelineStateOutput out;
  out.pipeline_name = in.name;
  out.pipeline_version = pipeline.declaration.version;
  out.created = pipeline.created;
  out.updated = pipeline.updated;
  out.stage_states.emplace();
  for (const StageDeclaration& stage : pipeline.declaration.stages) {
    StageState& state = out.stage_states->emplace_back();
    state.stage_name = stage.name;
    TransitionState& transition = state.inbound_transition_state.emplace();
    transition.enabled = true;
    if (const auto touched = pipeline.inbound.find(stage.name); touched != pipeline.inbound.end()) {
      transition.enabled = touched->second.enabled;
      transition.last_changed_by = touched->second.changed_by;
      transition.last_changed_at = touched->second.changed;
      if (!touched->second.enabled) transition.disabled_reason = touched->second.reason;
    }
    const StageRun* newest = nullptr;
    for (Execution& execution : executions) {
      const StageRun* run = execution.find_stage(stage.name);
      if (run && (!newest || run->entered > newest->entered)) {
        newest = run;
        StageExecution& told = state.latest_execution.emplace();
        told.pipeline_execution_id = execution.id;
        told.status = run->status;
        told.type = "STANDARD";
      }
      if (execution.status == "InProgress" && !execution.inside && execution.stage().name == stage.name) {
        StageExecution inbound;
        inbound.pipeline_execution_id = execution.id;
        inbound.status = "InProgress";
        inbound.type = "STANDARD";
        if (!state.inbound_execution) state.inbound_execution = inbound;
        if (!state.inbound_executions) state.inbound_executions.emplace();
        state.inbound_executions->push_back(inbound);
      }
    }
    state.action_states.emplace();
    for (const ActionDeclaration& action : stage.actions) {
      ActionState& told_action = state.action_states->emplace_back();
      told_action.action_name = action.name;
      const ActionRun* run = latest(executions, stage.name, action.name);
      if (!run) continue;
      told_action.latest_execution = told(*run);
      if (!run->revision) continue;
      ActionRevision& revision = told_action.current_revision.emplace();
      revision.revision_id = run->revision->revision_id.value_or("");
      revision.revision_change_id = run->id;
      revision.created = run->revision->created.value_or(run->updated);
    }
  }
  return out;
}

void CodePipeline::set_transition(region::Request& rq, const PipelineRow& found, const std::string& stage,
                                  const Transition& transition) {
  PipelineRow pipeline = found;
  pipeline.inbound[stage] = transition;
  store_.put(rq.tx, pipeline);
  workflow_.on(rq.tx, pipeline, [&](Machine& machine) { return machine.go_on(rq.now()); });
}

EnableStageTransitionOutput CodePipeline::enable_stage_transition(region::Request& rq,
                                                                  const EnableStageTransitionInput& in) {
  authorize(rq, "codepipeline:EnableStageTransition", place_of(rq).arn(in.pipeline_name + "/" + in.stage_name));

  const PipelineRow pipeline = store_.require(rq.tx, place_of(rq), in.pipeline_name);
  require_stage(pipeline, in.stage_name);
  if (in.transition_type != "Inbound")
    throw wire::Error::not_implemented("EnableStageTransition", "transitionType " + in.transition_type);
  set_transition(rq, pipeline, in.stage_name, {true, "", rq.caller.arn, rq.now()});

  return {};
}

DisableStageTransitionOutput CodePipeline::disable_stage_transition(region::Request& rq,
                                                                    const DisableStageTransitionInput& in) {
  authorize(rq, "codepipeline:DisableStageTransition", place_of(rq).arn(in.pipeline_name + "/" + in.stage_name));

  const PipelineRow pipeline = store_.require(rq.tx, place_of(rq), in.pipeline_name);
  require_stage(pipeline, in.stage_name);
  if (in.transition_type != "Inbound")
    throw wire::Error::not_implemented("DisableStageTransition", "transitionType " + in.transition_type);
  set_transition(rq, pipeline, in.stage_name, {false, in.reason, rq.caller.arn, rq.now()});

  return {};
}

PutApprovalResultOutput CodePipeline::put_approval_result(region::Request& rq, const PutApprovalResultInput& in) {
  authorize(rq, "codepipeline:PutApprovalResult",
            place_of(rq).arn(in.pipeline_name + "/" + in.stage_name + "/" + in.action_name));

  const PipelineRow pipeline = store_.require(rq.tx, place_of(rq), in.pipeline_name);
  const StageDeclaration& stage = require_stage(pipeline, in.stage_name);
  if (std::none_of(stage.actions.begin(), stage.actions.end(),
                   [&](const auto& action) { return action.name == in.action_name; }))
    throw ActionNotFoundException("Stage '" + in.stage_name + "' does not have an action with name '" + in.action_name +
                                  "'");
  std::string execution_id, run_id;
  for (const Execution& execution : store_.active_executions(rq.tx, pipeline.id))
    if (const ActionRun* run = execution.latest_run(in.stage_name, in.action_name); run && run->token == in.token) {
      if (run->status != "InProgress")
        throw ApprovalAlreadyCompletedException("The approval action has already been approved or rejected.");
      execution_id = execution.id;
      run_id = run->id;
    }
  if (run_id.empty()) throw InvalidApprovalTokenException("The approval token is not valid: " + in.token);

  const bool approved = in.result.status == "Approved";
  workflow_.on(rq.tx, pipeline, [&](Machine& machine) {
    ActionRun& run = *machine.find(execution_id)->find_run(run_id);
    run.summary = in.result.summary;
    run.updated_by = rq.caller.arn;
    return machine.finish(rq.now(), execution_id, run_id, {approved, "JobFailed", "Rejected: " + in.result.summary});
  });

  PutApprovalResultOutput out;
  out.approved_at = rq.now();
  return out;
}

}  // namespace hanbat::codepipeline
