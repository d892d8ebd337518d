// The rows of CodePipeline: pipelines with their versions, executions, tags.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/codepipeline/pipeline.h"
#include "store/database.h"

namespace hanbat::codepipeline {

struct Place {
  std::string account;
  std::string region;

  std::string arn(std::string_view resource) const;
};

struct PipelineRow {
  std::string id;
  Place place;
  PipelineDeclaration declaration;
  Timestamp created{0};
  Timestamp updated{0};
  std::map<std::string, Transition> inbound;  // by stage; those that were ever touched
  std::map<std::string, std::string> polled;  // what polling saw last, by source action
};

class Store {
 public:
  std::optional<PipelineRow> find(store::Tx& tx, const Place& place, std::string_view name);
  std::optional<PipelineRow> find(store::Tx& tx, std::string_view id);
  /// Throws PipelineNotFoundException.
  PipelineRow require(store::Tx& tx, const Place& place, std::string_view name);
  void put(store::Tx& tx, const PipelineRow& pipeline);
  void put_version(store::Tx& tx, const PipelineRow& pipeline);
  std::optional<PipelineDeclaration> find_version(store::Tx& tx, const PipelineRow& pipeline, int version);
  void erase(store::Tx& tx, const PipelineRow& pipeline);
  std::vector<PipelineRow> list(store::Tx& tx, const Place& place);

  std::int64_t next_number(store::Tx& tx, std::string_view pipeline);
  std::vector<Execution> active_executions(store::Tx& tx, std::string_view pipeline);
  std::optional<Execution> find_execution(store::Tx& tx, std::string_view pipeline, std::string_view id);
  std::optional<std::string> find_by_token(store::Tx& tx, std::string_view pipeline, std::string_view token);
  void put(store::Tx& tx, std::string_view pipeline, const Execution& execution);
  void set_token(store::Tx& tx, std::string_view execution, std::string_view token);
  /// Newest first.
  std::vector<Execution> list_executions(store::Tx& tx, std::string_view pipeline, int limit, std::int64_t offset);

  std::map<std::string, std::string> tags(store::Tx& tx, std::string_view arn);
  void set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value);
  void erase_tag(store::Tx& tx, std::string_view arn, std::string_view name);
  void erase_tags(store::Tx& tx, std::string_view arn);
};

}  // namespace hanbat::codepipeline
