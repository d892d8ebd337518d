// hanbat logs build: what CloudWatch Logs has of a build, and how it ended.
#include <chrono>
#include <iostream>
#include <thread>

#include "base/text.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/region_api.h"
#include "main/cli/terminal.h"

namespace hanbat::cli {
namespace {

class Build {
 public:
  Build(RegionApi& api, const std::string& id) : api_(api), id_(id) { look(); }

  void look() {
    const Json answer = api_.call("codebuild", "BatchGetBuilds", Json::object({{"ids", Json::array({id_})}}));
    if (!answer["builds"].is_array() || answer["builds"].items().empty())
      throw Failure("there is no build " + id_ + "; which there are: aws codebuild list-builds");
    build_ = answer["builds"].items().front();
  }
  std::string status() const { return build_.text("buildStatus"); }
  bool ended() const { return status() != "IN_PROGRESS"; }

  /// Prints what its log has that was not printed; whether there was any.
  bool print_new_lines() {
    const Json& logs = build_["logs"];
    if (logs.text("groupName").empty() || logs.text("streamName").empty()) return false;
    Json asked = Json::object({{"logGroupName", logs.text("groupName")},
                               {"logStreamName", logs.text("streamName")},
                               {"startFromHead", true}});
    if (!next_.empty()) asked["nextToken"] = next_;
    try {
      const Json page = api_.call("logs", "GetLogEvents", asked);
      for (const Json& event : page["events"].items()) {
        const std::string line = event.text("message");
        std::cout << line << (line.ends_with('\n') ? "" : "\n");
      }
      std::cout.flush();
      next_ = page.text("nextForwardToken");
      return !page["events"].items().empty();
    } catch (const ApiError& error) {
      if (error.code == "ResourceNotFoundException") return false;  // it has said nothing yet
      throw;
    }
  }

  void print_end() const {
    const Colours colours = Colours::of_output();
    for (const Json& phase : build_["phases"].is_array() ? build_["phases"].items() : Json::Array{}) {
      const std::string state = phase.text("phaseStatus");
      if (state.empty() || state == "SUCCEEDED") continue;
      std::cout << colours.bad(phase.text("phaseType") + ": " + state) << "\n";
      for (const Json& context : phase["contexts"].is_array() ? phase["contexts"].items() : Json::Array{})
        if (!context.text("message").empty()) std::cout << "  " << context.text("message") << "\n";
    }
    std::cout << "build " << id_ << ": " << (status() == "SUCCEEDED" ? colours.good(status()) : colours.bad(status()))
              << std::endl;
  }

 private:
  RegionApi& api_;
  const std::string id_;
  Json build_;
  std::string next_;  // where the log goes on
};

/// A project's name stands for its newest build.
std::string require_build(RegionApi& api, const std::string& id) try {
  if (id.find(':') != std::string::npos) return id;
  const Json ids = api.call("codebuild", "ListBuildsForProject",
                            Json::object({{"projectName", id}, {"sortOrder", "DESCENDING"}}))["ids"];
  if (!ids.is_array() || ids.items().empty())
    throw Failure("the project " + id +
                  " has no build yet; one begins with: aws codebuild start-build --project-name " + id);
  return ids.items().front().as_string();
} catch (const ApiError& error) {
  if (error.code != "ResourceNotFoundException") throw;
  throw Failure(std::string(error.what()) + "; which there are: aws codebuild list-projects");
}

}  // namespace

int follow_build(const Home& home, const std::string& id, Follow follow) {
  RegionApi api = RegionApi::of_caller(home);
  const std::string whole = require_build(api, id);
  Build build(api, whole);
  while (true) {
    const bool ended = build.ended();
    while (build.print_new_lines()) continue;
    if (ended || follow == Follow::kNo) break;
    std::this_thread::sleep_for(kLookAgain);
    build.look();
  }
  build.print_end();
  return follow == Follow::kYes && build.status() != "SUCCEEDED" ? 3 : 0;
}

}  // namespace hanbat::cli
