// hanbat logs instance: what an instance has said on its console.
#include <chrono>
#include <iostream>
#include <thread>

#include "base/encoding.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/region_api.h"

namespace hanbat::cli {
namespace {

std::string console_of(RegionApi& api, const std::string& id) {
  const std::string answer = api.query("ec2", "GetConsoleOutput", {{"InstanceId", id}, {"Latest", "true"}});
  return from_base64(xml_text(answer, "output")).value_or("");
}

/// What is new in a text of which the beginning may have been lost since.
std::string new_part(const std::string& before, const std::string& now) {
  if (now.starts_with(before)) return now.substr(before.size());
  for (std::size_t keep = std::min(before.size(), now.size()); keep > 0; --keep)
    if (before.compare(before.size() - keep, keep, now, 0, keep) == 0) return now.substr(keep);
  return now;
}

bool runs_on(RegionApi& api, const std::string& id) {
  const std::string answer = api.query("ec2", "DescribeInstances", {{"InstanceId.1", id}});
  const std::string state = xml_text(xml_text(answer, "instanceState"), "name");
  return state == "pending" || state == "running" || state == "stopping" || state == "shutting-down";
}

std::string which_there_are(const std::string& what) {
  return std::string("; which there are: aws ") + (what == "build"        ? "codebuild list-builds"
                                                   : what == "deployment" ? "deploy list-deployments"
                                                                          : "ec2 describe-instances");
}

}  // namespace

int follow_console(const Home& home, const std::string& id, Follow follow) {
  RegionApi api = RegionApi::of_caller(home);
  std::string shown;
  while (true) {
    const bool more = follow == Follow::kYes && runs_on(api, id);
    const std::string now = console_of(api, id);
    std::cout << new_part(shown, now) << std::flush;
    shown = now;
    if (!more) return 0;
    std::this_thread::sleep_for(kLookAgain);
  }
}

int follow_work(const Home& home, const std::string& what, const std::string& id, Follow follow) try {
  if (id.empty()) throw Failure("say which " + what + ": hanbat logs " + what + " ID" + which_there_are(what));
  if (what == "build") return follow_build(home, id, follow);
  return what == "deployment" ? follow_deployment(home, id, follow) : follow_console(home, id, follow);
} catch (const ApiError& error) {
  const auto says = [&](const char* part) { return error.code.find(part) != std::string::npos; };
  if (!says("DoesNotExist") && !says("NotFound")) throw;
  throw Failure(error.what() + which_there_are(what));
}

}  // namespace hanbat::cli
