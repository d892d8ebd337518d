#include "services/codepipeline/codepipeline.h"

#include "gen/codepipeline/schema.h"

namespace hanbat::codepipeline {

std::span<const store::Migration> CodePipeline::migrations() const { return schema(); }

void CodePipeline::start() {
  worker_.start();
  poller_.start();
}

wire::Error CodePipeline::invalid_page_token(const wire::OperationModel&) const {
  return InvalidNextTokenException(
      "The next token was specified in an invalid format. Make sure that the next token you provide is the token "
      "returned by a previous call.");
}

const StageDeclaration& require_stage(const PipelineDeclaration& pipeline, const std::string& name) {
  for (const StageDeclaration& stage : pipeline.stages)
    if (stage.name == name) return stage;
  throw StageNotFoundException("Pipeline '" + pipeline.name + "' does not have a stage with name '" + name + "'");
}

}  // namespace hanbat::codepipeline
