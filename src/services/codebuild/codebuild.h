// AWS CodeBuild. One method per operation; the work of a build is in build_tasks.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gen/codebuild/operations.h"
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

#include "gen/codebuild/methods.inc"

 private:
  std::string project_arn(const region::Request& rq, std::string_view name) const;
  /// rq.authorize of a project by its name, with its tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& name,
                 region::ConditionKeys keys = {});
  /// Starts a build of what StartBuild describes; the caller's right to was seen to.
  Build begin_build(region::Request& rq, const StartBuildInput& in);
  /// Authorizes on the project of a build's id or ARN, then returns the build. Throws ResourceNotFoundException.
  BuildRow require_build(region::Request& rq, std::string_view action, const std::string& id);
  void check(region::Request& rq, const Project& project) const;

  region::Region& home_;
  Store store_;
  std::unique_ptr<BuildTasks> tasks_;
};

/// The project's name of a name or ARN.
std::string project_name(const std::string& name_or_arn);
/// Adds the condition keys that tell of a project's or a build's environment variables.
void add_variable_keys(region::ConditionKeys& keys, const std::optional<std::vector<EnvironmentVariable>>& variables);

}  // namespace hanbat::codebuild
