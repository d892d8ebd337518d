#include "services/codepipeline/executions/workflow.h"

#include "base/ids.h"
#include "base/overloaded.h"
#include "region/bill_clock.h"
#include "region/usage.h"

namespace hanbat::codepipeline {
namespace {

Json detail_of(const Execution& execution, State state) {
  return Json::object({{"state", word_of(state)},
                       {"execution-trigger", Json::object({{"trigger-type", execution.trigger_type},
                                                           {"trigger-detail", execution.trigger_detail}})}});
}

Json detail_of(const Execution& execution, const ActionRun& run, State state, const std::string& region) {
  const ActionTypeId& type = execution.find_action(run)->action_type_id;
  Json detail = Json::object({{"stage", run.stage},
                              {"action", run.action},
                              {"action-execution-id", run.id},
                              {"state", word_of(state)},
                              {"region", region},
                              {"type", Json::object({{"owner", type.owner},
                                                     {"provider", type.provider},
                                                     {"category", type.category},
                                                     {"version", type.version}})}});
  if (run.external_id.empty() && !run.error) return detail;
  Json result = Json::object();
  if (!run.external_id.empty()) result["external-execution-id"] = run.external_id;
  if (!run.external_url.empty()) result["external-execution-url"] = run.external_url;
  if (!run.summary.empty()) result["external-execution-summary"] = run.summary;
  if (run.error) result["error-code"] = run.error->code.value_or("");
  detail["execution-result"] = std::move(result);
  return detail;
}

constexpr const char* kBillName = "AWS CodePipeline";
constexpr Milliseconds kFree = std::chrono::hours(24 * 30);

bool is_v2(const PipelineRow& pipeline) { return pipeline.shape.declaration.pipeline_type == "V2"; }

/// A V2 pipeline's minutes of an action that has ended, begun ones whole; approvals are free.
/// Source: https://aws.amazon.com/codepipeline/pricing/
void meter(store::Tx& tx, const PipelineRow& pipeline, const Execution& execution, const ActionRun& run) {
  const ActionTypeId& type = execution.find_action(run)->action_type_id;
  if (!is_v2(pipeline) || type.category == "Approval" || type.owner == "Custom") return;
  const std::int64_t ms = std::max<std::int64_t>(1, run.updated.ms - run.started.ms);
  region::meter_event(
      tx, run.updated, pipeline.place, arn_of(pipeline.place, *pipeline.name),
      {kBillName, "actionExecutionMinute", "ActionExecution", region::UsageUnit::kMinutes, (ms + 59'999) / 60'000});
}

/// A V1 pipeline that is older than thirty days is billed once in each month in which it runs.
void meter_active(store::Tx& tx, Timestamp now, const PipelineRow& pipeline) {
  if (is_v2(pipeline) || now - pipeline.created < kFree) return;
  const std::string arn = arn_of(pipeline.place, *pipeline.name);
  const Timestamp bill = region::bill_time(tx, now);
  const Timestamp month = *parse_iso8601(format_utc(bill, "%Y-%m-01T00:00:00Z"));
  const std::vector<std::string> accounts{pipeline.place.account};
  for (const region::UsageLine& line : region::list_usage(tx, accounts, month, bill + Milliseconds(1)))
    if (line.resource == arn && line.use.usage_type == "activePipeline" && line.began >= month) return;
  region::meter_event(tx, now, pipeline.place, arn,
                      {kBillName, "activePipeline", "PipelineExecution", region::UsageUnit::kRequests});
}

}  // namespace

std::string Workflow::start(store::Tx& tx, const PipelineRow& pipeline, const Start& start) {
  if (!start.token.empty())
    if (const auto before = find_by_token(tx, pipeline.id, start.token)) return *before;
  Execution execution;
  execution.id = random_uuid();
  execution.number = next_number(tx, pipeline.id);
  execution.token = start.token;
  execution.declaration = pipeline.shape.declaration;
  execution.trigger_type = start.trigger_type;
  execution.trigger_detail = start.trigger_detail;
  execution.variables = start.variables;
  execution.overrides = start.overrides;
  const std::string id = execution.id;
  on(tx, pipeline, [&](Machine& machine) { return machine.start(home_.clock.now(), std::move(execution)); });
  return id;
}

void Workflow::on(store::Tx& tx, const PipelineRow& pipeline, const std::function<Effects(Machine&)>& event) {
  Machine machine(pipeline.shape.inbound, active_executions(tx, pipeline.id), &random_uuid);
  const Effects effects = event(machine);
  for (const Execution* execution : machine.changed()) put(tx, pipeline.id, *execution);
  for (const Effect& effect : effects) apply(tx, pipeline, machine, effect);
}

void Workflow::apply(store::Tx& tx, const PipelineRow& pipeline, const Machine& machine, const Effect& effect) {
  std::visit(
      Overloaded{[&](const StartAction& action) {
                   store::add_task(home_.tasks, tx, CarryOutAction{pipeline.id, action.execution, action.run},
                                   action.run);
                 },
                 [&](const AbandonAction& action) { home_.tasks.cancel(tx, CarryOutAction::kKind, action.run); },
                 [&](const ExecutionChanged& change) {
                   const Execution& execution = *machine.find(change.execution);
                   publish(tx, pipeline, "Pipeline", execution, detail_of(execution, change.state));
                   if (change.state == State::kStarted) meter_active(tx, home_.clock.now(), pipeline);
                 },
                 [&](const StageChanged& change) {
                   publish(tx, pipeline, "Stage", *machine.find(change.execution),
                           Json::object({{"stage", change.stage}, {"state", word_of(change.state)}}));
                 },
                 [&](const ActionChanged& change) {
                   const Execution& execution = *machine.find(change.execution);
                   publish(tx, pipeline, "Action", execution,
                           detail_of(execution, *execution.find_run(change.run), change.state, pipeline.place.region));
                   if (change.state != State::kStarted) meter(tx, pipeline, execution, *execution.find_run(change.run));
                 }},
      effect);
}

void Workflow::publish(store::Tx& tx, const PipelineRow& pipeline, const char* what, const Execution& execution,
                       Json more) {
  const PipelineDeclaration& declaration = pipeline.shape.declaration;
  Json detail = Json::object({{"pipeline", declaration.name},
                              {"execution-id", execution.id},
                              {"start-time", iso8601_ms(execution.started)},
                              {"version", execution.declaration.version.value_or(1)}});
  for (auto& [name, value] : more.members()) detail[name] = std::move(value);
  home_.publish(tx, pipeline.place.account, pipeline.place.region,
                {.source = "aws.codepipeline",
                 .detail_type = "CodePipeline " + std::string(what) + " Execution State Change",
                 .resources = {arn_of(pipeline.place, declaration.name)},
                 .detail = std::move(detail)});
}

}  // namespace hanbat::codepipeline
