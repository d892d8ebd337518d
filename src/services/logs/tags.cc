// Tags of log groups, by ARN and in the older way by name.
#include "base/arn.h"

#include "region/tag_refusals.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsException", "A resource can have no more than 50 tags."},
    .reserved = {"InvalidParameterException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"InvalidParameterException", "The tag key is given more than once: {key}"},
    .empty_key = {"InvalidParameterException", "A tag key cannot be empty."},
    .long_key = {"InvalidParameterException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"InvalidParameterException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"InvalidParameterException", "The tag has characters that are not valid: {key}"},
    .value_character = {"InvalidParameterException", "The tag has characters that are not valid: {key}"}};

std::string arn_of(const GroupRow& group) { return group_arn(group.place, *group.name); }

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

GroupRow Logs::require_group_of_arn(region::Request& rq, std::string_view action, const std::string& arn,
                                    region::ConditionKeys keys) {
  const auto parsed = parse_arn(arn);
  if (!parsed) throw InvalidParameterException("The resource ARN is not that of a log group: " + arn);
  return require_group(rq, action, name_of(rq, std::nullopt, arn), std::move(keys), "");
}

TagResourceOutput Logs::tag_resource(region::Request& rq, const TagResourceInput& in) {
  const GroupRow group =
      require_group_of_arn(rq, "logs:TagResource", in.resource_arn, region::request_tag_keys(in.tags));
  region::put_tags(rq.tx, arn_of(group), region::tag_pairs(in.tags), kTagRules);
  return {};
}

UntagResourceOutput Logs::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  const GroupRow group =
      require_group_of_arn(rq, "logs:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));
  region::remove_tags(rq.tx, arn_of(group), in.tag_keys, kTagRules);
  return {};
}

ListTagsForResourceOutput Logs::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  return {.tags =
              region::tags_of(rq.tx, arn_of(require_group_of_arn(rq, "logs:ListTagsForResource", in.resource_arn)))};
}

TagLogGroupOutput Logs::tag_log_group(region::Request& rq, const TagLogGroupInput& in) {
  const GroupRow group = require_group(rq, "logs:TagLogGroup", in.log_group_name, region::request_tag_keys(in.tags));
  region::put_tags(rq.tx, arn_of(group), region::tag_pairs(in.tags), kTagRules);
  return {};
}

UntagLogGroupOutput Logs::untag_log_group(region::Request& rq, const UntagLogGroupInput& in) {
  const GroupRow group = require_group(rq, "logs:UntagLogGroup", in.log_group_name, region::removed_tag_keys(in.tags));
  region::remove_tags(rq.tx, arn_of(group), in.tags, kTagRules);
  return {};
}

ListTagsLogGroupOutput Logs::list_tags_log_group(region::Request& rq, const ListTagsLogGroupInput& in) {
  return {.tags = region::tags_of(rq.tx, arn_of(require_group(rq, "logs:ListTagsLogGroup", in.log_group_name)))};
}

}  // namespace hanbat::logs
