#include "services/iam/tags.h"

#include "base/text.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostTags = 50;

template <class Output>
Output tags_page(const Entity& entity, const std::optional<std::string>& marker, std::optional<int> max_items) {
  const auto page = take_page(tag_list(entity), [](const Tag& t) { return t.key; }, marker, max_items);
  Output out;
  out.tags = page.items;
  page.tell(out);
  return out;
}

}  // namespace

std::vector<Tag> tag_list(const Entity& entity) {
  std::vector<Tag> out;
  for (const auto& [key, value] : entity.tags()) out.push_back({.key = key, .value = value});
  return out;
}

Tags merge_tags(Tags have, const std::vector<Tag>& add) {
  Tags seen;
  for (const Tag& tag : add) {
    if (lower(tag.key).starts_with("aws:"))
      throw InvalidInputException("Tag keys that begin with \"aws:\" are reserved for system use.");
    // Keys are kept as written and compared without regard to case.
    if (!seen.emplace(lower(tag.key), "").second)
      throw InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    std::erase_if(have, [&](const auto& old) { return iequals(old.first, tag.key); });
    have[tag.key] = tag.value;
  }
  if (have.size() > kMostTags) throw LimitExceededException("The number of tags has reached the maximum limit.");
  return have;
}

region::ConditionKeys request_tags(const std::vector<Tag>& tags) {
  return region::request_tag_keys(region::tag_map(tags));
}

region::ConditionKeys request_tags(const std::optional<std::vector<Tag>>& tags) {
  return tags ? request_tags(*tags) : region::ConditionKeys();
}

region::ConditionKeys tag_keys(const std::vector<std::string>& keys) { return region::removed_tag_keys(keys); }

void Iam::tag(Request& rq, Entity entity, const std::vector<Tag>& tags) const {
  entity.set_tags(merge_tags(entity.tags(), tags));
  store_.update(rq.tx, entity);
}

void Iam::untag(Request& rq, Entity entity, const std::vector<std::string>& keys) const {
  Tags tags = entity.tags();
  for (const std::string& key : keys) std::erase_if(tags, [&](const auto& old) { return iequals(old.first, key); });
  entity.set_tags(tags);
  store_.update(rq.tx, entity);
}

TagUserOutput Iam::tag_user(Request& rq, const TagUserInput& in) {
  authorize(rq, "iam:TagUser", Kind::kUser, in.user_name, request_tags(in.tags));

  tag(rq, require_user(rq, in.user_name), in.tags);

  return {};
}

UntagUserOutput Iam::untag_user(Request& rq, const UntagUserInput& in) {
  authorize(rq, "iam:UntagUser", Kind::kUser, in.user_name, tag_keys(in.tag_keys));

  untag(rq, require_user(rq, in.user_name), in.tag_keys);

  return {};
}

ListUserTagsOutput Iam::list_user_tags(Request& rq, const ListUserTagsInput& in) {
  authorize(rq, "iam:ListUserTags", Kind::kUser, in.user_name);

  return tags_page<ListUserTagsOutput>(require_user(rq, in.user_name), in.marker, in.max_items);
}

TagRoleOutput Iam::tag_role(Request& rq, const TagRoleInput& in) {
  authorize(rq, "iam:TagRole", Kind::kRole, in.role_name, request_tags(in.tags));

  tag(rq, require_role(rq, in.role_name), in.tags);

  return {};
}

UntagRoleOutput Iam::untag_role(Request& rq, const UntagRoleInput& in) {
  authorize(rq, "iam:UntagRole", Kind::kRole, in.role_name, tag_keys(in.tag_keys));

  untag(rq, require_role(rq, in.role_name), in.tag_keys);

  return {};
}

ListRoleTagsOutput Iam::list_role_tags(Request& rq, const ListRoleTagsInput& in) {
  authorize(rq, "iam:ListRoleTags", Kind::kRole, in.role_name);

  return tags_page<ListRoleTagsOutput>(require_role(rq, in.role_name), in.marker, in.max_items);
}

TagPolicyOutput Iam::tag_policy(Request& rq, const TagPolicyInput& in) {
  authorize_policy(rq, "iam:TagPolicy", in.policy_arn, request_tags(in.tags));

  tag(rq, require_policy(rq, in.policy_arn), in.tags);

  return {};
}

UntagPolicyOutput Iam::untag_policy(Request& rq, const UntagPolicyInput& in) {
  authorize_policy(rq, "iam:UntagPolicy", in.policy_arn, tag_keys(in.tag_keys));

  untag(rq, require_policy(rq, in.policy_arn), in.tag_keys);

  return {};
}

ListPolicyTagsOutput Iam::list_policy_tags(Request& rq, const ListPolicyTagsInput& in) {
  authorize_policy(rq, "iam:ListPolicyTags", in.policy_arn);

  if (managed_.find(in.policy_arn)) return tags_page<ListPolicyTagsOutput>(Entity{}, in.marker, in.max_items);
  return tags_page<ListPolicyTagsOutput>(require_policy(rq, in.policy_arn), in.marker, in.max_items);
}

TagInstanceProfileOutput Iam::tag_instance_profile(Request& rq, const TagInstanceProfileInput& in) {
  authorize(rq, "iam:TagInstanceProfile", Kind::kProfile, in.instance_profile_name, request_tags(in.tags));

  tag(rq, require_profile(rq, in.instance_profile_name), in.tags);

  return {};
}

UntagInstanceProfileOutput Iam::untag_instance_profile(Request& rq, const UntagInstanceProfileInput& in) {
  authorize(rq, "iam:UntagInstanceProfile", Kind::kProfile, in.instance_profile_name, tag_keys(in.tag_keys));

  untag(rq, require_profile(rq, in.instance_profile_name), in.tag_keys);

  return {};
}

ListInstanceProfileTagsOutput Iam::list_instance_profile_tags(Request& rq, const ListInstanceProfileTagsInput& in) {
  authorize(rq, "iam:ListInstanceProfileTags", Kind::kProfile, in.instance_profile_name);

  return tags_page<ListInstanceProfileTagsOutput>(require_profile(rq, in.instance_profile_name), in.marker,
                                                  in.max_items);
}

}  // namespace hanbat::iam
