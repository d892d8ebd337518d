#include "services/codedeploy/groups/tag_filters.h"
#include "services/codedeploy/words.h"

#include <algorithm>

namespace hanbat::codedeploy {
namespace {

template <class Filter>
bool goes_together(const Filter& filter) {
  const bool key = !filter.key.value_or("").empty(), value = !filter.value.value_or("").empty();
  const auto type = find_word<TagFilterType>(filter.type.value_or(""));
  if (!type) return false;
  switch (*type) {
    case TagFilterType::kKeyAndValue:
    case TagFilterType::kKeyOnly:
      return key;
    case TagFilterType::kValueOnly:
      return value;
  }
  return false;
}

template <class Filter>
bool matches(const Filter& filter, const Tags& tags) {
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
}

template <class Filter>
bool any_holds(const std::vector<Filter>& filters, const Tags& tags) {
  return std::any_of(filters.begin(), filters.end(), [&](const Filter& filter) { return matches(filter, tags); });
}

/// One of each list, or one of the filters.
template <class Filter>
bool hold(const std::optional<std::vector<std::vector<Filter>>>& lists,
          const std::optional<std::vector<Filter>>& filters, const Tags& tags) {
  if (lists && !lists->empty())
    return std::all_of(lists->begin(), lists->end(), [&](const auto& list) { return any_holds(list, tags); });
  return filters && any_holds(*filters, tags);
}

}  // namespace

Tags tags_of(const InstanceInfo& instance) {
  Tags tags;
  if (instance.tags)
    for (const Tag& tag : *instance.tags) tags[tag.key.value_or("")] = tag.value.value_or("");
  return tags;
}

bool is_whole(const EC2TagFilter& filter) { return goes_together(filter); }
bool is_whole(const TagFilter& filter) { return goes_together(filter); }

bool any_matches(const std::vector<EC2TagFilter>& filters, const Tags& tags) { return any_holds(filters, tags); }
bool any_matches_on_premises(const std::vector<TagFilter>& filters, const Tags& tags) {
  return any_holds(filters, tags);
}

bool wants(const DeploymentGroupInfo& group, const Tags& tags) {
  const EC2TagSet set = group.ec2_tag_set.value_or(EC2TagSet{});
  return hold(set.ec2_tag_set_list, group.ec2_tag_filters, tags);
}

bool wants_on_premises(const DeploymentGroupInfo& group, const Tags& tags) {
  const OnPremisesTagSet set = group.on_premises_tag_set.value_or(OnPremisesTagSet{});
  return hold(set.on_premises_tag_set_list, group.on_premises_instance_tag_filters, tags);
}

bool looks_for_ec2(const DeploymentGroupInfo& group) {
  const bool by_set =
      group.ec2_tag_set && group.ec2_tag_set->ec2_tag_set_list && !group.ec2_tag_set->ec2_tag_set_list->empty();
  return by_set || (group.ec2_tag_filters && !group.ec2_tag_filters->empty());
}

}  // namespace hanbat::codedeploy
