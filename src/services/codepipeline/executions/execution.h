// An execution of a pipeline: where it is, and what its stages and actions came to. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/codepipeline/model.h"
#include "services/codepipeline/words.h"

namespace hanbat::codepipeline {

/// One run of one action.
struct ActionRun {
  std::string id;
  std::string stage;
  std::string action;
  ActionStatus status = ActionStatus::kInProgress;
  Timestamp started{0};
  Timestamp updated{0};
  bool begun = false;  // what it starts elsewhere has been started
  std::string external_id, external_url, summary, updated_by;
  std::string token;  // of an approval: who answers it must show it
  std::optional<ErrorDetails> error;
  std::map<std::string, std::string> configuration;  // resolved
  std::vector<ArtifactDetail> inputs, outputs;
  std::map<std::string, std::string> variables;  // that it gives out
  std::optional<ArtifactRevision> revision;      // of a source action
};

/// One execution's passage through a stage.
struct StageRun {
  std::string name;
  StageStatus status = StageStatus::kInProgress;
  Timestamp entered{0};
};

struct Execution {
  std::string id;
  std::int64_t number = 0;
  std::string token;                // the client's request token, when it starts; kept beside it (store.h)
  PipelineDeclaration declaration;  // as it was when it started
  ExecutionStatus status = ExecutionStatus::kInProgress;
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

  /// InProgress or Stopping.
  bool active() const;
  const StageDeclaration& stage() const { return declaration.stages[at]; }
  ActionRun* find_run(std::string_view run_id);
  const ActionRun* find_run(std::string_view run_id) const;
  /// The latest run of the action.
  const ActionRun* latest_run(std::string_view stage_name, std::string_view action) const;
  const ActionDeclaration* find_action(const ActionRun& run) const;
  /// The latest passage through the stage.
  StageRun* find_stage(std::string_view name);
  const StageRun* find_stage(std::string_view name) const;

  Json to_json() const;
  static Execution from_json(const Json& json);
};

}  // namespace hanbat::codepipeline
