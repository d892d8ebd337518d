// Tags on every kind of resource.
#include "base/arn.h"
#include "region/pick.h"
#include "region/tag_keys.h"
#include "region/tag_pages.h"
#include "services/ec2/ec2.h"
#include "services/ec2/images/images.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kTagsPaths[] = {
    {"key", "Key"}, {"resource-id", "ResourceId"}, {"resource-type", "ResourceType"}, {"value", "Value"}};

/// The ARN by which the resource's tags are kept, when it is there and the caller's.
std::string require_taggable(Request& rq, const std::string& id) {
  const std::string_view type = type_of_id(id);
  if (type.empty() || !has_id_form(id.substr(0, id.rfind('-')), id))
    throw Error("InvalidID", 400, fmt::format("The ID '{}' is not valid", id));
  TaggableKinds::each([&]<class T>(std::type_identity<T>) {
    if (type != KindOf<T>::kKind.type) return;
    // Images are published, not rows of a place.
    if constexpr (std::is_same_v<T, Image>)
      require_image(rq.tx, place_of(rq), id);
    else
      require<T>(rq.tx, place_of(rq), id);
  });
  return arn_of(place_of(rq), type, id);
}

/// Those of the named tags that the resource has: one that names a value is meant only with that value, and an empty
/// value counts as one.
std::vector<std::string> keys_meant(const Tags& have, const std::vector<Tag>& named) {
  std::vector<std::string> keys;
  for (const Tag& tag : named) {
    const auto found = have.find(tag.key.value_or(""));
    if (found != have.end() && (!tag.value || *tag.value == found->second)) keys.push_back(found->first);
  }
  return keys;
}

}  // namespace

CreateTagsOutput Ec2::create_tags(Request& rq, const CreateTagsInput& in) {
  const region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  if (in.resources.empty()) throw missing_parameter("resourceIdSet");
  for (const std::string& id : in.resources)
    if (!type_of_id(id).empty()) authorize(rq, "CreateTags", type_of_id(id), id, keys);

  if (in.tags.empty()) throw missing_parameter("tagSet");
  for (const std::string& id : in.resources)
    region::put_tags(rq.tx, require_taggable(rq, id), region::tag_pairs(in.tags), kTagRules);
  return {};
}

DeleteTagsOutput Ec2::delete_tags(Request& rq, const DeleteTagsInput& in) {
  if (in.resources.empty()) throw missing_parameter("resourceIdSet");
  region::ConditionKeys keys;
  for (const Tag& tag : in.tags.value_or(std::vector<Tag>{})) {
    keys["aws:TagKeys"].push_back(tag.key.value_or(""));
    if (tag.value) keys["aws:RequestTag/" + tag.key.value_or("")] = {*tag.value};
  }
  for (const std::string& id : in.resources)
    if (!type_of_id(id).empty()) authorize(rq, "DeleteTags", type_of_id(id), id, keys);

  for (const std::string& id : in.resources) {
    const std::string arn = require_taggable(rq, id);
    if (in.tags)
      region::remove_tags(rq.tx, arn, keys_meant(region::tags_of(rq.tx, arn), *in.tags), kTagRules);
    else
      region::delete_tags(rq.tx, arn);
  }
  return {};
}

namespace {

// Stands between ARN and key in a page's key; no ARN has it.
constexpr char kBetween = '\n';

std::optional<std::pair<std::string, std::string>> tag_at(const std::optional<std::string>& key) {
  if (!key) return std::nullopt;
  const std::size_t between = key->find(kBetween);
  return std::pair(key->substr(0, between), key->substr(between + 1));
}

}  // namespace

DescribeTagsOutput Ec2::describe_tags(Request& rq, const DescribeTagsInput& in) {
  authorize(rq, "DescribeTags");
  const region::Pager pager(rq, in, kPageSizes);

  std::vector<NamedFilter> filters;
  for (NamedFilter& filter : named_filters(in.filters, kTagsPaths)) {
    if (filter.name.starts_with("tag:")) {
      filters.push_back({"key", {filter.name.substr(4)}});
      filter.name = "value";
    }
    filters.push_back(std::move(filter));
  }
  const std::string place = make_arn("ec2", rq.region, rq.account, "");
  auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        std::vector<Placed<TagDescription>> items;
        for (region::PlacedTag& tag : region::tags_after(rq.tx, place, tag_at(after), most)) {
          const auto slash = tag.arn.find('/');
          Placed<TagDescription>& placed = items.emplace_back();
          placed.key = tag.arn + kBetween + tag.key;
          placed.item.resource_id = tag.arn.substr(slash + 1);
          placed.item.resource_type = tag.arn.substr(place.size(), slash - place.size());
          placed.item.key = std::move(tag.key);
          placed.item.value = std::move(tag.value);
        }
        return items;
      },
      [&](const Placed<TagDescription>& one) {
        return filters.empty() || matches_filters(wire::to_json(one.item), filters, kTagsPaths);
      },
      [](const Placed<TagDescription>& one) { return one.key; });
  DescribeTagsOutput out;
  out.tags.emplace();
  for (Placed<TagDescription>& one : page.items) out.tags->push_back(std::move(one.item));
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
