// Pipelines: made, changed, read, deleted; their tags.
#include <stdexcept>

#include "base/arn.h"

#include "base/ids.h"
#include "region/page.h"
#include "region/tag_refusals.h"
#include "services/codepipeline/codepipeline.h"
#include "services/codepipeline/pipelines/structure.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

// What AWS fills in.
PipelineDeclaration complete(PipelineDeclaration declaration) {
  if (!declaration.pipeline_type) declaration.pipeline_type = word_of(PipelineType::kV1);
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

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsException", "The tags limit for a resource has been exceeded."},
    .reserved = {"InvalidTagsException",
                 "The specified resource tags are invalid. The tag key {key} begins with the reserved prefix aws:"},
    .duplicate = {"InvalidTagsException",
                  "The specified resource tags are invalid. The tag key {key} is given more than once"},
    .empty_key = {"InvalidTagsException", "The specified resource tags are invalid. A tag key has 1 to 128 characters"},
    .long_key = {"InvalidTagsException", "The specified resource tags are invalid. A tag key has 1 to 128 characters"},
    .long_value = {"InvalidTagsException",
                   "The specified resource tags are invalid. A tag value has at most 256 characters"},
    .key_character = {"InvalidTagsException",
                      "The specified resource tags are invalid. Tags cannot have all characters of {key}={value}"},
    .value_character = {"InvalidTagsException",
                        "The specified resource tags are invalid. Tags cannot have all characters of {key}={value}"}};

// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
constexpr region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

/// An action may name its region, as the console writes it into every pipeline; this one is the only one that runs any.
void check_regions(const region::Request& rq, const PipelineDeclaration& declaration) {
  for (const StageDeclaration& stage : declaration.stages)
    for (const ActionDeclaration& action : stage.actions)
      if (action.region && *action.region != rq.region)
        throw wire::Error::not_implemented(
            rq.operation.name, "an action of another region (pipeline.stages.actions.region=" + *action.region + ")");
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
  const region::Place place = place_of(rq);
  const std::string arn = arn_of(place, in.pipeline.name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codepipeline:CreatePipeline", arn, keys);
  if (!keys.empty()) rq.authorize("codepipeline:TagResource", arn, keys);
  rq.authorize_pass_role(in.pipeline.role_arn, kPrincipal, arn);

  if (find_pipeline(rq.tx, place, in.pipeline.name))
    throw PipelineNameInUseException("A pipeline with the name '" + in.pipeline.name + "' already exists in account '" +
                                     rq.account + "'");
  PipelineRow pipeline;
  pipeline.id = random_uuid();
  pipeline.place = place;
  pipeline.name = in.pipeline.name;
  pipeline.created = pipeline.shape.created = pipeline.shape.updated = rq.now();
  PipelineDeclaration& declaration = pipeline.shape.declaration;
  declaration = complete(in.pipeline);
  declaration.version = 1;
  check_structure("CreatePipeline", declaration, rq.region);
  check_regions(rq, declaration);
  check_role(rq, in.pipeline);

  region::insert(rq.tx, pipeline);
  insert_version(rq.tx, pipeline);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);
  Start start{.trigger_type = "CreatePipeline", .trigger_detail = rq.caller.arn};
  bool startable = true;
  for (const auto& variable : declaration.variables.value_or(std::vector<PipelineVariableDeclaration>{})) {
    if (variable.default_value)
      start.variables[variable.name] = *variable.default_value;
    else
      startable = false;
  }
  if (startable) workflow_.start(rq.tx, pipeline, start);
  poller_.plan(rq.tx, pipeline);

  CreatePipelineOutput out;
  out.pipeline = declaration;
  out.tags = in.tags;
  return out;
}

UpdatePipelineOutput CodePipeline::update_pipeline(region::Request& rq, const UpdatePipelineInput& in) {
  const std::string arn = arn_of(place_of(rq), in.pipeline.name);
  authorize(rq, "codepipeline:UpdatePipeline", arn);
  rq.authorize_pass_role(in.pipeline.role_arn, kPrincipal, arn);

  auto found = find_pipeline(rq.tx, place_of(rq), in.pipeline.name);
  if (!found)
    throw InvalidStructureException("Account '" + rq.account + "' does not have a pipeline with name '" +
                                    in.pipeline.name + "'");
  PipelineDeclaration& declaration = found->shape.declaration;
  const int version = declaration.version.value_or(1) + 1;
  declaration = complete(in.pipeline);
  declaration.version = version;
  found->shape.updated = rq.now();
  check_structure("UpdatePipeline", declaration, rq.region);
  check_regions(rq, declaration);
  check_role(rq, in.pipeline);

  region::update(rq.tx, *found);
  insert_version(rq.tx, *found);
  poller_.plan(rq.tx, *found);

  UpdatePipelineOutput out;
  out.pipeline = declaration;
  return out;
}

GetPipelineOutput CodePipeline::get_pipeline(region::Request& rq, const GetPipelineInput& in) {
  authorize(rq, "codepipeline:GetPipeline", arn_of(place_of(rq), in.name));

  const PipelineRow pipeline = require_pipeline(rq.tx, place_of(rq), in.name);
  GetPipelineOutput out;
  out.pipeline = pipeline.shape.declaration;
  if (in.version && in.version != pipeline.shape.declaration.version) {
    out.pipeline = find_version(rq.tx, pipeline, *in.version);
    if (!out.pipeline)
      throw PipelineVersionNotFoundException("Pipeline '" + in.name + "' does not have a version " +
                                             std::to_string(*in.version));
  }
  PipelineMetadata& metadata = out.metadata.emplace();
  metadata.pipeline_arn = arn_of(pipeline.place, in.name);
  metadata.created = pipeline.shape.created;
  metadata.updated = pipeline.shape.updated;
  return out;
}

ListPipelinesOutput CodePipeline::list_pipelines(region::Request& rq, const ListPipelinesInput& in) {
  rq.authorize("codepipeline:ListPipelines", arn_of(place_of(rq), "*"));

  const region::Pager pager(rq, in, {.usual = 1000, .most = 1000});
  const auto page = pager.cut_read(
      region::list_by_name<Pipeline>(rq.tx, place_of(rq), {.after = pager.after(), .most = pager.size() + 1}),
      [](const PipelineRow& row) { return *row.name; });
  ListPipelinesOutput out;
  out.pipelines.emplace();
  for (const PipelineRow& row : page.items) {
    PipelineSummary& summary = out.pipelines->emplace_back();
    summary.name = row.shape.declaration.name;
    summary.version = row.shape.declaration.version;
    summary.pipeline_type = row.shape.declaration.pipeline_type;
    summary.execution_mode = row.shape.declaration.execution_mode;
    summary.created = row.shape.created;
    summary.updated = row.shape.updated;
  }
  out.next_token = page.next_token;
  return out;
}

DeletePipelineOutput CodePipeline::delete_pipeline(region::Request& rq, const DeletePipelineInput& in) {
  authorize(rq, "codepipeline:DeletePipeline", arn_of(place_of(rq), in.name));

  if (const auto pipeline = find_pipeline(rq.tx, place_of(rq), in.name)) {
    poller_.cancel(rq.tx, *pipeline);
    for (const Execution& execution : active_executions(rq.tx, pipeline->id))
      for (const ActionRun& run : execution.runs) home_.tasks.cancel(rq.tx, CarryOutAction::kKind, run.id);
    remove_pipeline(rq.tx, *pipeline);
  }

  return {};
}

void CodePipeline::authorize(region::Request& rq, std::string_view action, const std::string& arn,
                             region::ConditionKeys keys) {
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn.substr(0, arn.find('/'))));
  rq.authorize(action, arn, keys);
}

void CodePipeline::authorize_tagged(region::Request& rq, std::string_view action, const std::string& text,
                                    region::ConditionKeys keys) {
  const auto arn = parse_arn(text);
  if (!arn || !rq.names_resource(action, text) || arn->account != rq.account || arn->region != rq.region)
    throw InvalidArnException("The specified resource ARN is invalid: " + text);
  authorize(rq, action, text, std::move(keys));
  if (!find_pipeline(rq.tx, place_of(rq), arn->resource))
    throw ResourceNotFoundException("The specified resource was not found: " + text);
}

TagResourceOutput CodePipeline::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "codepipeline:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

UntagResourceOutput CodePipeline::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "codepipeline:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput CodePipeline::list_tags_for_resource(region::Request& rq,
                                                               const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "codepipeline:ListTagsForResource", in.resource_arn);

  const region::Pager pager(rq, in, {.usual = 100, .most = 100});
  auto page =
      pager.cut(region::tag_list<Tag>(region::tags_of(rq.tx, in.resource_arn)), [](const Tag& tag) { return tag.key; });
  ListTagsForResourceOutput out;
  out.tags = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::codepipeline
