#include "main/cli/look_up.h"

#include <algorithm>

#include "base/text.h"
#include "main/cli/region_api.h"
#include "main/cli/task/entry.h"
#include "os/files.h"

namespace hanbat::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{1500};
constexpr std::size_t kMostOffered = 50;  // of what there may be thousands: the newest

std::vector<Candidate> plain(std::vector<std::string> words) {
  std::vector<Candidate> out;
  for (std::string& word : words) out.push_back({std::move(word), ""});
  return out;
}

std::vector<Candidate> first_of(const Json& names) {
  std::vector<Candidate> out;
  for (const Json& name : names.is_array() ? names.items() : Json::Array{})
    if (out.size() < kMostOffered) out.push_back({name.as_string(), ""});
  return out;
}

/// Instances, with their names as help.
std::vector<Candidate> instances(RegionApi& api) {
  std::vector<Candidate> out =
      plain(xml_texts(api.query("ec2", "DescribeInstances",
                                {{"Filter.1.Name", "instance-state-name"}, {"Filter.1.Value.1", "running"}}),
                      "instanceId"));
  const std::string tags = api.query("ec2", "DescribeTags",
                                     {{"Filter.1.Name", "resource-type"},
                                      {"Filter.1.Value.1", "instance"},
                                      {"Filter.2.Name", "key"},
                                      {"Filter.2.Value.1", "Name"}});
  for (const std::string& tag : xml_texts(tags, "item")) {
    const auto named = std::ranges::find(out, xml_text(tag, "resourceId"), &Candidate::word);
    if (named != out.end()) named->help = xml_text(tag, "value");
  }
  return out;
}

std::vector<Candidate> of_region(RegionApi& api, Kind kind) {
  const Json all = Json::object();
  if (kind == Kind::kInstance) return instances(api);
  if (kind == Kind::kBuild) return first_of(api.call("codebuild", "ListBuilds", all)["ids"]);
  if (kind == Kind::kDeployment) return first_of(api.call("codedeploy", "ListDeployments", all)["deployments"]);
  if (kind == Kind::kAwsRegion)
    return plain(xml_texts(api.query("ec2", "DescribeRegions", {{"AllRegions", "true"}}), "regionName"));
  if (kind == Kind::kBalancer)
    return plain(xml_texts(api.query("elasticloadbalancing", "DescribeLoadBalancers", {}), "LoadBalancerName"));
  std::vector<Candidate> pipelines;
  const Json answer = api.call("codepipeline", "ListPipelines", all);
  for (const Json& one : answer["pipelines"].is_array() ? answer["pipelines"].items() : Json::Array{})
    pipelines.push_back({one.text("name"), ""});
  return pipelines;
}

std::vector<Candidate> of_shelf(const std::filesystem::path& shelf) {
  std::vector<Candidate> out;
  if (!path_exists(shelf)) return out;
  for (const std::string& name : list_folder(shelf))
    if (!name.starts_with('.') && name != "mirrors") out.push_back({replace_all(name, "+", "/"), ""});
  return out;
}

}  // namespace

std::vector<Candidate> look_up(Kind kind) try {
  const Home home = Home::from_environment();
  if (kind == Kind::kBaseImage) return of_shelf(home.root / "shared" / "base-images");
  if (kind == Kind::kRuntime) return of_shelf(home.root / "shared" / "runtimes");
  if (kind == Kind::kCompetitor) {
    std::vector<Candidate> out;
    for (const task::Entry& one : task::Entries(home).list()) out.push_back({one.competitor, one.label});
    return out;
  }
  RegionApi api = RegionApi::of_caller(home, kPatience);
  return of_region(api, kind);
} catch (const std::exception&) {
  return {};  // a shell's line is no place for an error
}

}  // namespace hanbat::cli
