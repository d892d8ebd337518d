#include "services/codedeploy/groups/tag_filters.h"

#include <algorithm>

namespace hanbat::codedeploy {

bool any_matches(const std::vector<EC2TagFilter>& filters, const Tags& tags) {
  return std::any_of(filters.begin(), filters.end(), [&](const EC2TagFilter& filter) {
    const std::string value = filter.value.value_or("");
    if (filter.type == "VALUE_ONLY")
      return std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return tag.second == value; });
    const auto tag = tags.find(filter.key.value_or(""));
    return tag != tags.end() && (filter.type == "KEY_ONLY" || tag->second == value);
  });
}

bool wants(const DeploymentGroupInfo& group, const Tags& tags) {
  if (group.ec2_tag_set && group.ec2_tag_set->ec2_tag_set_list && !group.ec2_tag_set->ec2_tag_set_list->empty())
    return std::all_of(group.ec2_tag_set->ec2_tag_set_list->begin(), group.ec2_tag_set->ec2_tag_set_list->end(),
                       [&](const auto& filters) { return any_matches(filters, tags); });
  return group.ec2_tag_filters && any_matches(*group.ec2_tag_filters, tags);
}

}  // namespace hanbat::codedeploy
