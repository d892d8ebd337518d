// Names as CodeDeploy takes them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hanbat::codedeploy {

/// Whether a name has no other characters than those of applications, groups, configurations and on-premises
/// instances. Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
inline bool has_name_characters(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+=,@-";
  return std::all_of(name.begin(), name.end(), [&](char c) { return kAllowed.find(c) != std::string_view::npos; });
}

/// Throws InvalidApplicationNameException, InvalidDeploymentGroupNameException, InvalidDeploymentConfigNameException.
void check_application_name(std::string_view name);
void check_group_name(std::string_view name);
void check_config_name(std::string_view name);

/// Throws BatchLimitExceededException for more names or ids than a call takes.
void check_batch(std::size_t count, std::size_t most);

/// Throws DescriptionTooLongException.
void check_description(std::string_view description);

}  // namespace hanbat::codedeploy
