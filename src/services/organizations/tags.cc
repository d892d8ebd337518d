// Tags of accounts, units, roots and policies.
#include "services/organizations/organizations.h"

#include "region/tag_refusals.h"

namespace hanbat::organizations {
namespace {

constexpr region::TagRefusal kInvalidTag =
    region::TagRefusal("InvalidInputException", "You specified an invalid tag: {key}")
        .with("Reason", "INVALID_PATTERN");
constexpr region::TagRefusals kTagRefusals{
    .too_many = region::TagRefusal("ConstraintViolationException", "You have exceeded the maximum number of tags.")
                    .with("Reason", "MAX_TAG_LIMIT_EXCEEDED"),
    .reserved = region::TagRefusal("InvalidInputException", "You specified a tag key that is reserved: {key}")
                    .with("Reason", "INVALID_SYSTEM_TAGS_PARAMETER"),
    .duplicate = region::TagRefusal("InvalidInputException", "You specified the tag key {key} more than once.")
                     .with("Reason", "DUPLICATE_TAG_KEY"),
    .empty_key = kInvalidTag,
    .long_key = kInvalidTag,
    .long_value = kInvalidTag,
    .key_character = kInvalidTag,
    .value_character = kInvalidTag};

/// The ARN of a node or policy of the organization's own. Throws TargetNotFoundException.
std::string require_arn(store::Tx& tx, const OrganizationRow& organization, const std::string& id) {
  const auto node = rows::find_node(tx, id);
  if (node && node->organization_id == organization.id) return arn_of(organization, *node);
  if (const auto policy = rows::find_policy(tx, organization, id); policy && !policy->is_aws_managed())
    return arn_of(organization, *policy);
  throw TargetNotFoundException("You specified a target that doesn't exist.");
}

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

TagResourceOutput Organizations::tag_resource(region::Request& rq, const TagResourceInput& in) {
  const OrganizationRow organization =
      require_managed(rq, "TagResource", in.resource_id, region::request_tag_keys(region::tag_map(in.tags)));

  put_tags(rq, require_arn(rq.tx, organization, in.resource_id), in.tags);

  return {};
}

UntagResourceOutput Organizations::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  const OrganizationRow organization =
      require_managed(rq, "UntagResource", in.resource_id, region::removed_tag_keys(in.tag_keys));

  region::remove_tags(rq.tx, require_arn(rq.tx, organization, in.resource_id), in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput Organizations::list_tags_for_resource(region::Request& rq,
                                                                const ListTagsForResourceInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListTagsForResource", in.resource_id);

  // All tags fit into one page.
  const region::Pager pager(rq, in, {.usual = 50});
  const region::TagMap tags = region::tags_of(rq.tx, require_arn(rq.tx, organization, in.resource_id));
  auto page = pager.cut(region::tag_list<Tag>(tags), [](const Tag& tag) { return tag.key; });

  return {.next_token = std::move(page.next_token), .tags = std::move(page.items)};
}

}  // namespace hanbat::organizations
