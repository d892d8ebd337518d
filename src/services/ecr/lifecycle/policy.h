// Lifecycle policies: which images of a repository a policy lets go of. Pure.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/words.h"

namespace hanbat::ecr {

enum class LifecycleTags { kTagged, kUntagged, kAny };
enum class LifecycleCount { kMoreThan, kSincePushed };

}  // namespace hanbat::ecr

namespace hanbat {

template <>
inline constexpr auto kWords<ecr::LifecycleTags> =
    std::to_array<Word<ecr::LifecycleTags>>({{ecr::LifecycleTags::kTagged, "tagged"},
                                             {ecr::LifecycleTags::kUntagged, "untagged"},
                                             {ecr::LifecycleTags::kAny, "any"}});
template <>
inline constexpr auto kWords<ecr::LifecycleCount> = std::to_array<Word<ecr::LifecycleCount>>(
    {{ecr::LifecycleCount::kMoreThan, "imageCountMoreThan"}, {ecr::LifecycleCount::kSincePushed, "sinceImagePushed"}});

}  // namespace hanbat

namespace hanbat::ecr {

struct LifecycleRule {
  int priority = 0;
  LifecycleTags tags = LifecycleTags::kAny;
  std::vector<std::string> patterns;  // of tagged images; each has to match one of an image's tags
  LifecycleCount count_type = LifecycleCount::kMoreThan;
  int count = 0;  // images, or days
};

/// By priority. Throws InvalidParameterException for what is no policy, NotImplemented (501) for what is not built.
std::vector<LifecycleRule> parse_lifecycle_policy(std::string_view text, std::string_view operation);

struct LifecycleImage {
  std::string digest;
  std::vector<std::string> tags;
  Timestamp pushed;
};
struct ExpiringImage {
  LifecycleImage image;
  int priority = 0;
};
/// What expires now, newest first. Each rule looks at the images of its kind; the first by priority decides of an
/// image.
std::vector<ExpiringImage> expiring_images(const std::vector<LifecycleRule>& rules, std::vector<LifecycleImage> images,
                                           Timestamp now);

}  // namespace hanbat::ecr
