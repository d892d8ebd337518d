#include "services/codedeploy/groups/tags.h"

#include "base/arn.h"
#include "region/page.h"
#include "region/tag_refusals.h"
#include "services/codedeploy/codedeploy.h"

namespace hanbat::codedeploy {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"InvalidTagsToAddException", "The maximum allowed number of tags was exceeded."},
    .reserved = {"InvalidTagsToAddException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"InvalidTagsToAddException", "The tag key is given more than once: {key}"},
    .empty_key = {"InvalidTagsToAddException", "A tag key cannot be empty."},
    .long_key = {"InvalidTagsToAddException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"InvalidTagsToAddException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"InvalidTagsToAddException", "The specified tags are not valid."},
    .value_character = {"InvalidTagsToAddException", "The specified tags are not valid."}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

void CodeDeploy::authorize(region::Request& rq, std::string_view action, const std::string& arn,
                           region::ConditionKeys keys) {
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);
}

void CodeDeploy::authorize_tagged(region::Request& rq, std::string_view action, const std::string& text,
                                  region::ConditionKeys keys) {
  const auto arn = parse_arn(text);
  const Place place = place_of(rq);
  if (!arn || arn->service != "codedeploy" || arn->account != place.account || arn->region != place.region)
    throw InvalidArnException("The specified ARN is not in a valid format.");
  if (!rq.names_resource(action, text)) throw ArnNotSupportedException("The specified ARN is not supported.");
  authorize(rq, action, text, std::move(keys));

  const std::size_t slash = arn->resource.find('/');
  // Names that nothing can have are no error of their own here.
  if (!arn->resource.starts_with("application:")) {
    const std::string application = arn->resource.substr(16, slash - 16), group = arn->resource.substr(slash + 1);
    if (!find_group(rq.tx, place, application, group))
      throw DeploymentGroupDoesNotExistException("No Deployment Group found for name: " + group);
  } else if (const std::string name = arn->resource.substr(12); !find_application(rq.tx, place, name)) {
    throw ApplicationDoesNotExistException("No application found for name: " + name);
  }
}

TagResourceOutput CodeDeploy::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "codedeploy:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  if (in.tags.empty()) throw TagRequiredException("A tag was not specified.");

  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);

  return {};
}

UntagResourceOutput CodeDeploy::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "codedeploy:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  if (in.tag_keys.empty()) throw TagRequiredException("A tag was not specified.");

  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);

  return {};
}

ListTagsForResourceOutput CodeDeploy::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "codedeploy:ListTagsForResource", in.resource_arn);

  auto page = region::Pager(rq, in).cut(region::tag_list<Tag>(region::tags_of(rq.tx, in.resource_arn)),
                                        [](const Tag& tag) { return *tag.key; });

  ListTagsForResourceOutput out;
  out.tags = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::codedeploy
