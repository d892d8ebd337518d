// Executions: started, stopped, retried, read and listed.
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "region/page.h"
#include "services/codepipeline/codepipeline.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

constexpr std::size_t kExecutionsAtOnce = 100;

// Who asks: EventBridge in the name of a rule, or a caller of the API.
Start started_by(const region::Request& rq) {
  Start start{.trigger_type = "StartPipelineExecution", .trigger_detail = rq.caller.arn};
  const std::size_t rule = rq.caller.user_agent.find(" rule/");
  if (rq.caller.held_by == "events.amazonaws.com" && rule != std::string::npos) {
    start.trigger_type = "CloudWatchEvent";
    start.trigger_detail = rq.arn("events", rq.caller.user_agent.substr(rule + 1));
  }
  return start;
}

std::map<std::string, std::string> values_of(const PipelineDeclaration& declaration,
                                             const std::vector<PipelineVariable>& given) {
  std::map<std::string, std::string> out;
  const auto declared = declaration.variables.value_or(std::vector<PipelineVariableDeclaration>{});
  for (const PipelineVariable& variable : given) {
    const bool known =
        std::any_of(declared.begin(), declared.end(), [&](const auto& it) { return it.name == variable.name; });
    if (!known)
      throw wire::Error("ValidationException", 400,
                        "The variable " + variable.name + " is not declared in the pipeline");
    out[variable.name] = variable.value;
  }
  for (const auto& variable : declared) {
    if (out.contains(variable.name)) continue;
    if (!variable.default_value)
      throw wire::Error("ValidationException", 400,
                        "The variable " + variable.name + " has no default value and must be given one");
    out[variable.name] = *variable.default_value;
  }
  return out;
}

ExecutionTrigger trigger_of(const Execution& execution) {
  ExecutionTrigger out;
  out.trigger_type = execution.trigger_type;
  out.trigger_detail = execution.trigger_detail;
  return out;
}

ActionExecutionDetail detail_of(const Execution& execution, const ActionRun& run, const std::string& region) {
  const ActionDeclaration& declared = *execution.find_action(run);
  ActionExecutionDetail out;
  out.pipeline_execution_id = execution.id;
  out.action_execution_id = run.id;
  out.pipeline_version = execution.declaration.version;
  out.stage_name = run.stage;
  out.action_name = run.action;
  out.start_time = run.started;
  out.last_update_time = run.updated;
  out.status = word_of(run.status);
  if (!run.updated_by.empty()) out.updated_by = run.updated_by;
  ActionExecutionInput& input = out.input.emplace();
  input.action_type_id = declared.action_type_id;
  input.configuration = declared.configuration;
  input.resolved_configuration = run.configuration;
  input.input_artifacts = run.inputs;
  input.namespace_ = declared.namespace_;
  input.region = declared.region.value_or(region);
  ActionExecutionOutput& output = out.output.emplace();
  output.output_artifacts = run.outputs;
  output.output_variables = run.variables;
  ActionExecutionResult& result = output.execution_result.emplace();
  if (!run.external_id.empty()) result.external_execution_id = run.external_id;
  if (!run.summary.empty()) result.external_execution_summary = run.summary;
  result.error_details = run.error;
  return out;
}

}  // namespace

StartPipelineExecutionOutput CodePipeline::start_pipeline_execution(region::Request& rq,
                                                                    const StartPipelineExecutionInput& in) {
  authorize(rq, "codepipeline:StartPipelineExecution", arn_of(place_of(rq), in.name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.name);
  Start start = started_by(rq);
  start.token = in.client_request_token.value_or("");
  start.variables = values_of(pipeline.shape.declaration, in.variables.value_or(std::vector<PipelineVariable>{}));
  for (const SourceRevisionOverride& override : in.source_revisions.value_or(std::vector<SourceRevisionOverride>{})) {
    const auto& actions = pipeline.shape.declaration.stages.front().actions;
    if (std::none_of(actions.begin(), actions.end(),
                     [&](const auto& action) { return action.name == override.action_name; }))
      throw wire::Error("ValidationException", 400,
                        "The pipeline has no source action with the name " + override.action_name);
    if (!find_word<SourceRevisionType>(override.revision_type))
      throw wire::Error::not_implemented("StartPipelineExecution",
                                         "sourceRevisions.revisionType " + override.revision_type);
    start.overrides.push_back(override);
  }

  StartPipelineExecutionOutput out;
  out.pipeline_execution_id = workflow_.start(rq.tx, pipeline, start);
  return out;
}

StopPipelineExecutionOutput CodePipeline::stop_pipeline_execution(region::Request& rq,
                                                                  const StopPipelineExecutionInput& in) {
  authorize(rq, "codepipeline:StopPipelineExecution", arn_of(place_of(rq), in.pipeline_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  const auto execution = find_execution(rq.tx, pipeline.id, in.pipeline_execution_id);
  if (!execution || !execution->active())
    throw PipelineExecutionNotStoppableException("The pipeline execution with ID '" + in.pipeline_execution_id +
                                                 "' in pipeline '" + in.pipeline_name +
                                                 "' cannot be stopped because it is not in progress");
  const bool abandon = in.abandon.value_or(false);
  if (execution->status == ExecutionStatus::kStopping && !abandon)
    throw DuplicatedStopRequestException("The pipeline execution has already been requested to be stopped");
  workflow_.on(rq.tx, pipeline, [&](Machine& machine) {
    return machine.stop(rq.now(), in.pipeline_execution_id,
                        abandon ? Machine::Stop::kAbandonActions : Machine::Stop::kAfterActions,
                        in.reason.value_or(""));
  });

  StopPipelineExecutionOutput out;
  out.pipeline_execution_id = in.pipeline_execution_id;
  return out;
}

RetryStageExecutionOutput CodePipeline::retry_stage_execution(region::Request& rq, const RetryStageExecutionInput& in) {
  authorize(rq, "codepipeline:RetryStageExecution", arn_of(place_of(rq), in.pipeline_name + "/" + in.stage_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  require_stage(pipeline.shape.declaration, in.stage_name);
  auto execution = find_execution(rq.tx, pipeline.id, in.pipeline_execution_id);
  if (!execution)
    throw StageNotRetryableException("The pipeline execution " + in.pipeline_execution_id + " does not exist");
  const StageRun* stage = execution->find_stage(in.stage_name);
  const bool failed = stage && region::find_next(kStageTransitions, stage->status, StageEvent::kRetried) &&
                      execution->stage().name == in.stage_name;
  if (execution->active() || !failed)
    throw StageNotRetryableException("The stage " + in.stage_name + " is not in a state that can be retried");
  // Another execution may have come into the stage since, or be in it now.
  for (const Execution& other : list_executions(rq.tx, pipeline.id, kExecutionsAtOnce)) {
    if (other.number <= execution->number && !other.active()) continue;
    if (other.id != execution->id && other.find_stage(in.stage_name))
      throw NotLatestPipelineExecutionException("The pipeline execution " + in.pipeline_execution_id +
                                                " is not the latest in stage " + in.stage_name);
  }

  workflow_.on(rq.tx, pipeline, [&](Machine& machine) {
    return machine.retry(rq.now(), *execution, require_word<StageRetryMode>(in.retry_mode));
  });

  RetryStageExecutionOutput out;
  out.pipeline_execution_id = in.pipeline_execution_id;
  return out;
}

GetPipelineExecutionOutput CodePipeline::get_pipeline_execution(region::Request& rq,
                                                                const GetPipelineExecutionInput& in) {
  authorize(rq, "codepipeline:GetPipelineExecution", arn_of(place_of(rq), in.pipeline_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  const auto execution = find_execution(rq.tx, pipeline.id, in.pipeline_execution_id);
  if (!execution)
    throw PipelineExecutionNotFoundException("Pipeline '" + in.pipeline_name +
                                             "' does not have an execution with ID '" + in.pipeline_execution_id + "'");

  GetPipelineExecutionOutput out;
  PipelineExecution& shown = out.pipeline_execution.emplace();
  shown.pipeline_name = in.pipeline_name;
  shown.pipeline_version = execution->declaration.version;
  shown.pipeline_execution_id = execution->id;
  shown.status = word_of(execution->status);
  shown.execution_mode = execution->declaration.execution_mode;
  shown.execution_type = "STANDARD";
  shown.trigger = trigger_of(*execution);
  shown.artifact_revisions.emplace();
  for (const ActionRun& run : execution->runs)
    if (run.revision) shown.artifact_revisions->push_back(*run.revision);
  shown.variables.emplace();
  for (const auto& [name, value] : execution->variables) {
    ResolvedPipelineVariable& variable = shown.variables->emplace_back();
    variable.name = name;
    variable.resolved_value = value;
  }
  return out;
}

namespace {

PipelineExecutionSummary summary_of(const Execution& execution) {
  PipelineExecutionSummary summary;
  summary.pipeline_execution_id = execution.id;
  summary.status = word_of(execution.status);
  summary.start_time = execution.started;
  summary.last_update_time = execution.updated;
  summary.trigger = trigger_of(execution);
  summary.execution_mode = execution.declaration.execution_mode;
  summary.execution_type = "STANDARD";
  if (!execution.stop_reason.empty()) summary.stop_trigger.emplace().reason = execution.stop_reason;
  summary.source_revisions.emplace();
  for (const ActionRun& run : execution.runs) {
    if (!run.revision) continue;
    SourceRevision& revision = summary.source_revisions->emplace_back();
    revision.action_name = run.action;
    revision.revision_id = run.revision->revision_id;
    revision.revision_summary = run.revision->revision_summary;
  }
  return summary;
}

/// Shows `look` the executions, newest first, from that of the number on, until it says false; at first as many as that
/// takes when each of them counts.
void walk_executions(store::Tx& tx, const PipelineRow& pipeline, std::optional<std::int64_t> from, std::size_t at_first,
                     const std::function<bool(const Execution&)>& look) {
  std::optional<std::int64_t> before;
  if (from) before = *from + 1;
  for (std::size_t most = at_first;; most = std::max(most, kExecutionsAtOnce)) {
    const auto batch = list_executions(tx, pipeline.id, most, before);
    for (const Execution& execution : batch)
      if (!look(execution)) return;
    if (batch.size() < most) return;
    before = batch.back().number;
  }
}

/// The number of the execution that a page's key begins with.
std::optional<std::int64_t> number_of(const std::optional<std::string>& key) {
  if (!key) return std::nullopt;
  return parse_int(key->substr(0, key->find('/')));
}

struct Run {
  std::string key;  // page_key of its execution and of its place in there: the newest has the greatest
  ActionExecutionDetail detail;
};

/// The runs of an execution of the region's that lie behind the page before, newest first.
std::vector<Run> runs_of(const Execution& execution, const std::optional<std::string>& after,
                         const std::string& region) {
  std::vector<Run> out;
  for (std::size_t i = execution.runs.size(); i-- > 0;) {
    std::string key = region::page_key(execution.number) + "/" + region::page_key(static_cast<std::int64_t>(i));
    if (!after || key < *after) out.push_back({std::move(key), detail_of(execution, execution.runs[i], region)});
  }
  return out;
}

}  // namespace

ListPipelineExecutionsOutput CodePipeline::list_pipeline_executions(region::Request& rq,
                                                                    const ListPipelineExecutionsInput& in) {
  authorize(rq, "codepipeline:ListPipelineExecutions", arn_of(place_of(rq), in.pipeline_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  const region::Pager pager(rq, in, {.usual = 100, .most = 100});
  std::string succeeded_in;
  if (in.filter && in.filter->succeeded_in_stage) succeeded_in = in.filter->succeeded_in_stage->stage_name.value_or("");
  const auto last = number_of(pager.after());
  std::vector<Execution> found;
  walk_executions(rq.tx, pipeline, last, pager.size() + 2, [&](const Execution& execution) {
    if (execution.number == last) return true;
    const StageRun* stage = succeeded_in.empty() ? nullptr : execution.find_stage(succeeded_in);
    if (succeeded_in.empty() || (stage && stage->status == StageStatus::kSucceeded)) found.push_back(execution);
    return found.size() <= pager.size();
  });

  const auto page = pager.cut_read(std::move(found), [](const Execution& one) { return region::page_key(one.number); });
  ListPipelineExecutionsOutput out;
  out.pipeline_execution_summaries.emplace();
  for (const Execution& execution : page.items) out.pipeline_execution_summaries->push_back(summary_of(execution));
  out.next_token = page.next_token;
  return out;
}

ListActionExecutionsOutput CodePipeline::list_action_executions(region::Request& rq,
                                                                const ListActionExecutionsInput& in) {
  authorize(rq, "codepipeline:ListActionExecutions", arn_of(place_of(rq), in.pipeline_name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.pipeline_name);
  const region::Pager pager(rq, in, {.usual = 100, .most = 100});
  std::vector<Run> found;
  const auto take = [&](const Execution& execution) {
    for (Run& run : runs_of(execution, pager.after(), rq.region)) found.push_back(std::move(run));
    return found.size() <= pager.size();
  };
  if (in.filter && in.filter->pipeline_execution_id) {
    const auto execution = find_execution(rq.tx, pipeline.id, *in.filter->pipeline_execution_id);
    if (!execution)
      throw PipelineExecutionNotFoundException("Pipeline '" + in.pipeline_name +
                                               "' does not have an execution with ID '" +
                                               *in.filter->pipeline_execution_id + "'");
    take(*execution);
  } else {
    walk_executions(rq.tx, pipeline, number_of(pager.after()), pager.size() + 2, take);
  }

  auto page = pager.cut_read(std::move(found), [](const Run& run) { return run.key; });
  ListActionExecutionsOutput out;
  out.action_execution_details.emplace();
  for (Run& run : page.items) out.action_execution_details->push_back(std::move(run.detail));
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::codepipeline
