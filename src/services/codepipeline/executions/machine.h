// The Pipeline machine: executions on their way through the stages, one execution in a stage at a time. Pure: it
// changes its own state and says what has to be done (Effects).
//
// An execution
//   InProgress ──last stage passed──▶ Succeeded      a newer one passes it while it waits ──▶ Superseded
//      │  ▲ └──an action fails──▶ Failed ──RetryStage──▶ InProgress
//      │  └────────────────────── Stopped ──RetryStage──┘
//      └──stop──▶ Stopping ──actions have ended──▶ Stopped
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "region/transitions.h"
#include "services/codepipeline/executions/execution.h"

namespace hanbat::codepipeline {

enum class ExecutionEvent {
  kLastStagePassed,
  kStageFailed,
  kOvertaken,  // by a newer execution, while it waits
  kStopRequested,
  kStopCompleted,  // nothing of it runs
  kRetried
};

inline constexpr region::Transition<ExecutionStatus, ExecutionEvent> kExecutionTransitions[] = {
    {ExecutionStatus::kInProgress, ExecutionEvent::kLastStagePassed, ExecutionStatus::kSucceeded},
    {ExecutionStatus::kInProgress, ExecutionEvent::kStageFailed, ExecutionStatus::kFailed},
    {ExecutionStatus::kInProgress, ExecutionEvent::kOvertaken, ExecutionStatus::kSuperseded},
    {ExecutionStatus::kInProgress, ExecutionEvent::kStopRequested, ExecutionStatus::kStopping},
    // One that waits has nothing that would have to end first.
    {ExecutionStatus::kInProgress, ExecutionEvent::kStopCompleted, ExecutionStatus::kStopped},
    {ExecutionStatus::kStopping, ExecutionEvent::kStopRequested, ExecutionStatus::kStopping},
    {ExecutionStatus::kStopping, ExecutionEvent::kStopCompleted, ExecutionStatus::kStopped},
    {ExecutionStatus::kFailed, ExecutionEvent::kRetried, ExecutionStatus::kInProgress},
    {ExecutionStatus::kStopped, ExecutionEvent::kRetried, ExecutionStatus::kInProgress},
};

enum class StageEvent { kActionsSucceeded, kActionFailed, kStopRequested, kStopCompleted, kRetried };

inline constexpr region::Transition<StageStatus, StageEvent> kStageTransitions[] = {
    {StageStatus::kInProgress, StageEvent::kActionsSucceeded, StageStatus::kSucceeded},
    {StageStatus::kInProgress, StageEvent::kActionFailed, StageStatus::kFailed},
    {StageStatus::kInProgress, StageEvent::kStopRequested, StageStatus::kStopping},
    {StageStatus::kStopping, StageEvent::kActionFailed, StageStatus::kFailed},
    {StageStatus::kStopping, StageEvent::kStopCompleted, StageStatus::kStopped},
    {StageStatus::kFailed, StageEvent::kRetried, StageStatus::kInProgress},
    {StageStatus::kStopped, StageEvent::kRetried, StageStatus::kInProgress},
};

enum class ActionEvent { kSucceeded, kFailed, kAbandoned };

inline constexpr region::Transition<ActionStatus, ActionEvent> kActionTransitions[] = {
    {ActionStatus::kInProgress, ActionEvent::kSucceeded, ActionStatus::kSucceeded},
    {ActionStatus::kInProgress, ActionEvent::kFailed, ActionStatus::kFailed},
    {ActionStatus::kInProgress, ActionEvent::kAbandoned, ActionStatus::kAbandoned},
};

/// Whether executions pass from the stage before into this one.
struct StageTransition {
  bool enabled = true;
  std::string reason, changed_by;
  Timestamp changed{0};
};

/// Carry the action out; an approval waits for its answer instead.
struct StartAction {
  std::string execution, run;
};
struct AbandonAction {
  std::string execution, run;
};
/// The last three are for the event bus.
struct ExecutionChanged {
  std::string execution;
  State state;
};
struct StageChanged {
  std::string execution, stage;
  State state;
};
struct ActionChanged {
  std::string execution, run;
  State state;
};
using Effect = std::variant<StartAction, AbandonAction, ExecutionChanged, StageChanged, ActionChanged>;
using Effects = std::vector<Effect>;

/// What an action came to.
struct Result {
  bool succeeded = false;
  std::string error_code, error_message;
};

/// A pipeline with the executions that are under way.
class Machine {
 public:
  /// `new_id` gives the ids of action executions and the tokens of approvals.
  Machine(std::map<std::string, StageTransition> inbound, std::vector<Execution> active,
          std::function<std::string()> new_id)
      : inbound_(std::move(inbound)), executions_(std::move(active)), new_id_(std::move(new_id)) {}

  const Execution* find(std::string_view id) const;
  /// The run of an action, while it is in progress, to be written to.
  ActionRun* edit_run(std::string_view execution, std::string_view run);
  /// The executions that are no more as they were.
  std::vector<const Execution*> changed() const;

  Effects start(Timestamp now, Execution execution);
  /// An action has ended. Nothing follows when it had ended before.
  Effects finish(Timestamp now, std::string_view execution, std::string_view run, const Result& result);
  enum class Stop { kAfterActions, kAbandonActions };
  Effects stop(Timestamp now, std::string_view execution, Stop how, std::string reason);
  using Retry = StageRetryMode;
  /// The execution, which had failed or was stopped, is among the active ones again and runs its stage once more.
  /// Nothing follows for any other.
  Effects retry(Timestamp now, Execution execution, Retry what);
  /// A transition may have been enabled.
  Effects proceed(Timestamp now);

 private:
  Execution* find(std::string_view id);
  void touch(Execution& execution, Timestamp now);
  void advance(Timestamp now, Effects& effects);
  bool enter_stages(Timestamp now, Effects& effects);
  /// Those that wait for the stage, the one that waits longest first; superseded ones are ended.
  Execution* next_for(std::size_t stage, Timestamp now, Effects& effects);
  void enter(Execution& execution, Timestamp now, Effects& effects);
  void start_group(Execution& execution, int run_order, Timestamp now, Effects& effects);
  void start_action(Execution& execution, const ActionDeclaration& action, Timestamp now, Effects& effects);
  /// Looks at a stage whose actions may all have ended.
  void settle(Execution& execution, Timestamp now, Effects& effects);
  /// The machine's three tables: what the event makes of the execution, its stage, a run of an action. Whether it does.
  bool change(Execution& execution, ExecutionEvent event, Timestamp now, Effects& effects);
  bool change_stage(Execution& execution, StageEvent event, Timestamp now, Effects& effects);
  bool change_run(Execution& execution, ActionRun& run, ActionEvent event, Timestamp now, Effects& effects);

  std::map<std::string, StageTransition> inbound_;
  std::vector<Execution> executions_;
  std::set<std::string> changed_;
  std::function<std::string()> new_id_;
};

/// The order in which an action runs within its stage.
int run_order(const ActionDeclaration& action);

}  // namespace hanbat::codepipeline
