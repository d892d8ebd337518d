#include "services/codepipeline/executions/machine.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

namespace hanbat::codepipeline {
namespace {

constexpr int kNoOrder = std::numeric_limits<int>::max();

/// What the event bus hears when an execution is in the status; RESUMED of a retry, as STARTED is its start's.
State state_of(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kInProgress:
      return State::kResumed;
    case ExecutionStatus::kStopping:
      return State::kStopping;
    case ExecutionStatus::kStopped:
      return State::kStopped;
    case ExecutionStatus::kSucceeded:
      return State::kSucceeded;
    case ExecutionStatus::kSuperseded:
      return State::kSuperseded;
    case ExecutionStatus::kFailed:
      return State::kFailed;
  }
  throw std::logic_error("an execution's status without a state");
}

State state_of(StageStatus status) {
  switch (status) {
    case StageStatus::kInProgress:
      return State::kResumed;
    case StageStatus::kStopping:
      return State::kStopping;
    case StageStatus::kStopped:
      return State::kStopped;
    case StageStatus::kSucceeded:
      return State::kSucceeded;
    case StageStatus::kFailed:
      return State::kFailed;
  }
  throw std::logic_error("a stage's status without a state");
}

State state_of(ActionStatus status) {
  switch (status) {
    case ActionStatus::kInProgress:
      return State::kStarted;
    case ActionStatus::kAbandoned:
      return State::kAbandoned;
    case ActionStatus::kSucceeded:
      return State::kSucceeded;
    case ActionStatus::kFailed:
      return State::kFailed;
  }
  throw std::logic_error("an action's status without a state");
}

/// The run order that comes after `reached` in the stage; kNoOrder when none does.
int next_order(const StageDeclaration& stage, int reached) {
  int next = kNoOrder;
  for (const ActionDeclaration& action : stage.actions)
    if (run_order(action) > reached) next = std::min(next, run_order(action));
  return next;
}

}  // namespace

int run_order(const ActionDeclaration& action) { return action.run_order.value_or(1); }

const Execution* Machine::find(std::string_view id) const {
  for (const Execution& execution : executions_)
    if (execution.id == id) return &execution;
  return nullptr;
}

Execution* Machine::find(std::string_view id) { return const_cast<Execution*>(std::as_const(*this).find(id)); }

ActionRun* Machine::edit_run(std::string_view execution_id, std::string_view run_id) {
  Execution* execution = find(execution_id);
  ActionRun* run = execution ? execution->find_run(run_id) : nullptr;
  if (!run || run->status != ActionStatus::kInProgress) return nullptr;
  changed_.insert(execution->id);
  return run;
}

std::vector<const Execution*> Machine::changed() const {
  std::vector<const Execution*> out;
  for (const Execution& execution : executions_)
    if (changed_.contains(execution.id)) out.push_back(&execution);
  return out;
}

void Machine::touch(Execution& execution, Timestamp now) {
  execution.updated = now;
  changed_.insert(execution.id);
}

Effects Machine::start(Timestamp now, Execution execution) {
  execution.started = now;
  touch(execution, now);
  Effects effects = {ExecutionChanged{execution.id, State::kStarted}};
  executions_.push_back(std::move(execution));
  advance(now, effects);
  return effects;
}

Effects Machine::proceed(Timestamp now) {
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
    Execution* next = next_for(i, now, effects);
    if (!next) continue;
    const bool busy = std::any_of(executions_.begin(), executions_.end(), [&](const Execution& other) {
      return other.active() && other.at == i && other.inside;
    });
    const auto transition = inbound_.find(next->stage().name);
    if (busy || (transition != inbound_.end() && !transition->second.enabled)) continue;
    enter(*next, now, effects);
    return true;
  }
  return false;
}

Execution* Machine::next_for(std::size_t stage, Timestamp now, Effects& effects) {
  std::vector<Execution*> waiting;
  for (Execution& execution : executions_)
    if (execution.status == ExecutionStatus::kInProgress && execution.at == stage && !execution.inside)
      waiting.push_back(&execution);
  if (waiting.empty()) return nullptr;
  std::sort(waiting.begin(), waiting.end(),
            [](const Execution* a, const Execution* b) { return a->number < b->number; });
  Execution* newest = waiting.back();
  if (mode_of(waiting.front()->declaration) != ExecutionMode::kSuperseded) return waiting.front();
  for (Execution* older : waiting)
    if (older != newest) change(*older, ExecutionEvent::kOvertaken, now, effects);
  return newest;
}

void Machine::enter(Execution& execution, Timestamp now, Effects& effects) {
  execution.inside = true;
  touch(execution, now);
  execution.stages.push_back({execution.stage().name, StageStatus::kInProgress, now});
  effects.push_back(StageChanged{execution.id, execution.stage().name, State::kStarted});
  start_group(execution, next_order(execution.stage(), 0), now, effects);
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
  touch(execution, now);
  effects.push_back(ActionChanged{execution.id, run.id, State::kStarted});
  if (is_of(action, ActionCategory::kApproval))
    run.token = new_id_();
  else
    effects.push_back(StartAction{execution.id, run.id});
}

Effects Machine::finish(Timestamp now, std::string_view execution_id, std::string_view run_id, const Result& result) {
  Execution* execution = find(execution_id);
  ActionRun* run = execution ? execution->find_run(run_id) : nullptr;
  if (!run || run->status != ActionStatus::kInProgress) return {};
  if (!result.succeeded) {
    run->error.emplace();
    run->error->code = result.error_code;
    run->error->message = result.error_message;
  }
  Effects effects;
  change_run(*execution, *run, result.succeeded ? ActionEvent::kSucceeded : ActionEvent::kFailed, now, effects);
  settle(*execution, now, effects);
  advance(now, effects);
  return effects;
}

void Machine::settle(Execution& execution, Timestamp now, Effects& effects) {
  const StageDeclaration& stage = execution.stage();
  const StageRun* passage = execution.find_stage(stage.name);
  bool failed = false;
  int reached = 0;
  for (const ActionDeclaration& action : stage.actions) {
    const ActionRun* run = execution.latest_run(stage.name, action.name);
    if (!run || !passage || run->started < passage->entered) continue;
    if (run->status == ActionStatus::kInProgress) return;
    failed = failed || run->status != ActionStatus::kSucceeded;
    reached = std::max(reached, run_order(action));
  }
  if (execution.status == ExecutionStatus::kStopping) {
    change_stage(execution, failed ? StageEvent::kActionFailed : StageEvent::kStopCompleted, now, effects);
    change(execution, ExecutionEvent::kStopCompleted, now, effects);
    return;
  }
  if (failed) {
    change_stage(execution, StageEvent::kActionFailed, now, effects);
    change(execution, ExecutionEvent::kStageFailed, now, effects);
    return;
  }
  if (const int next = next_order(stage, reached); next != kNoOrder) return start_group(execution, next, now, effects);
  change_stage(execution, StageEvent::kActionsSucceeded, now, effects);
  execution.inside = false;
  if (execution.at + 1 == execution.declaration.stages.size())
    change(execution, ExecutionEvent::kLastStagePassed, now, effects);
  else
    ++execution.at;
}

bool Machine::change(Execution& execution, ExecutionEvent event, Timestamp now, Effects& effects) {
  const auto status = region::find_next(kExecutionTransitions, execution.status, event);
  if (!status) return false;
  touch(execution, now);
  if (*status == execution.status) return true;
  execution.status = *status;
  if (!execution.active()) execution.inside = false;
  effects.push_back(ExecutionChanged{execution.id, state_of(*status)});
  return true;
}

bool Machine::change_stage(Execution& execution, StageEvent event, Timestamp now, Effects& effects) {
  StageRun* stage = execution.find_stage(execution.stage().name);
  const auto status = stage ? region::find_next(kStageTransitions, stage->status, event) : std::nullopt;
  if (!status) return false;
  touch(execution, now);
  stage->status = *status;
  effects.push_back(StageChanged{execution.id, stage->name, state_of(*status)});
  return true;
}

bool Machine::change_run(Execution& execution, ActionRun& run, ActionEvent event, Timestamp now, Effects& effects) {
  const auto status = region::find_next(kActionTransitions, run.status, event);
  if (!status) return false;
  touch(execution, now);
  run.status = *status;
  run.updated = now;
  effects.push_back(ActionChanged{execution.id, run.id, state_of(*status)});
  return true;
}

Effects Machine::stop(Timestamp now, std::string_view id, Stop how, std::string reason) {
  Execution* execution = find(id);
  if (!execution || !execution->active()) return {};
  execution->stop_reason = std::move(reason);
  Effects effects;
  if (!execution->inside) {
    change(*execution, ExecutionEvent::kStopCompleted, now, effects);
    advance(now, effects);
    return effects;
  }
  change(*execution, ExecutionEvent::kStopRequested, now, effects);
  change_stage(*execution, StageEvent::kStopRequested, now, effects);
  if (how == Stop::kAbandonActions)
    for (ActionRun& run : execution->runs)
      if (change_run(*execution, run, ActionEvent::kAbandoned, now, effects))
        effects.push_back(AbandonAction{execution->id, run.id});
  settle(*execution, now, effects);
  advance(now, effects);
  return effects;
}

Effects Machine::retry(Timestamp now, Execution again, Retry what) {
  Effects effects;
  if (!change(again, ExecutionEvent::kRetried, now, effects)) return {};
  again.inside = true;
  Execution& execution = executions_.emplace_back(std::move(again));
  change_stage(execution, StageEvent::kRetried, now, effects);
  if (what == Retry::kAllActions) {
    if (StageRun* stage = execution.find_stage(execution.stage().name)) stage->entered = now;
    start_group(execution, next_order(execution.stage(), 0), now, effects);
    return effects;
  }
  for (const ActionDeclaration& action : execution.stage().actions) {
    const ActionRun* run = execution.latest_run(execution.stage().name, action.name);
    if (run && run->status != ActionStatus::kSucceeded) start_action(execution, action, now, effects);
  }
  settle(execution, now, effects);
  return effects;
}

}  // namespace hanbat::codepipeline
