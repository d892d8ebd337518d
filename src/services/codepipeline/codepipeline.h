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

#include "gen/codepipeline/methods.inc"

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
