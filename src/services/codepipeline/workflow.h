// Where the Pipeline machine meets the region: loads a pipeline's active executions, lets an event act on them, saves
// them, and turns the effects into tasks and events, all in one transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codepipeline/pipeline.h"
#include "services/codepipeline/store.h"

namespace hanbat::codepipeline {

inline constexpr const char* kActionTask = "codepipeline.action";  // starts an action, then waits for it
inline constexpr const char* kPollTask = "codepipeline.poll";      // looks for source changes
inline constexpr const char* kPrincipal = "codepipeline.amazonaws.com";

/// What starts an execution.
struct Start {
  std::string trigger_type, trigger_detail;
  std::string token;  // "" = none
  std::map<std::string, std::string> variables;
  std::vector<SourceRevisionOverride> overrides;
};

class Workflow {
 public:
  Workflow(region::Region& home, Store& store) : home_(home), store_(store) {}

  /// Starts an execution; returns its id, or that of the one which the same token started.
  std::string start(store::Tx& tx, const PipelineRow& pipeline, const Start& start);
  /// Lets `event` act on the pipeline's active executions.
  void on(store::Tx& tx, const PipelineRow& pipeline, const std::function<Effects(Machine&)>& event);

 private:
  void apply(store::Tx& tx, const PipelineRow& pipeline, Machine& machine, const Effect& effect);
  void tell(store::Tx& tx, const PipelineRow& pipeline, const char* what, const Execution& execution, Json more);

  region::Region& home_;
  Store& store_;
};

}  // namespace hanbat::codepipeline
