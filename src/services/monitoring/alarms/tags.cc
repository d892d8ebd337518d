// Who may do what to alarms by their tags, and the tags themselves.
#include "base/arn.h"
#include "region/tag_refusals.h"
#include "services/monitoring/monitoring.h"

namespace hanbat::monitoring {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"InvalidParameterValueException", "The resource has more than 50 tags."},
    .reserved = {"InvalidParameterValueException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"InvalidParameterValueException", "The tag key is given more than once: {key}"},
    .empty_key = {"InvalidParameterValueException", "A tag key cannot be empty."},
    .long_key = {"InvalidParameterValueException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"InvalidParameterValueException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"InvalidParameterValueException", "The tag has characters that are not valid: {key}"},
    .value_character = {"InvalidParameterValueException", "The tag has characters that are not valid: {key}"}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

void Monitoring::ask_alarm(region::Request& rq, std::string_view action, std::string_view name,
                           region::ConditionKeys keys) const {
  const std::string arn = alarm_arn({rq.account, rq.region}, name);
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);
}

void Monitoring::ask_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                            region::ConditionKeys keys) const {
  if (!rq.names_resource(action, arn))
    throw InvalidParameterValueException("The value " + arn + " for parameter ResourceARN is invalid.");
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);

  const region::Place place{rq.account, rq.region};
  if (region::find<Alarm>(rq.tx, place, arn)) return;
  ResourceNotFoundException missing("Unable to find resource: " + arn);
  missing.resource_type = "alarm";
  missing.resource_id = arn;
  throw missing;
}

TagResourceOutput Monitoring::tag_resource(region::Request& rq, const TagResourceInput& in) {
  ask_tagged(rq, "cloudwatch:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

UntagResourceOutput Monitoring::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  ask_tagged(rq, "cloudwatch:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput Monitoring::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  ask_tagged(rq, "cloudwatch:ListTagsForResource", in.resource_arn);

  return {.tags = region::tag_list<Tag>(region::tags_of(rq.tx, in.resource_arn))};
}

}  // namespace hanbat::monitoring
