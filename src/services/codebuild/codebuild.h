// AWS CodeBuild. One method per operation; the work of a build is in workers/.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gen/codebuild/operations.h"
#include "region/page.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

class BuildTasks;

class CodeBuild final : public Operations {
 public:
  explicit CodeBuild(region::Region& home);
  ~CodeBuild() override;

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

#include "gen/codebuild/methods.inc"

 private:
  /// rq.authorize of a project by its name, with its tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& name,
                 region::ConditionKeys keys = {});
  /// Starts a build of the project, by its name, and of what StartBuild describes; the caller's right to was seen to.
  Build begin_build(region::Request& rq, const std::string& project, const StartBuildInput& in);
  /// Authorizes on the project of a build's id or ARN, then returns the build. Throws ResourceNotFoundException.
  BuildRow require_build(region::Request& rq, std::string_view action, const std::string& id);

  region::Region& home_;
  std::unique_ptr<BuildTasks> tasks_;
};

inline region::Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

std::string project_arn(const region::Request& rq, std::string_view name);
/// What of a project or a build's overrides is not built here: 501 by its name.
void refuse_what_is_not_built(const region::Request& rq, const Project& project);
/// Adds the condition keys about a project's or a build's environment variables.
void add_variable_keys(region::ConditionKeys& keys, const std::optional<std::vector<EnvironmentVariable>>& variables);

/// How a list is sorted: as `asked`, or as the page's token says, whose key begins with it. Throws
/// InvalidInputException when a call asks for another order beside a token, as CodeBuild does.
std::string sorting_of(const region::Pager& pager, const std::optional<std::string>& asked, std::string_view usual);

}  // namespace hanbat::codebuild
