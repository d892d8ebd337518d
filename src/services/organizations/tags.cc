// Tags of accounts, units, roots and policies.
#include "region/tag_keys.h"
#include "services/organizations/organizations.h"

namespace hanbat::organizations {
namespace {

void check_exists(const Store& store, store::Tx& tx, const OrganizationRow& organization, const std::string& id) {
  const auto node = store.find_node(tx, id);
  if (node && node->organization_id == organization.id) return;
  if (const auto policy = store.find_policy(tx, organization, id); policy && !policy->is_aws_managed()) return;
  throw TargetNotFoundException("You specified a target that doesn't exist.");
}

}  // namespace

TagResourceOutput Organizations::tag_resource(region::Request& rq, const TagResourceInput& in) {
  const OrganizationRow organization =
      require_managed(rq, "TagResource", in.resource_id, region::request_tag_keys(region::tag_map(in.tags)));

  check_exists(store_, rq.tx, organization, in.resource_id);
  set_tags(rq, in.resource_id, in.tags);
  if (store_.tags(rq.tx, in.resource_id).size() > 50)
    throw ConstraintViolationException("You have exceeded the maximum number of tags.")
        .with("Reason", "MAX_TAG_LIMIT_EXCEEDED");

  return {};
}

UntagResourceOutput Organizations::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  const OrganizationRow organization =
      require_managed(rq, "UntagResource", in.resource_id, region::removed_tag_keys(in.tag_keys));

  check_exists(store_, rq.tx, organization, in.resource_id);
  for (const std::string& key : in.tag_keys) store_.erase_tag(rq.tx, in.resource_id, key);

  return {};
}

ListTagsForResourceOutput Organizations::list_tags_for_resource(region::Request& rq,
                                                                const ListTagsForResourceInput& in) {
  const OrganizationRow organization = require_managed(rq, "ListTagsForResource", in.resource_id);

  check_exists(store_, rq.tx, organization, in.resource_id);
  ListTagsForResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : store_.tags(rq.tx, in.resource_id)) out.tags->push_back({.key = key, .value = value});
  return out;
}

}  // namespace hanbat::organizations
