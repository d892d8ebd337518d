// AWS CodePipeline: pipelines, their executions, and the actions that bring a change from its source to where it
// serves.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gen/codepipeline/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codepipeline/executions/store.h"
#include "services/codepipeline/executions/workflow.h"
#include "services/codepipeline/pipelines/store.h"
#include "services/codepipeline/workers/action_worker.h"
#include "services/codepipeline/workers/source_poller.h"

namespace hanbat::codepipeline {

class CodePipeline final : public Operations {
 public:
  explicit CodePipeline(region::Region& home)
      : home_(home), workflow_(home), worker_(home, workflow_), poller_(home, workflow_) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

#include "gen/codepipeline/methods.inc"

 private:
  /// rq.authorize of a pipeline, or a stage or action of it, by its ARN, with the pipeline's tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
  /// The same of a pipeline by an ARN that the caller gave; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});
  void check_role(region::Request& rq, const PipelineDeclaration& declaration);
  void set_transition(region::Request& rq, const PipelineRow& pipeline, const std::string& stage,
                      const StageTransition& transition);

  region::Region& home_;
  Workflow workflow_;
  ActionWorker worker_;
  SourcePoller poller_;
};

inline region::Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// Throws StageNotFoundException.
const StageDeclaration& require_stage(const PipelineDeclaration& pipeline, const std::string& name);

}  // namespace hanbat::codepipeline
