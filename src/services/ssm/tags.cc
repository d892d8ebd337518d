// Tags of parameters.
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

std::string require_resource(region::Request& rq, const std::string& type, const std::string& id) {
  if (type != "Parameter") throw wire::Error::not_implemented("tags of SSM resources", "ResourceType " + type);
  const auto found = rq.tx.find("SELECT 1 FROM ssm_parameters WHERE account = ? AND region = ? AND name = ?",
                                rq.account, rq.region, id);
  if (!found)
    throw InvalidResourceId("The resource ID isn't valid. Verify that you entered the correct ID and try again.");
  return "Parameter/" + id;
}

}  // namespace

AddTagsToResourceOutput Ssm::add_tags_to_resource(region::Request& rq, const AddTagsToResourceInput& in) {
  authorize(rq, "ssm:AddTagsToResource", in.resource_id, region::request_tag_keys(region::tag_map(in.tags)));

  const std::string resource = require_resource(rq, in.resource_type, in.resource_id);

  for (const Tag& tag : in.tags) {
    rq.tx.exec("DELETE FROM ssm_tags WHERE account = ? AND region = ? AND resource = ? AND name = ?", rq.account,
               rq.region, resource, tag.key);
    rq.tx.exec("INSERT INTO ssm_tags (account, region, resource, name, value) VALUES (?, ?, ?, ?, ?)", rq.account,
               rq.region, resource, tag.key, tag.value);
  }
  return {};
}

RemoveTagsFromResourceOutput Ssm::remove_tags_from_resource(region::Request& rq,
                                                            const RemoveTagsFromResourceInput& in) {
  authorize(rq, "ssm:RemoveTagsFromResource", in.resource_id, region::removed_tag_keys(in.tag_keys));

  const std::string resource = require_resource(rq, in.resource_type, in.resource_id);

  for (const std::string& key : in.tag_keys)
    rq.tx.exec("DELETE FROM ssm_tags WHERE account = ? AND region = ? AND resource = ? AND name = ?", rq.account,
               rq.region, resource, key);
  return {};
}

ListTagsForResourceOutput Ssm::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize(rq, "ssm:ListTagsForResource", in.resource_id);

  const std::string resource = require_resource(rq, in.resource_type, in.resource_id);

  ListTagsForResourceOutput out;
  out.tag_list.emplace();
  for (const auto& row :
       rq.tx.query("SELECT name, value FROM ssm_tags WHERE account = ? AND region = ? AND resource = ? ORDER BY name",
                   rq.account, rq.region, resource)) {
    Tag& tag = out.tag_list->emplace_back();
    tag.key = row.text(0);
    tag.value = row.text(1);
  }
  return out;
}

}  // namespace hanbat::ssm
