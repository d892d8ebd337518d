// Tags on every kind of resource.
#include <algorithm>

#include "region/tag_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/images/images.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kPaths[] = {
    {"key", "Key"}, {"resource-id", "ResourceId"}, {"resource-type", "ResourceType"}, {"value", "Value"}};

/// The resource's type, when it is there and the caller's.
std::string_view require_taggable(Request& rq, const std::string& id) {
  const std::string_view type = type_of_id(id);
  if (type.empty()) throw Error("InvalidID", 400, fmt::format("The ID '{}' is not valid", id));
  if (type == "image") {
    require_image(rq.tx, place_of(rq), id);
    return type;
  }
  const auto row = rows::find(rq.tx, type, id);
  if (row && row->place == place_of(rq)) return type;
  const auto missing = [&]<class T>(std::type_identity<T>) {
    if (KindOf<T>::kKind.type == type) require<T>(rq.tx, place_of(rq), id);
  };
  missing(std::type_identity<Vpc>{}), missing(std::type_identity<Subnet>{}), missing(std::type_identity<Instance>{});
  missing(std::type_identity<SecurityGroup>{}), missing(std::type_identity<RouteTable>{}),
      missing(std::type_identity<Volume>{});
  missing(std::type_identity<InternetGateway>{}), missing(std::type_identity<NatGateway>{}),
      missing(std::type_identity<Address>{});
  missing(std::type_identity<NetworkInterface>{}), missing(std::type_identity<NetworkAcl>{});
  throw Error("InvalidID", 400, fmt::format("The ID '{}' is not valid", id));
}

}  // namespace

CreateTagsOutput Ec2::create_tags(Request& rq, const CreateTagsInput& in) {
  Tags tags;
  for (const Tag& tag : in.tags) tags[tag.key.value_or("")] = tag.value.value_or("");
  if (in.resources.empty()) throw missing_parameter("resourceIdSet");
  for (const std::string& id : in.resources)
    if (!type_of_id(id).empty()) may(rq, "CreateTags", type_of_id(id), id, region::request_tag_keys(tags));
  end_dry_run(in.dry_run);

  if (tags.empty()) throw missing_parameter("tagSet");
  for (const std::string& id : in.resources) {
    const std::string_view type = require_taggable(rq, id);
    check_tags(tags, rows::tags_of(rq.tx, id));
    for (const auto& [key, value] : tags) rows::put_tag(rq.tx, place_of(rq), type, id, key, value);
  }
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
    if (!type_of_id(id).empty()) may(rq, "DeleteTags", type_of_id(id), id, keys);
  end_dry_run(in.dry_run);

  for (const std::string& id : in.resources) {
    require_taggable(rq, id);
    if (!in.tags) {
      rq.tx.exec("DELETE FROM ec2_tags WHERE resource_id = ?", id);
      continue;
    }
    // A tag that names a value goes only when it has that value; an empty value counts as one.
    for (const Tag& tag : *in.tags) {
      if (tag.value)
        rq.tx.exec("DELETE FROM ec2_tags WHERE resource_id = ? AND key = ? AND value = ?", id, tag.key, tag.value);
      else
        rq.tx.exec("DELETE FROM ec2_tags WHERE resource_id = ? AND key = ?", id, tag.key);
    }
  }
  return {};
}

DescribeTagsOutput Ec2::describe_tags(Request& rq, const DescribeTagsInput& in) {
  allow(rq, in, "DescribeTags");

  std::vector<NamedFilter> filters;
  for (NamedFilter& filter : named_filters(in.filters)) {
    if (filter.name.starts_with("tag:")) {
      filters.push_back({"key", {filter.name.substr(4)}});
      filter.name = "value";
    }
    filters.push_back(std::move(filter));
  }
  std::vector<TagDescription> items;
  std::vector<std::string> keys;
  for (const auto& row :
       rq.tx.query("SELECT resource_id, key, value, kind FROM ec2_tags WHERE account = ? AND region = ? "
                   "ORDER BY resource_id, key",
                   rq.account, rq.region)) {
    TagDescription item;
    item.resource_id = row.text(0);
    item.key = row.text(1);
    item.value = row.text(2);
    item.resource_type = row.text(3);
    if (!passes(wire::to_json(item), filters, kPaths)) continue;
    keys.push_back(row.text(0) + "\n" + row.text(1));
    items.push_back(std::move(item));
  }
  auto page = cut_page(std::move(items), keys, paging_of(in));
  DescribeTagsOutput out;
  out.tags = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
