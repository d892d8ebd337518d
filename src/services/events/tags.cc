// Who may do what to buses and rules by their tags, and the tags themselves.
#include "base/arn.h"
#include "region/tag_refusals.h"
#include "services/events/events.h"
#include "wire/error.h"

namespace hanbat::events {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"LimitExceededException", "The number of tags on the resource exceeds the limit."},
    .reserved = {"ValidationException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"ValidationException", "The tag key is given more than once: {key}"},
    .empty_key = {"ValidationException", "A tag key cannot be empty."},
    .long_key = {"ValidationException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"ValidationException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"ValidationException", "The tag has characters that are not valid: {key}"},
    .value_character = {"ValidationException", "The tag has characters that are not valid: {key}"}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

void Events::authorize_rule(region::Request& rq, std::string_view action, const BusKey& bus, std::string_view name,
                            region::ConditionKeys keys) {
  const std::string arn = rule_arn(bus, name);
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  if (const auto rule = find_rule(rq.tx, bus, name)) keys["events:creatorAccount"] = {rule->created_by};
  rq.authorize(action, arn, keys);
}

void Events::authorize_bus(region::Request& rq, std::string_view action, const BusKey& bus,
                           region::ConditionKeys keys) {
  region::add_resource_tags(keys, region::tags_of(rq.tx, bus.arn()));
  rq.authorize(action, bus.arn(), keys);
}

void Events::authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                              region::ConditionKeys keys) {
  const auto parsed = parse_arn(arn);
  if (!rq.names_resource(action, arn))
    throw wire::Error("ValidationException", 400, "Parameter ResourceARN is not valid: " + arn);
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);

  const std::string resource = parsed ? parsed->resource : "";
  const bool ours = parsed && parsed->account == rq.account && parsed->region == rq.region;
  if (ours && resource.starts_with("event-bus/")) {
    require_bus(rq.tx, {rq.account, rq.region, resource.substr(10)});
    return;
  }
  if (ours && resource.starts_with("rule/")) {
    const std::string path = resource.substr(5);
    const std::size_t slash = path.rfind('/');
    const bool custom = slash != std::string::npos;
    require_rule(rq.tx, {rq.account, rq.region, custom ? path.substr(0, slash) : std::string(kDefaultBus)},
                 custom ? path.substr(slash + 1) : path);
    return;
  }
  throw ResourceNotFoundException("Resource " + arn + " does not exist.");
}

TagResourceOutput Events::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "events:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

UntagResourceOutput Events::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "events:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput Events::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "events:ListTagsForResource", in.resource_arn);

  return {.tags = region::tag_list<Tag>(region::tags_of(rq.tx, in.resource_arn))};
}

}  // namespace hanbat::events
