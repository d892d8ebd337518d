// hanbat logs deployment: per instance and lifecycle event what happened, with the lines of scripts that the agent
// told.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "base/text.h"
#include "base/time.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/region_api.h"
#include "main/cli/terminal.h"

namespace hanbat::cli {
namespace {

constexpr std::size_t kAtOnce = 25;  // as many targets as BatchGetDeploymentTargets takes

const Json::Array& items_of(const Json& json, const char* name) {
  static const Json::Array none;
  return json[name].is_array() ? json[name].items() : none;
}

std::string coloured(const Colours& colours, const std::string& status) {
  if (status == "Succeeded") return colours.good(status);
  if (status == "Failed" || status == "Stopped") return colours.bad(status);
  return status == "InProgress" ? colours.busy(status) : colours.faint(status);
}

class Deployment {
 public:
  Deployment(RegionApi& api, const std::string& id) : api_(api), id_(id) {}

  void look() { info_ = ask("GetDeployment", "deploymentId", id_)["deploymentInfo"]; }
  std::string status() const { return info_.text("status"); }
  bool ended() const { return status() == "Succeeded" || status() == "Failed" || status() == "Stopped"; }

  /// Prints each change since the last look.
  void print_changes() {
    std::vector<Json> ids;
    std::string next;
    do {
      Json asked = Json::object({{"deploymentId", id_}});
      if (!next.empty()) asked["nextToken"] = next;
      const Json page = api_.call("codedeploy", "ListDeploymentTargets", asked);
      for (const Json& one : items_of(page, "targetIds")) ids.push_back(one);
      next = page.text("nextToken");
    } while (!next.empty());
    for (std::size_t at = 0; at < ids.size(); at += kAtOnce) {
      const std::vector<Json> part(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                   ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + kAtOnce)));
      const Json page = api_.call("codedeploy", "BatchGetDeploymentTargets",
                                  Json::object({{"deploymentId", id_}, {"targetIds", Json(part)}}));
      for (const Json& one : items_of(page, "deploymentTargets")) print_target(one["instanceTarget"]);
    }
    std::cout.flush();
  }

  void print_end() const {
    if (const Json& error = info_["errorInformation"]; error.is_object())
      std::cout << colours_.bad(error.text("code")) << ": " << error.text("message") << "\n";
    const Json& rollback = info_["rollbackInfo"];
    if (!rollback.text("rollbackDeploymentId").empty())
      std::cout << "it is rolled back by deployment " << rollback.text("rollbackDeploymentId")
                << ": hanbat logs -f deployment " << rollback.text("rollbackDeploymentId") << "\n";
    std::cout << "deployment " << id_ << ": " << coloured(colours_, status()) << std::endl;
  }

 private:
  Json ask(const std::string& operation, const char* name, const std::string& value) {
    return api_.call("codedeploy", operation, Json::object({{name, value}}));
  }

  void print_target(const Json& target) {
    const std::string id = target.text("targetId");
    for (const Json& event : items_of(target, "lifecycleEvents")) {
      const std::string name = event.text("lifecycleEventName"), status = event.text("status");
      std::string& before = seen_[id + " " + name];
      if (before == status || status == "Pending" || status.empty()) continue;
      before = status;
      print_event(id, name, status, event);
    }
  }

  void print_event(const std::string& id, const std::string& name, const std::string& status, const Json& event) {
    std::string took;
    if (event["startTime"].is_number() && event["endTime"].is_number())
      took = fmt::format(" ({:.1f} s)", event["endTime"].as_double() - event["startTime"].as_double());
    std::cout << id << "  " << name << " " << coloured(colours_, status) << took << "\n";
    const Json& told = event["diagnostics"];
    if (!told.is_object()) return;
    if (!told.text("scriptName").empty() && status != "Succeeded")
      std::cout << "    " << colours_.bad(told.text("errorCode")) << " in " << told.text("scriptName") << ": "
                << told.text("message") << "\n";
    for (const std::string& line : split(trim(told.text("logTail")), '\n'))
      if (!line.empty()) std::cout << "    " << colours_.faint("|") << " " << line << "\n";
  }

  RegionApi& api_;
  const std::string id_;
  const Colours colours_ = Colours::of_output();
  Json info_;
  std::map<std::string, std::string> seen_;  // an instance's event and its status as printed
};

}  // namespace

int follow_deployment(const Home& home, const std::string& id, Follow follow) {
  RegionApi api = RegionApi::of_caller(home);
  Deployment deployment(api, id);
  deployment.look();
  while (true) {
    const bool ended = deployment.ended();
    deployment.print_changes();
    if (ended || follow == Follow::kNo) break;
    std::this_thread::sleep_for(kLookAgain);
    deployment.look();
  }
  deployment.print_end();
  return follow == Follow::kYes && deployment.status() != "Succeeded" ? 3 : 0;
}

}  // namespace hanbat::cli
