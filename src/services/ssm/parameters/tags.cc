#include "services/ssm/parameters/tags.h"

#include "region/tag_refusals.h"
#include "services/ssm/documents/documents.h"
#include "services/ssm/parameters/store.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsError", ""},
    .reserved = {"ValidationException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"ValidationException", "The tag key is given more than once: {key}"},
    .empty_key = {"ValidationException", "A tag key cannot be empty."},
    .long_key = {"ValidationException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"ValidationException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"ValidationException", "The tag has characters that are not valid: {key}"},
    .value_character = {"ValidationException", "The tag has characters that are not valid: {key}"}};

bool is_hybrid_id(std::string_view id) {
  return id.size() == 20 && id.starts_with("mi-") &&
         id.find_first_not_of("0123456789abcdef", 3) == std::string_view::npos;
}

/// The resource's ARN. Throws InvalidResourceId.
std::string require_resource(region::Request& rq, const std::string& type, const std::string& id) {
  if (type == "Parameter") {
    if (const auto found = find_parameter(rq.tx, place_of(rq), id)) return parameter_arn(found->place, *found->name);
  } else if (type == "Association") {
    if (const auto found = region::find<AssociationDescription>(rq.tx, place_of(rq), id))
      return region::KindOf<AssociationDescription>::arn(*found);
  } else if (type == "Document") {
    if (const auto found = find_document_row(rq.tx, place_of(rq), id)) return region::KindOf<DocumentHead>::arn(*found);
  } else {
    throw wire::Error::not_implemented("tags of SSM resources", "ResourceType " + type);
  }
  throw InvalidResourceId();
}

void authorize_tags(region::Request& rq, std::string_view action, const std::string& type, const std::string& id,
                    region::ConditionKeys keys = {}) {
  if (type == "Document") return authorize_document(rq, action, id, std::move(keys));
  // Those of a hybrid activation, of which there are none here: EC2's own instances have their tags in EC2.
  if (type == "ManagedInstance" && !is_hybrid_id(id))
    throw wire::Error("ValidationException", 400,
                      "resourceId should be in format mi-[0-9a-f]{17} for resource type ManagedInstance");
  if (type != "Association") return authorize(rq, action, id, std::move(keys));
  const std::string arn = rq.arn("ssm", "association/" + id);
  const region::TagMap tags = region::tags_of(rq.tx, arn);
  region::add_resource_tags(keys, tags);
  for (const auto& [key, value] : tags) keys["ssm:resourceTag/" + key] = {value};
  rq.authorize(action, arn, keys);
}

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

AddTagsToResourceOutput Ssm::add_tags_to_resource(region::Request& rq, const AddTagsToResourceInput& in) {
  authorize_tags(rq, "ssm:AddTagsToResource", in.resource_type, in.resource_id,
                 region::request_tag_keys(region::tag_map(in.tags)));

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

RemoveTagsFromResourceOutput Ssm::remove_tags_from_resource(region::Request& rq,
                                                            const RemoveTagsFromResourceInput& in) {
  authorize_tags(rq, "ssm:RemoveTagsFromResource", in.resource_type, in.resource_id,
                 region::removed_tag_keys(in.tag_keys));

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  region::remove_tags(rq.tx, arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput Ssm::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize_tags(rq, "ssm:ListTagsForResource", in.resource_type, in.resource_id);

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  ListTagsForResourceOutput out;
  out.tag_list = region::tag_list<Tag>(region::tags_of(rq.tx, arn));
  return out;
}

}  // namespace hanbat::ssm
