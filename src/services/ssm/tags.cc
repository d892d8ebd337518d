#include "services/ssm/tags.h"

#include "services/ssm/ssm.h"
#include "services/ssm/store.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

wire::Error invalid_tags(const region::TagProblem& problem) {
  const auto invalid = [](const std::string& message) { return wire::Error("ValidationException", 400, message); };
  switch (problem.fault) {
    case region::TagFault::kTooMany:
      return TooManyTagsError("A resource can have at most 50 tags.");
    case region::TagFault::kReserved:
      return invalid("Tag keys that begin with aws: are reserved: " + problem.key);
    case region::TagFault::kDuplicate:
      return invalid("The tag key is given more than once: " + problem.key);
    case region::TagFault::kEmptyKey:
      return invalid("A tag key cannot be empty.");
    case region::TagFault::kLongKey:
      return invalid("A tag key cannot be longer than 128 characters: " + problem.key);
    case region::TagFault::kLongValue:
      return invalid("The value of a tag cannot be longer than 256 characters: " + problem.key);
    case region::TagFault::kCharacter:
      break;
  }
  return invalid("The tag has characters that are not valid: " + problem.key);
}

/// The resource's ARN. Throws InvalidResourceId.
std::string require_resource(region::Request& rq, const std::string& type, const std::string& id) {
  if (type != "Parameter") throw wire::Error::not_implemented("tags of SSM resources", "ResourceType " + type);
  if (const auto found = find_parameter(rq.tx, place_of(rq), id)) return parameter_arn(found->place, *found->name);
  throw InvalidResourceId("The resource ID isn't valid. Verify that you entered the correct ID and try again.");
}

}  // namespace

const region::TagRules kTagRules{.error = invalid_tags};

AddTagsToResourceOutput Ssm::add_tags_to_resource(region::Request& rq, const AddTagsToResourceInput& in) {
  authorize(rq, "ssm:AddTagsToResource", in.resource_id, region::request_tag_keys(region::tag_map(in.tags)));

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

RemoveTagsFromResourceOutput Ssm::remove_tags_from_resource(region::Request& rq,
                                                            const RemoveTagsFromResourceInput& in) {
  authorize(rq, "ssm:RemoveTagsFromResource", in.resource_id, region::removed_tag_keys(in.tag_keys));

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  region::remove_tags(rq.tx, arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput Ssm::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize(rq, "ssm:ListTagsForResource", in.resource_id);

  const std::string arn = require_resource(rq, in.resource_type, in.resource_id);

  ListTagsForResourceOutput out;
  out.tag_list = region::tag_list<Tag>(region::tags_of(rq.tx, arn));
  return out;
}

}  // namespace hanbat::ssm
