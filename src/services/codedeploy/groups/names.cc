#include "services/codedeploy/groups/names.h"

#include <string>

#include "base/utf8.h"
#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {
namespace {

// https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
constexpr std::size_t kLongestDescription = 256;

}  // namespace

void check_application_name(std::string_view name) {
  if (!has_name_characters(name))
    throw InvalidApplicationNameException("The application name was specified in an invalid format: " +
                                          std::string(name));
}

void check_group_name(std::string_view name) {
  if (!has_name_characters(name))
    throw InvalidDeploymentGroupNameException("The deployment group name was specified in an invalid format: " +
                                              std::string(name));
}

void check_config_name(std::string_view name) {
  if (!has_name_characters(name))
    throw InvalidDeploymentConfigNameException(
        "The deployment configuration name was specified in an invalid format: " + std::string(name));
}

void check_batch(std::size_t count, std::size_t most) {
  if (count > most)
    throw BatchLimitExceededException("The maximum number of names or IDs allowed for this request (" +
                                      std::to_string(most) + ") was exceeded.");
}

void check_description(std::string_view description) {
  if (utf8_length(description) > kLongestDescription) throw DescriptionTooLongException("The description is too long.");
}

}  // namespace hanbat::codedeploy
