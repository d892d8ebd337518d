// Looks for changes of sources by itself, where a source action does not say PollForSourceChanges=false.
#pragma once

#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codepipeline/executions/workflow.h"
#include "services/codepipeline/pipelines/store.h"
#include "store/typed_tasks.h"

namespace hanbat::codepipeline {

/// One look at a pipeline's sources. Its key is the pipeline's id.
struct PollSources {
  static constexpr std::string_view kKind = "codepipeline.poll";
  std::string pipeline;  // its id

  Json to_json() const { return Json::object({{"pipeline", pipeline}}); }
  static PollSources from_json(const Json& json) { return {json.text("pipeline")}; }
};

class SourcePoller {
 public:
  SourcePoller(region::Region& home, Workflow& workflow) : home_(home), workflow_(workflow) {}

  void start();
  /// Polls the pipeline from now on, if one of its sources wants that.
  void plan(store::Tx& tx, const PipelineRow& pipeline);
  void cancel(store::Tx& tx, const PipelineRow& pipeline);

 private:
  void poll(store::TaskRun& run, const PollSources& task);

  region::Region& home_;
  Workflow& workflow_;
};

}  // namespace hanbat::codepipeline
