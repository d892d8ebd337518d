// The rows of CodeBuild: projects and builds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "gen/codebuild/model.h"
#include "store/database.h"

namespace hanbat::codebuild {

struct ProjectRow {
  std::string account;
  std::string region;
  Project project;
};

struct BuildRow {
  std::int64_t sequence = 0;
  std::string account;
  std::string region;
  std::string token;
  std::string address;  // of the build machine, "" when it has none
  Build build;
  Json work;  // {offset, stream_ready, artifacts:[…], done, role_session}

  const std::string& id() const { return *build.id; }
  /// The part of the id behind the project's name.
  std::string uuid() const { return build.id->substr(build.id->rfind(':') + 1); }
  bool complete() const { return build.build_complete.value_or(false); }
};

/// The project of a build, for which CodeBuild takes the build's role.
std::string project_arn_of(const BuildRow& row);

class Store {
 public:
  std::optional<ProjectRow> find_project(store::Tx& tx, std::string_view account, std::string_view region,
                                         std::string_view name) const;
  std::vector<ProjectRow> list_projects(store::Tx& tx, std::string_view account, std::string_view region) const;
  void insert(store::Tx& tx, const ProjectRow& row) const;
  void update(store::Tx& tx, const ProjectRow& row) const;
  void remove_project(store::Tx& tx, const ProjectRow& row) const;
  std::int64_t take_build_number(store::Tx& tx, const ProjectRow& row) const;

  void insert(store::Tx& tx, const BuildRow& row) const;
  void update(store::Tx& tx, const BuildRow& row) const;
  void remove_build(store::Tx& tx, const BuildRow& row) const;
  std::optional<BuildRow> find_build(store::Tx& tx, std::string_view account, std::string_view region,
                                     std::string_view id) const;
  std::optional<BuildRow> find_build_by_sequence(store::Tx& tx, std::int64_t sequence) const;
  std::optional<BuildRow> find_build_by_token(store::Tx& tx, std::string_view account, std::string_view region,
                                              std::string_view project, std::string_view token) const;
  std::optional<BuildRow> find_build_by_address(store::Tx& tx, std::string_view address) const;
  /// Newest first; of one project, or of all when it is "".
  std::vector<BuildRow> list_builds(store::Tx& tx, std::string_view account, std::string_view region,
                                    std::string_view project) const;
  /// Those that have a machine's address, of all accounts and regions.
  std::vector<BuildRow> builds_with_address(store::Tx& tx) const;
};

}  // namespace hanbat::codebuild
