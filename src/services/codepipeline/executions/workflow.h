// Where the Pipeline machine meets the region: loads a pipeline's active executions, lets an event act on them, writes
// those that changed, and turns the effects into tasks and events, all in one transaction.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "region/region.h"
#include "services/codepipeline/executions/machine.h"
#include "services/codepipeline/executions/store.h"
#include "services/codepipeline/pipelines/store.h"
#include "store/typed_tasks.h"

namespace hanbat::codepipeline {

inline constexpr const char* kPrincipal = "codepipeline.amazonaws.com";

/// Starts what an action asks for, then waits for it. Its key is the run's id.
struct CarryOutAction {
  static constexpr std::string_view kKind = "codepipeline.action";
  std::string pipeline, execution, run;  // ids

  Json to_json() const { return Json::object({{"pipeline", pipeline}, {"execution", execution}, {"run", run}}); }
  static CarryOutAction from_json(const Json& json) {
    return {json.text("pipeline"), json.text("execution"), json.text("run")};
  }
};

/// What starts an execution.
struct Start {
  std::string trigger_type, trigger_detail;
  std::string token = {};  // "" = none
  std::map<std::string, std::string> variables = {};
  std::vector<SourceRevisionOverride> overrides = {};
};

class Workflow {
 public:
  explicit Workflow(region::Region& home) : home_(home) {}

  /// Starts an execution; returns its id, or that of the one which the same token started.
  std::string start(store::Tx& tx, const PipelineRow& pipeline, const Start& start);
  /// Lets `event` act on the pipeline's active executions.
  void on(store::Tx& tx, const PipelineRow& pipeline, const std::function<Effects(Machine&)>& event);

 private:
  void apply(store::Tx& tx, const PipelineRow& pipeline, const Machine& machine, const Effect& effect);
  void publish(store::Tx& tx, const PipelineRow& pipeline, const char* what, const Execution& execution, Json more);

  region::Region& home_;
};

}  // namespace hanbat::codepipeline
