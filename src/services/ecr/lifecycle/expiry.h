// ECR's worker: images that the lifecycle policy of their repository lets go of.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "region/region.h"
#include "services/ecr/lifecycle/policy.h"
#include "services/ecr/store.h"

namespace hanbat::ecr {

/// What of a repository's own the policies use: the policy's text, when it was last carried out (ms), and what the last
/// preview said: {text, results}.
inline constexpr const char* kLifecyclePolicy = "lifecycle_policy";
inline constexpr const char* kLifecycleEvaluated = "lifecycle_evaluated";
inline constexpr const char* kLifecyclePreview = "lifecycle_preview";

/// Looks through all repositories that have a policy, every hour. (AWS: within 24 hours.)
struct ExpireImagesTask {
  static constexpr std::string_view kKind = "ecr.expire_images";

  Json to_json() const { return Json::object(); }
  static ExpireImagesTask from_json(const Json&) { return {}; }
};

void start_expiry(region::Region& home);

/// The repository's images as a policy sees them: without those that an index of it names, which stay as long as that.
std::vector<LifecycleImage> lifecycle_images(store::Tx& tx, const RepositoryRow& repository);

}  // namespace hanbat::ecr
