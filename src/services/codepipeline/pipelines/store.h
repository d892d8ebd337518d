// The rows of pipelines, which are resources of the region's store; their versions have a table of their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/resources.h"
#include "services/codepipeline/executions/machine.h"
#include "store/database.h"

namespace hanbat::codepipeline {

struct Pipeline {
  PipelineDeclaration declaration;
  Timestamp created{0};
  Timestamp updated{0};
  std::map<std::string, StageTransition> inbound;  // by stage; those that were ever touched
  std::map<std::string, std::string> polled;       // what polling saw last, by source action
  std::map<std::string, std::string> taken;        // the revision that each source action took last

  Json to_json() const;
  static Pipeline from_json(const Json& json);
};

using PipelineRow = region::Resource<Pipeline>;

/// Of a pipeline, a stage ("pipeline/stage"), or an action of it.
std::string arn_of(const region::Place& place, std::string_view resource);

}  // namespace hanbat::codepipeline

namespace hanbat::region {

template <>
struct KindOf<codepipeline::Pipeline> {
  static constexpr std::string_view kRows = "codepipeline/pipeline";
  static std::string arn(const codepipeline::PipelineRow& row) { return codepipeline::arn_of(row.place, *row.name); }
};

}  // namespace hanbat::region

namespace hanbat::codepipeline {

std::optional<PipelineRow> find_pipeline(store::Tx& tx, const region::Place& place, std::string_view name);
/// Throws PipelineNotFoundException.
PipelineRow require_pipeline(store::Tx& tx, const region::Place& place, std::string_view name);
/// With its versions, executions and tags.
void remove_pipeline(store::Tx& tx, const PipelineRow& pipeline);

/// The structure that the pipeline has now, as one of its versions.
void insert_version(store::Tx& tx, const PipelineRow& pipeline);
std::optional<PipelineDeclaration> find_version(store::Tx& tx, const PipelineRow& pipeline, int version);

}  // namespace hanbat::codepipeline
