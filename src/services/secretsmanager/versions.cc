#include "services/secretsmanager/versions.h"

#include <algorithm>

namespace hanbat::secretsmanager {
namespace {

constexpr std::size_t kKept = 100;
constexpr std::chrono::hours kKeptAnyway(24);

bool has(const Version& version, std::string_view stage) {
  return std::ranges::find(version.stages, stage) != version.stages.end();
}

}  // namespace

Json Version::to_json() const {
  Json json = Json::object({{"id", id}, {"created", created.ms}});
  if (accessed) json["accessed"] = accessed->ms;
  if (!stages.empty()) json["stages"] = Json(stages);
  return json;
}

Version Version::from_json(const Json& json) {
  Version version{.id = json.text("id"), .created = {json.integer("created")}, .stages = json.texts("stages")};
  if (json.contains("accessed")) version.accessed = Timestamp{json.integer("accessed")};
  return version;
}

Version* find_version(Versions& versions, std::string_view id) {
  const auto found = std::ranges::find(versions, id, &Version::id);
  return found == versions.end() ? nullptr : &*found;
}

const Version* find_version(const Versions& versions, std::string_view id) {
  const auto found = std::ranges::find(versions, id, &Version::id);
  return found == versions.end() ? nullptr : &*found;
}

const Version* find_labelled(const Versions& versions, std::string_view stage) {
  const auto found = std::ranges::find_if(versions, [&](const Version& version) { return has(version, stage); });
  return found == versions.end() ? nullptr : &*found;
}

void remove_stage(Versions& versions, std::string_view stage) {
  for (Version& version : versions) std::erase(version.stages, stage);
}

void move_stage(Versions& versions, std::string_view stage, std::string_view id) {
  const Version* before = find_labelled(versions, stage);
  if (before && before->id == id) return;
  const std::string left = before ? before->id : "";
  remove_stage(versions, stage);
  find_version(versions, id)->stages.emplace_back(stage);
  if (stage == kCurrent && !left.empty()) move_stage(versions, kPrevious, left);
}

std::vector<std::string> remove_outdated(Versions& versions, Timestamp now) {
  std::vector<std::string> removed;
  for (auto at = versions.begin(); at != versions.end() && versions.size() > kKept;) {
    if (at->stages.empty() && at->created + kKeptAnyway < now) {
      removed.push_back(at->id);
      at = versions.erase(at);
    } else {
      ++at;
    }
  }
  return removed;
}

}  // namespace hanbat::secretsmanager
