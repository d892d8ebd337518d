// What is done to repositories' folders beside requests: those of deleted repositories go, and so do objects that no
// reference reaches, which deleted branches, refused pushes and commits that did not come about leave behind.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::codecommit {

class CodeCommit;

/// Removes the folder of a repository that is deleted.
struct RemoveFolder {
  static constexpr std::string_view kKind = "codecommit.remove_folder";
  std::string repository_id;

  Json to_json() const { return Json::object({{"id", repository_id}}); }
  static RemoveFolder from_json(const Json& json) { return {json.text("id")}; }
};

/// Lets git collect its garbage in every repository, daily.
struct SweepObjects {
  static constexpr std::string_view kKind = "codecommit.sweep_objects";

  Json to_json() const { return Json::object(); }
  static SweepObjects from_json(const Json&) { return {}; }
};

}  // namespace hanbat::codecommit
