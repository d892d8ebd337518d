// The region's shelf: the runtimes that builds ask for in `runtime-versions` and the build image does not have, and the
// base images of their Dockerfiles.
//
// Problem: a version comes from a registry, takes minutes, and must be on the shelf whole or not at all; two builds may
// ask for it at once; and neither root's daemon nor a build of anybody's should be the one that brings it. So a machine
// of the region's own, in the builds' network and with nothing of a user's in it, fetches it with the registries'
// ordinary clients (src/guest/runtime_fetcher), leaves one archive, and is removed. hanbatd unpacks that as the user it
// is, and the last step is a rename.
//
//   asked for ─▶ kFetching ──unpacked──▶ on the shelf, and no row
//                    └──────cannot be had──▶ kRefused ──a later build asks──▶ kFetching
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.h"
#include "region/region.h"
#include "services/codebuild/store.h"
#include "store/typed_tasks.h"

namespace hanbat::codebuild {

/// Brings a runtime onto the shelf.
struct FetchRuntime {
  static constexpr std::string_view kKind = "codebuild.runtime";
  std::string fetch;  // the row's id

  Json to_json() const { return Json::object({{"fetch", fetch}}); }
  static FetchRuntime from_json(const Json& json) { return {json.text("fetch")}; }
};

/// What the shelf's base images go by in the place of a runtime's name; their version is the image's whole name,
/// "docker.io/library/python:3.12-slim".
inline constexpr std::string_view kBaseImage = "image";

class RuntimeShelf {
 public:
  enum class Standing { kThere, kComing, kRefused };
  struct Finding {
    Standing standing;
    std::string refusal;  // why it cannot be had, of kRefused
  };

  /// `apply_network` gives the builds' network the machines that are meant to be in it.
  RuntimeShelf(region::Region& home, std::function<void()> apply_network)
      : home_(home), apply_network_(std::move(apply_network)) {}

  void start();
  /// Where it lies; shared with build machines, which only read it.
  std::string folder() const;
  /// What a build that asks for a version is told: 200 with its folder on the shelf and where it is from, 202 while it
  /// is fetched, 404 with why it cannot be had.
  http::Response answer(const BuildRow& build, const std::string& name, const std::string& version);
  /// How it stands with a runtime or a base image, which is fetched when it is not there. What could not be had before
  /// the build began is tried again for it.
  Finding ask(const BuildRow& build, const std::string& name, const std::string& version);
  /// Where the base images lie, each in a folder of its name with "+" for "/": blobs/<sha256>, manifest (the sha256 of
  /// what the name stands for), SOURCE. The file `mirrors` there has the operator's: "docker.io http://host:5000".
  std::string images_folder() const;

 private:
  void carry_out(store::TaskRun& run, const FetchRuntime& task);
  void provision(store::TaskRun& run, RuntimeFetchRow row);
  /// Unpacks what the machine left and puts it onto the shelf.
  void shelve(const RuntimeFetchRow& row);
  /// Ends the fetch: refused for the reason, or done ("").
  void end(store::TaskRun& run, RuntimeFetchRow row, const std::string& refusal);
  std::string place_of(const RuntimeFetch& fetch) const;
  std::string work_folder(const RuntimeFetchRow& row) const;

  region::Region& home_;
  std::function<void()> apply_network_;
};

}  // namespace hanbat::codebuild
