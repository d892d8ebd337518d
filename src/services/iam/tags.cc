#include "services/iam/tags.h"

#include "base/text.h"
#include "region/tag_refusals.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"

namespace hanbat::iam {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"LimitExceeded", "The number of tags has reached the maximum limit.", 409},
    .reserved = {"InvalidInput", "Tag keys that begin with \"aws:\" are reserved for system use."},
    .duplicate = {"InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
    .empty_key = {"InvalidInput", "The tag with the key '{key}' is not valid."},
    .long_key = {"InvalidInput", "The tag with the key '{key}' is not valid."},
    .long_value = {"InvalidInput", "The tag with the key '{key}' is not valid."},
    .key_character = {"InvalidInput", "The tag with the key '{key}' is not valid."},
    .value_character = {"InvalidInput", "The tag with the key '{key}' is not valid."}};

template <class Output, class In>
Output tags_page(Request& rq, const In& in, std::vector<Tag> tags) {
  const auto page = cut_page(rq, in, std::move(tags), [](const Tag& tag) { return tag.key; });
  Output out;
  out.tags = page.items;
  end_page(page, out);
  return out;
}

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>, .keys = region::TagRules::Case::kFolded};

std::vector<Tag> tag_list(store::Tx& tx, const Entity& entity) {
  return region::tag_list<Tag>(region::tags_of(tx, entity.arn));
}

void put_tags(store::Tx& tx, const Entity& entity, const std::optional<std::vector<Tag>>& tags) {
  region::put_tags(tx, entity.arn, region::tag_pairs(tags), kTagRules);
}

region::ConditionKeys request_tags(const std::vector<Tag>& tags) {
  return region::request_tag_keys(region::tag_map(tags));
}

region::ConditionKeys request_tags(const std::optional<std::vector<Tag>>& tags) {
  return tags ? request_tags(*tags) : region::ConditionKeys();
}

void Iam::tag(Request& rq, const Entity& entity, const std::vector<Tag>& tags) const {
  region::put_tags(rq.tx, entity.arn, region::tag_pairs(tags), kTagRules);
}

void Iam::untag(Request& rq, const Entity& entity, const std::vector<std::string>& keys) const {
  region::remove_tags(rq.tx, entity.arn, keys, kTagRules);
}

TagUserOutput Iam::tag_user(Request& rq, const TagUserInput& in) {
  authorize(rq, "iam:TagUser", Kind::kUser, in.user_name, request_tags(in.tags));

  tag(rq, require_user(rq, in.user_name), in.tags);

  return {};
}

UntagUserOutput Iam::untag_user(Request& rq, const UntagUserInput& in) {
  authorize(rq, "iam:UntagUser", Kind::kUser, in.user_name, region::removed_tag_keys(in.tag_keys));

  untag(rq, require_user(rq, in.user_name), in.tag_keys);

  return {};
}

ListUserTagsOutput Iam::list_user_tags(Request& rq, const ListUserTagsInput& in) {
  authorize(rq, "iam:ListUserTags", Kind::kUser, in.user_name);

  return tags_page<ListUserTagsOutput>(rq, in, tag_list(rq.tx, require_user(rq, in.user_name)));
}

TagRoleOutput Iam::tag_role(Request& rq, const TagRoleInput& in) {
  authorize(rq, "iam:TagRole", Kind::kRole, in.role_name, request_tags(in.tags));

  tag(rq, require_role(rq, in.role_name), in.tags);

  return {};
}

UntagRoleOutput Iam::untag_role(Request& rq, const UntagRoleInput& in) {
  authorize(rq, "iam:UntagRole", Kind::kRole, in.role_name, region::removed_tag_keys(in.tag_keys));

  untag(rq, require_role(rq, in.role_name), in.tag_keys);

  return {};
}

ListRoleTagsOutput Iam::list_role_tags(Request& rq, const ListRoleTagsInput& in) {
  authorize(rq, "iam:ListRoleTags", Kind::kRole, in.role_name);

  return tags_page<ListRoleTagsOutput>(rq, in, tag_list(rq.tx, require_role(rq, in.role_name)));
}

TagPolicyOutput Iam::tag_policy(Request& rq, const TagPolicyInput& in) {
  authorize_arn(rq, "iam:TagPolicy", in.policy_arn, request_tags(in.tags));

  tag(rq, require_policy(rq, in.policy_arn), in.tags);

  return {};
}

UntagPolicyOutput Iam::untag_policy(Request& rq, const UntagPolicyInput& in) {
  authorize_arn(rq, "iam:UntagPolicy", in.policy_arn, region::removed_tag_keys(in.tag_keys));

  untag(rq, require_policy(rq, in.policy_arn), in.tag_keys);

  return {};
}

ListPolicyTagsOutput Iam::list_policy_tags(Request& rq, const ListPolicyTagsInput& in) {
  authorize_arn(rq, "iam:ListPolicyTags", in.policy_arn);

  if (managed_.find(in.policy_arn)) return tags_page<ListPolicyTagsOutput>(rq, in, {});
  return tags_page<ListPolicyTagsOutput>(rq, in, tag_list(rq.tx, require_policy(rq, in.policy_arn)));
}

TagInstanceProfileOutput Iam::tag_instance_profile(Request& rq, const TagInstanceProfileInput& in) {
  authorize(rq, "iam:TagInstanceProfile", Kind::kProfile, in.instance_profile_name, request_tags(in.tags));

  tag(rq, require_profile(rq, in.instance_profile_name), in.tags);

  return {};
}

UntagInstanceProfileOutput Iam::untag_instance_profile(Request& rq, const UntagInstanceProfileInput& in) {
  authorize(rq, "iam:UntagInstanceProfile", Kind::kProfile, in.instance_profile_name,
            region::removed_tag_keys(in.tag_keys));

  untag(rq, require_profile(rq, in.instance_profile_name), in.tag_keys);

  return {};
}

ListInstanceProfileTagsOutput Iam::list_instance_profile_tags(Request& rq, const ListInstanceProfileTagsInput& in) {
  authorize(rq, "iam:ListInstanceProfileTags", Kind::kProfile, in.instance_profile_name);

  return tags_page<ListInstanceProfileTagsOutput>(rq, in,
                                                  tag_list(rq.tx, require_profile(rq, in.instance_profile_name)));
}

}  // namespace hanbat::iam
