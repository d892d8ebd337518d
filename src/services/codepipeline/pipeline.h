// The Pipeline machine: executions on their way through the stages, one execution in a stage at a time. Pure: it
// changes its own state and says what has to be done (Effects).
//
// An execution
//   InProgress ──last stage done──▶ Succeeded      a newer one passes it while it waits ──▶ Superseded
//      │  ▲ └──an action fails──▶ Failed ──RetryStage──▶ InProgress
//      │  └────────────────────── Stopped ──RetryStage──┘
//      └──stop──▶ Stopping ──actions have ended──▶ Stopped
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/codepipeline/model.h"

namespace hanbat::codepipeline {

/// One run of one action.
struct ActionRun {
  std::string id;
  std::string stage;
  std::string action;
  std::string status = "InProgress";  // InProgress, Succeeded, Failed, Abandoned
  Timestamp started{0};
  Timestamp updated{0};
  bool begun = false;  // what it starts elsewhere has been started
  std::string external_id, external_url, summary, token, updated_by;
  std::optional<ErrorDetails> error;
  std::map<std::string, std::string> configuration;  // resolved
  std::vector<ArtifactDetail> inputs, outputs;
  std::map<std::string, std::string> variables;  // that it gives out
  std::optional<ArtifactRevision> revision;      // of a source action
  Json progress;                                 // what its provider wants to remember
};

/// One execution's passage through a stage.
struct StageRun {
  std::string name;
  std::string status;  // InProgress, Succeeded, Failed, Stopping, Stopped
  Timestamp entered{0};
};

struct Execution {
  std::string id;
  std::int64_t number = 0;
  PipelineDeclaration declaration;  // as it was when it started
  std::string status = "InProgress";
  std::string status_summary;
  std::string trigger_type, trigger_detail;
  Timestamp started{0};
  Timestamp updated{0};
  std::size_t at = 0;   // index of the stage that it is in or waits for
  bool inside = false;  // in that stage, not before it
  std::string stop_reason;
  std::vector<StageRun> stages;
  std::vector<ActionRun> runs;
  std::map<std::string, std::string> variables;  // of the pipeline, resolved
  std::vector<SourceRevisionOverride> overrides;

  bool active() const { return status == "InProgress" || status == "Stopping"; }
  const StageDeclaration& stage() const { return declaration.stages[at]; }
  ActionRun* find_run(std::string_view run_id);
  /// The latest run of the action.
  const ActionRun* latest_run(std::string_view stage_name, std::string_view action) const;
  const ActionDeclaration* find_action(const ActionRun& run) const;
  StageRun* find_stage(std::string_view name);

  Json to_json() const;
  static Execution from_json(const Json& json);
};

/// Whether executions pass from the stage before into this one.
struct Transition {
  bool enabled = true;
  std::string reason, changed_by;
  Timestamp changed{0};
};

struct StartAction {
  std::string execution, run;
};
struct AbandonAction {
  std::string execution, run;
};
struct ExecutionChanged {
  std::string execution, state;
};
struct StageChanged {
  std::string execution, stage, state;
};
struct ActionChanged {
  std::string execution, run, state;
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
  /// `new_id` gives the ids of action executions.
  Machine(std::map<std::string, Transition> inbound, std::vector<Execution> active, std::function<std::string()> new_id)
      : inbound_(std::move(inbound)), executions_(std::move(active)), new_id_(std::move(new_id)) {}

  std::vector<Execution>& executions() { return executions_; }
  Execution* find(std::string_view id);

  Effects start(Timestamp now, Execution execution);
  /// An action has ended. Nothing follows when it had ended before.
  Effects finish(Timestamp now, std::string_view execution, std::string_view run, const Result& result);
  enum class Stop { kAfterActions, kAbandonActions };
  Effects stop(Timestamp now, std::string_view execution, Stop how, std::string reason);
  enum class Retry { kFailedActions, kAllActions };
  /// The execution, which had failed, is among the active ones again and runs its failed stage once more.
  Effects retry(Timestamp now, Execution execution, Retry what);
  /// A transition may have been enabled.
  Effects go_on(Timestamp now);

 private:
  void advance(Timestamp now, Effects& effects);
  bool enter_stages(Timestamp now, Effects& effects);
  void supersede(Execution& older, Timestamp now, Effects& effects);
  void enter(Execution& execution, Timestamp now, Effects& effects);
  void start_group(Execution& execution, int run_order, Timestamp now, Effects& effects);
  void start_action(Execution& execution, const ActionDeclaration& action, Timestamp now, Effects& effects);
  /// Looks at a stage whose actions may all have ended.
  void settle(Execution& execution, Timestamp now, Effects& effects);
  void end_stage(Execution& execution, const std::string& status, Timestamp now, Effects& effects);
  void end(Execution& execution, const std::string& status, const std::string& state, Timestamp now, Effects& effects);

  std::map<std::string, Transition> inbound_;
  std::vector<Execution> executions_;
  std::function<std::string()> new_id_;
};

/// The order in which an action runs within its stage.
int run_order(const ActionDeclaration& action);

}  // namespace hanbat::codepipeline
