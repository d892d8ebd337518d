// The rows of CodeBuild: projects and builds are resources of the region's store. The addresses of build machines have
// a table of their own, as they are a pure relation that is asked from both sides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "gen/codebuild/model.h"
#include "region/resources.h"
#include "store/database.h"

namespace hanbat::codebuild {

/// A project; its id is its ARN. Own: {next_build_number}.
using ProjectRow = region::Resource<Project>;
/// A build. It lies in its project (parent and scope: the project's ARN, also when the project is gone); its name is
/// the idempotency token that it was started with. Own: Work.
using BuildRow = region::Resource<Build>;

/// A runtime on its way onto the region's shelf, or why it cannot get there.
struct RuntimeFetch {
  std::string name, version;
  bool provisioned = false;  // its machine was started
  std::optional<Timestamp> refused_at;
  std::string refusal;

  Json to_json() const;
  static RuntimeFetch from_json(const Json& json);
};
/// It is of no account or region; its id is "runtime:" and a UUID, its name "nodejs/18".
using RuntimeFetchRow = region::Resource<RuntimeFetch>;

}  // namespace hanbat::codebuild

namespace hanbat::region {

template <>
struct KindOf<codebuild::Project> {
  static constexpr std::string_view kRows = "codebuild/project";
  static std::string arn(const codebuild::ProjectRow& row) { return row.id; }
};

template <>
struct KindOf<codebuild::Build> {
  static constexpr std::string_view kRows = "codebuild/build";
};

template <>
struct KindOf<codebuild::RuntimeFetch> {
  static constexpr std::string_view kRows = "codebuild/runtime";
};

}  // namespace hanbat::region

namespace hanbat::codebuild {

/// What carries a build out and the API does not show.
struct Work {
  std::int64_t offset = 0;     // up to where its runner's events were read, in bytes
  bool provisioned = false;    // its machine was started
  ProjectArtifacts artifacts;  // as its project had them, with what StartBuild said otherwise
  std::vector<ProjectArtifacts> secondary_artifacts;
  std::string asked;  // a digest of the call that started it, "" of one without an idempotency token

  Json to_json() const;
  static Work from_json(const Json& json);
};

/// The part of a build's id behind the project's name.
std::string uuid_of(std::string_view build);

/// The number of the project's next build, which is taken.
std::int64_t take_build_number(store::Tx& tx, ProjectRow& row);
/// A project's tags lay in its body once: they move to the region's. Nothing is left to do the next time.
void move_tags(store::Tx& tx);

/// A machine in the builds' network: of a build, or of the fetch of a runtime.
struct BuildAddress {
  std::string build;  // the id of either
  std::string address;
};
/// In order of the addresses.
std::vector<BuildAddress> list_addresses(store::Tx& tx);
std::optional<std::string> find_address(store::Tx& tx, std::string_view build);
/// The build whose machine has the address.
std::optional<BuildRow> find_build_at(store::Tx& tx, std::string_view address);
/// Throws store::UniqueViolation when the address is taken, or the build has one.
void insert(store::Tx& tx, const BuildAddress& address);
void remove_address(store::Tx& tx, std::string_view build);

/// The interface of a build's machine in a VPC of its owner's.
struct BuildInterface {
  std::string build;      // its id
  std::string interface;  // eni-…
  region::Place place;
  std::string vpc, subnet, address, mac;
};
std::optional<BuildInterface> find_interface(store::Tx& tx, std::string_view build);
/// The build whose machine has the address in that VPC.
std::optional<BuildRow> find_build_in(store::Tx& tx, std::string_view vpc, std::string_view address);
/// Whether some build's machine stands in the VPC.
bool has_interfaces(store::Tx& tx, std::string_view vpc);
void insert(store::Tx& tx, const BuildInterface& interface);
void remove_interface(store::Tx& tx, std::string_view build);

}  // namespace hanbat::codebuild
