// AWS CodePipeline: pipelines, their executions, and the actions that bring a change from its source to where it
// serves.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "gen/codepipeline/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codepipeline/pipeline.h"
#include "services/codepipeline/store.h"
#include "services/codepipeline/workflow.h"

namespace hanbat::codepipeline {

class CodePipeline final : public Operations {
 public:
  explicit CodePipeline(region::Region& home) : home_(home), workflow_(home, store_) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

  CreatePipelineOutput create_pipeline(region::Request& rq, const CreatePipelineInput& in) override;
  GetPipelineOutput get_pipeline(region::Request& rq, const GetPipelineInput& in) override;
  UpdatePipelineOutput update_pipeline(region::Request& rq, const UpdatePipelineInput& in) override;
  ListPipelinesOutput list_pipelines(region::Request& rq, const ListPipelinesInput& in) override;
  DeletePipelineOutput delete_pipeline(region::Request& rq, const DeletePipelineInput& in) override;
  StartPipelineExecutionOutput start_pipeline_execution(region::Request& rq,
                                                        const StartPipelineExecutionInput& in) override;
  StopPipelineExecutionOutput stop_pipeline_execution(region::Request& rq,
                                                      const StopPipelineExecutionInput& in) override;
  GetPipelineStateOutput get_pipeline_state(region::Request& rq, const GetPipelineStateInput& in) override;
  GetPipelineExecutionOutput get_pipeline_execution(region::Request& rq, const GetPipelineExecutionInput& in) override;
  ListPipelineExecutionsOutput list_pipeline_executions(region::Request& rq,
                                                        const ListPipelineExecutionsInput& in) override;
  ListActionExecutionsOutput list_action_executions(region::Request& rq, const ListActionExecutionsInput& in) override;
  RetryStageExecutionOutput retry_stage_execution(region::Request& rq, const RetryStageExecutionInput& in) override;
  EnableStageTransitionOutput enable_stage_transition(region::Request& rq,
                                                      const EnableStageTransitionInput& in) override;
  DisableStageTransitionOutput disable_stage_transition(region::Request& rq,
                                                        const DisableStageTransitionInput& in) override;
  PutApprovalResultOutput put_approval_result(region::Request& rq, const PutApprovalResultInput& in) override;
  TagResourceOutput tag_resource(region::Request& rq, const TagResourceInput& in) override;
  UntagResourceOutput untag_resource(region::Request& rq, const UntagResourceInput& in) override;
  ListTagsForResourceOutput list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) override;

 private:
  /// rq.authorize of a pipeline, or a stage or action of it, by its ARN, with the pipeline's tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
  /// The same of a pipeline by an ARN that the caller gave; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});
  void check_role(region::Request& rq, const PipelineDeclaration& declaration);
  void set_transition(region::Request& rq, const PipelineRow& pipeline, const std::string& stage,
                      const Transition& transition);
  void plan_polling(store::Tx& tx, const PipelineRow& pipeline);

  void run_action(store::TaskRun& run);
  void poll_sources(store::TaskRun& run);

  region::Region& home_;
  Store store_;
  Workflow workflow_;
};

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// The place of a page in a list, from its token. Throws InvalidNextTokenException.
std::int64_t page_offset(const std::optional<std::string>& token);
std::string page_token(std::int64_t offset);

}  // namespace hanbat::codepipeline
