// A pipeline's state, stage by stage; transitions switched on and off; approvals.
#include <algorithm>

#include "services/codepipeline/codepipeline.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

// How many executions are looked through for what has happened last in each stage.
constexpr std::size_t kExecutionsLookedAt = 50;

ActionExecution describe(const ActionRun& run) {
  ActionExecution out;
  out.action_execution_id = run.id;
  out.status = word_of(run.status);
  out.last_status_change = run.updated;
  if (!run.summary.empty()) out.summary = run.summary;
  if (!run.external_id.empty()) out.external_execution_id = run.external_id;
  if (!run.token.empty() && run.status == ActionStatus::kInProgress) out.token = run.token;
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

TransitionState describe(const Pipeline& pipeline, const std::string& stage) {
  TransitionState out;
  out.enabled = true;
  const auto touched = pipeline.inbound.find(stage);
  if (touched == pipeline.inbound.end()) return out;
  out.enabled = touched->second.enabled;
  out.last_changed_by = touched->second.changed_by;
  out.last_changed_at = touched->second.changed;
  if (!touched->second.enabled) out.disabled_reason = touched->second.reason;
  return out;
}

StageExecution describe(const Execution& execution, std::string_view status) {
  StageExecution out;
  out.pipeline_execution_id = execution.id;
  out.status = status;
  out.type = "STANDARD";
  return out;
}

/// Which execution is in the stage, or was last, and which wait for it.
void add_executions(StageState& state, const std::vector<Execution>& executions) {
  const std::string& stage = *state.stage_name;
  const StageRun* newest = nullptr;
  for (const Execution& execution : executions) {
    const StageRun* run = execution.find_stage(stage);
    if (run && (!newest || run->entered > newest->entered)) {
      newest = run;
      state.latest_execution = describe(execution, word_of(run->status));
    }
    if (execution.status != ExecutionStatus::kInProgress || execution.inside || execution.stage().name != stage)
      continue;
    const StageExecution inbound = describe(execution, word_of(StageStatus::kInProgress));
    if (!state.inbound_execution) state.inbound_execution = inbound;
    if (!state.inbound_executions) state.inbound_executions.emplace();
    state.inbound_executions->push_back(inbound);
  }
}

ActionState describe(const ActionDeclaration& action, const ActionRun* run) {
  ActionState out;
  out.action_name = action.name;
  if (!run) return out;
  out.latest_execution = describe(*run);
  if (!run->revision) return out;
  ActionRevision& revision = out.current_revision.emplace();
  revision.revision_id = run->revision->revision_id.value_or("");
  revision.revision_change_id = run->id;
  revision.created = run->revision->created.value_or(run->updated);
  return out;
}

}  // namespace

GetPipelineStateOutput CodePipeline::get_pipeline_state(region::Request& rq, const GetPipelineStateInput& in) {
  authorize(rq, "codepipeline:GetPipelineState", arn_of(place_of(rq), in.name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.name);
  const std::vector<Execution> executions = list_executions(rq.tx, pipeline.id, kExecutionsLookedAt);

  GetPipelineStateOutput out;
  out.pipeline_name = in.name;
  out.pipeline_version = pipeline.shape.declaration.version;
  out.created = pipeline.shape.created;
  out.updated = pipeline.shape.updated;
  out.stage_states.emplace();
  for (const StageDeclaration& stage : pipeline.shape.declaration.stages) {
    StageState& state = out.stage_states->emplace_back();
    state.stage_name = stage.name;
    state.inbound_transition_state = describe(pipeline.shape, stage.name);
    add_executions(state, executions);
    state.action_states.emplace();
    for (const ActionDeclaration& action : stage.actions)
      state.action_states->push_back(describe(action, latest(executions, stage.name, action.name)));
  }
  return out;
}

void CodePipeline::set_transition(region::Request& rq, const PipelineRow& found, const std::string& stage,
                                  const StageTransition& transition) {
  PipelineRow pipeline = found;
  pipeline.shape.inbound[stage] = transition;
  region::update(rq.tx, pipeline);
  workflow_.on(rq.tx, pipeline, [&](Machine& machine) { return machine.proceed(rq.now()); });
}

EnableStageTransitionOutput CodePipeline::enable_stage_transition(region::Request& rq,
                                                                  const EnableStageTransitionInput& in) {
  authorize(rq, "codepipeline:EnableStageTransition", arn_of(place_of(rq), in.pipeline_name + "/" + in.stage_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  require_stage(pipeline.shape.declaration, in.stage_name);
  if (!find_word<StageTransitionType>(in.transition_type))
    throw wire::Error::not_implemented("EnableStageTransition", "transitionType " + in.transition_type);
  set_transition(rq, pipeline, in.stage_name, {true, "", rq.caller.arn, rq.now()});

  return {};
}

DisableStageTransitionOutput CodePipeline::disable_stage_transition(region::Request& rq,
                                                                    const DisableStageTransitionInput& in) {
  authorize(rq, "codepipeline:DisableStageTransition", arn_of(place_of(rq), in.pipeline_name + "/" + in.stage_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  require_stage(pipeline.shape.declaration, in.stage_name);
  if (!find_word<StageTransitionType>(in.transition_type))
    throw wire::Error::not_implemented("DisableStageTransition", "transitionType " + in.transition_type);
  set_transition(rq, pipeline, in.stage_name, {false, in.reason, rq.caller.arn, rq.now()});

  return {};
}

PutApprovalResultOutput CodePipeline::put_approval_result(region::Request& rq, const PutApprovalResultInput& in) {
  authorize(rq, "codepipeline:PutApprovalResult",
            arn_of(place_of(rq), in.pipeline_name + "/" + in.stage_name + "/" + in.action_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  const StageDeclaration& stage = require_stage(pipeline.shape.declaration, in.stage_name);
  if (std::none_of(stage.actions.begin(), stage.actions.end(),
                   [&](const auto& action) { return action.name == in.action_name; }))
    throw ActionNotFoundException("Stage '" + in.stage_name + "' does not have an action with name '" + in.action_name +
                                  "'");
  std::string execution_id, run_id;
  for (const Execution& execution : active_executions(rq.tx, pipeline.id))
    if (const ActionRun* run = execution.latest_run(in.stage_name, in.action_name); run && run->token == in.token) {
      if (run->status != ActionStatus::kInProgress)
        throw ApprovalAlreadyCompletedException("The approval action has already been approved or rejected.");
      execution_id = execution.id;
      run_id = run->id;
    }
  if (run_id.empty()) throw InvalidApprovalTokenException("The approval token is not valid: " + in.token);

  const bool approved = find_word<ApprovalStatus>(in.result.status) == ApprovalStatus::kApproved;
  workflow_.on(rq.tx, pipeline, [&](Machine& machine) {
    ActionRun& run = *machine.edit_run(execution_id, run_id);
    run.summary = in.result.summary;
    run.updated_by = rq.caller.arn;
    return machine.finish(rq.now(), execution_id, run_id, {approved, "JobFailed", "Rejected: " + in.result.summary});
  });

  PutApprovalResultOutput out;
  out.approved_at = rq.now();
  return out;
}

}  // namespace hanbat::codepipeline
