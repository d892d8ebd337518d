// Pipelines: made, changed, read, deleted; their tags.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "services/codepipeline/codepipeline.h"
#include "services/codepipeline/structure.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

// What AWS fills in.
PipelineDeclaration complete(PipelineDeclaration declaration) {
  if (!declaration.pipeline_type) declaration.pipeline_type = "V1";
  if (!declaration.execution_mode) declaration.execution_mode = "SUPERSEDED";
  for (StageDeclaration& stage : declaration.stages)
    for (ActionDeclaration& action : stage.actions) {
      if (!action.run_order) action.run_order = 1;
      if (!action.configuration) action.configuration.emplace();
      if (!action.input_artifacts) action.input_artifacts.emplace();
      if (!action.output_artifacts) action.output_artifacts.emplace();
    }
  return declaration;
}

}  // namespace

void CodePipeline::check_role(region::Request& rq, const PipelineDeclaration& declaration) {
  try {
    home_.identity().assume_role(rq.tx, declaration.role_arn, kPrincipal, "codepipeline",
                                 rq.arn("codepipeline", declaration.name));
  } catch (const wire::Error&) {
    throw InvalidStructureException("CodePipeline is not authorized to perform AssumeRole on role " +
                                    declaration.role_arn);
  }
}

CreatePipelineOutput CodePipeline::create_pipeline(region::Request& rq, const CreatePipelineInput& in) {
  const Place place = place_of(rq);
  const std::string arn = place.arn(in.pipeline.name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codepipeline:CreatePipeline", arn, keys);
  if (!keys.empty()) rq.authorize("codepipeline:TagResource", arn, keys);
  rq.authorize_pass_role(in.pipeline.role_arn, kPrincipal, place.arn(in.pipeline.name));

  if (store_.find(rq.tx, place, in.pipeline.name))
    throw PipelineNameInUseException("A pipeline with the name '" + in.pipeline.name + "' already exists in account '" +
                                     rq.account + "'");
  PipelineRow pipeline;
  pipeline.id = random_uuid();
  pipeline.place = place;
  pipeline.declaration = complete(in.pipeline);
  pipeline.declaration.version = 1;
  pipeline.created = pipeline.updated = rq.now();
  check_structure("CreatePipeline", pipeline.declaration);
  check_role(rq, in.pipeline);

  store_.put(rq.tx, pipeline);
  store_.put_version(rq.tx, pipeline);
  if (in.tags)
    for (const Tag& tag : *in.tags) store_.set_tag(rq.tx, arn, tag.key, tag.value);
  Start start{
      .trigger_type = "CreatePipeline", .trigger_detail = rq.caller.arn, .token = "", .variables = {}, .overrides = {}};
  bool startable = true;
  for (const auto& variable : pipeline.declaration.variables.value_or(std::vector<PipelineVariableDeclaration>{})) {
    if (variable.default_value)
      start.variables[variable.name] = *variable.default_value;
    else
      startable = false;
  }
  if (startable) workflow_.start(rq.tx, pipeline, start);
  plan_polling(rq.tx, pipeline);

  CreatePipelineOutput out;
  out.pipeline = pipeline.declaration;
  out.tags = in.tags;
  return out;
}

UpdatePipelineOutput CodePipeline::update_pipeline(region::Request& rq, const UpdatePipelineInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codepipeline:UpdatePipeline", place.arn(in.pipeline.name));
  rq.authorize_pass_role(in.pipeline.role_arn, kPrincipal, place.arn(in.pipeline.name));

  auto found = store_.find(rq.tx, place, in.pipeline.name);
  if (!found)
    throw InvalidStructureException("Account '" + rq.account + "' does not have a pipeline with name '" +
                                    in.pipeline.name + "'");
  PipelineRow pipeline = *found;
  const int version = pipeline.declaration.version.value_or(1) + 1;
  pipeline.declaration = complete(in.pipeline);
  pipeline.declaration.version = version;
  pipeline.updated = rq.now();
  check_structure("UpdatePipeline", pipeline.declaration);
  check_role(rq, in.pipeline);

  store_.put(rq.tx, pipeline);
  store_.put_version(rq.tx, pipeline);
  plan_polling(rq.tx, pipeline);

  UpdatePipelineOutput out;
  out.pipeline = pipeline.declaration;
  return out;
}

GetPipelineOutput CodePipeline::get_pipeline(region::Request& rq, const GetPipelineInput& in) {
  authorize(rq, "codepipeline:GetPipeline", place_of(rq).arn(in.name));

  const PipelineRow pipeline = store_.require(rq.tx, place_of(rq), in.name);
  GetPipelineOutput out;
  out.pipeline = pipeline.declaration;
  if (in.version && in.version != pipeline.declaration.version) {
    out.pipeline = store_.find_version(rq.tx, pipeline, *in.version);
    if (!out.pipeline)
      throw PipelineVersionNotFoundException("Pipeline '" + in.name + "' does not have a version " +
                                             std::to_string(*in.version));
  }
  PipelineMetadata& metadata = out.metadata.emplace();
  metadata.pipeline_arn = pipeline.place.arn(in.name);
  metadata.created = pipeline.created;
  metadata.updated = pipeline.updated;
  return out;
}

ListPipelinesOutput CodePipeline::list_pipelines(region::Request& rq, const ListPipelinesInput& in) {
  rq.authorize("codepipeline:ListPipelines", place_of(rq).arn("*"));

  const std::int64_t offset = page_offset(in.next_token);
  const std::int64_t limit = in.max_results.value_or(1000);
  const std::vector<PipelineRow> rows = store_.list(rq.tx, place_of(rq));
  ListPipelinesOutput out;
  out.pipelines.emplace();
  for (std::size_t i = static_cast<std::size_t>(offset); i < rows.size(); ++i) {
    if (static_cast<std::int64_t>(out.pipelines->size()) == limit) {
      out.next_token = page_token(offset + limit);
      break;
    }
    PipelineSummary& summary = out.pipelines->emplace_back();
    summary.name = rows[i].declaration.name;
    summary.version = rows[i].declaration.version;
    summary.pipeline_type = rows[i].declaration.pipeline_type;
    summary.execution_mode = rows[i].declaration.execution_mode;
    summary.created = rows[i].created;
    summary.updated = rows[i].updated;
  }
  return out;
}

DeletePipelineOutput CodePipeline::delete_pipeline(region::Request& rq, const DeletePipelineInput& in) {
  authorize(rq, "codepipeline:DeletePipeline", place_of(rq).arn(in.name));

  if (const auto pipeline = store_.find(rq.tx, place_of(rq), in.name)) {
    home_.tasks.cancel(rq.tx, kPollTask, pipeline->id);
    for (const Execution& execution : store_.active_executions(rq.tx, pipeline->id))
      for (const ActionRun& run : execution.runs) home_.tasks.cancel(rq.tx, kActionTask, run.id);
    store_.erase(rq.tx, *pipeline);
    store_.erase_tags(rq.tx, place_of(rq).arn(in.name));
  }

  return {};
}

void CodePipeline::authorize(region::Request& rq, std::string_view action, const std::string& arn,
                             region::ConditionKeys keys) {
  region::add_resource_tags(keys, store_.tags(rq.tx, arn.substr(0, arn.find('/'))));
  rq.authorize(action, arn, keys);
}

void CodePipeline::authorize_tagged(region::Request& rq, std::string_view action, const std::string& text,
                                    region::ConditionKeys keys) {
  const auto arn = parse_arn(text);
  if (!arn || !rq.names_resource(action, text) || arn->account != rq.account || arn->region != rq.region)
    throw InvalidArnException("The specified resource ARN is invalid: " + text);
  authorize(rq, action, text, std::move(keys));
  if (!store_.find(rq.tx, place_of(rq), arn->resource))
    throw ResourceNotFoundException("The specified resource was not found: " + text);
}

TagResourceOutput CodePipeline::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "codepipeline:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  for (const Tag& tag : in.tags) store_.set_tag(rq.tx, in.resource_arn, tag.key, tag.value);
  if (store_.tags(rq.tx, in.resource_arn).size() > 50)
    throw TooManyTagsException("The tags limit for a resource has been exceeded.");

  return {};
}

UntagResourceOutput CodePipeline::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "codepipeline:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  for (const std::string& key : in.tag_keys) store_.erase_tag(rq.tx, in.resource_arn, key);

  return {};
}

ListTagsForResourceOutput CodePipeline::list_tags_for_resource(region::Request& rq,
                                                               const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "codepipeline:ListTagsForResource", in.resource_arn);

  const std::int64_t offset = page_offset(in.next_token), limit = in.max_results.value_or(100);
  ListTagsForResourceOutput out;
  out.tags.emplace();
  std::int64_t at = 0;
  for (const auto& [key, value] : store_.tags(rq.tx, in.resource_arn)) {
    if (at++ < offset) continue;
    if (static_cast<std::int64_t>(out.tags->size()) == limit) {
      out.next_token = page_token(offset + limit);
      break;
    }
    Tag& tag = out.tags->emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return out;
}

}  // namespace hanbat::codepipeline
