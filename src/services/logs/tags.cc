// Tags of log groups, by ARN and in the older way by name.
#include "base/arn.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

template <class Tags>
void add(GroupRow& group, const Tags& tags) {
  for (const auto& [key, value] : tags) group.body["tags"][key] = value;
  if (group.body["tags"].size() > 50) throw TooManyTagsException("A resource can have no more than 50 tags.");
}

template <class Keys>
void drop(GroupRow& group, const Keys& keys) {
  if (Json* tags = group.body.find("tags"))
    for (const auto& key : keys) tags->erase(key);
}

}  // namespace

std::map<std::string, std::string> tags_of(const GroupRow& group) {
  std::map<std::string, std::string> out;
  if (const Json* tags = group.body.find("tags"))
    for (const auto& [key, value] : tags->members()) out[key] = value.as_string();
  return out;
}

GroupRow Logs::require_group_of_arn(region::Request& rq, std::string_view action, const std::string& arn,
                                    region::ConditionKeys keys) {
  const auto parsed = parse_arn(arn);
  if (!parsed || !parsed->resource.starts_with("log-group:"))
    throw InvalidParameterException("The resource ARN is not that of a log group: " + arn);
  return require_group(rq, action, name_of(std::nullopt, arn), std::move(keys), "");
}

TagResourceOutput Logs::tag_resource(region::Request& rq, const TagResourceInput& in) {
  GroupRow group = require_group_of_arn(rq, "logs:TagResource", in.resource_arn, region::request_tag_keys(in.tags));
  add(group, in.tags);
  store_.update(rq.tx, group);
  return {};
}

UntagResourceOutput Logs::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  GroupRow group =
      require_group_of_arn(rq, "logs:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));
  drop(group, in.tag_keys);
  store_.update(rq.tx, group);
  return {};
}

ListTagsForResourceOutput Logs::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  return {.tags = tags_of(require_group_of_arn(rq, "logs:ListTagsForResource", in.resource_arn))};
}

TagLogGroupOutput Logs::tag_log_group(region::Request& rq, const TagLogGroupInput& in) {
  GroupRow group = require_group(rq, "logs:TagLogGroup", in.log_group_name, region::request_tag_keys(in.tags));
  add(group, in.tags);
  store_.update(rq.tx, group);
  return {};
}

UntagLogGroupOutput Logs::untag_log_group(region::Request& rq, const UntagLogGroupInput& in) {
  GroupRow group = require_group(rq, "logs:UntagLogGroup", in.log_group_name, region::removed_tag_keys(in.tags));
  drop(group, in.tags);
  store_.update(rq.tx, group);
  return {};
}

ListTagsLogGroupOutput Logs::list_tags_log_group(region::Request& rq, const ListTagsLogGroupInput& in) {
  return {.tags = tags_of(require_group(rq, "logs:ListTagsLogGroup", in.log_group_name))};
}

}  // namespace hanbat::logs
