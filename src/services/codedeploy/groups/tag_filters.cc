#include "services/codedeploy/groups/tag_filters.h"
#include "services/codedeploy/words.h"

#include <algorithm>

namespace hanbat::codedeploy {

bool any_matches(const std::vector<EC2TagFilter>& filters, const Tags& tags) {
  return std::any_of(filters.begin(), filters.end(), [&](const EC2TagFilter& filter) {
    const std::string value = filter.value.value_or("");
    const auto tag = tags.find(filter.key.value_or(""));
    switch (require_word(filter.type, TagFilterType::kKeyAndValue)) {
      case TagFilterType::kValueOnly:
        return std::any_of(tags.begin(), tags.end(), [&](const auto& one) { return one.second == value; });
      case TagFilterType::kKeyOnly:
        return tag != tags.end();
      case TagFilterType::kKeyAndValue:
        return tag != tags.end() && tag->second == value;
    }
    return false;
  });
}

bool wants(const DeploymentGroupInfo& group, const Tags& tags) {
  if (group.ec2_tag_set && group.ec2_tag_set->ec2_tag_set_list && !group.ec2_tag_set->ec2_tag_set_list->empty())
    return std::all_of(group.ec2_tag_set->ec2_tag_set_list->begin(), group.ec2_tag_set->ec2_tag_set_list->end(),
                       [&](const auto& filters) { return any_matches(filters, tags); });
  return group.ec2_tag_filters && any_matches(*group.ec2_tag_filters, tags);
}

}  // namespace hanbat::codedeploy
