// Applications, and the tags of applications and groups.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "services/codedeploy/codedeploy.h"
#include "wire/error.h"

namespace hanbat::codedeploy {

CreateApplicationOutput CodeDeploy::create_application(region::Request& rq, const CreateApplicationInput& in) {
  const Place place = place_of(rq);
  const std::string arn = place.application_arn(in.application_name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codedeploy:CreateApplication", arn, keys);
  if (!keys.empty()) rq.authorize("codedeploy:TagResource", arn, keys);

  const std::string platform = in.compute_platform.value_or("Server");
  if (platform != "Server") throw wire::Error::not_implemented("CreateApplication", "computePlatform " + platform);
  if (store_.find_application(rq.tx, place, in.application_name))
    throw ApplicationAlreadyExistsException("Application already exists: " + in.application_name);

  ApplicationInfo application;
  application.application_id = random_uuid();
  application.application_name = in.application_name;
  application.compute_platform = platform;
  application.create_time = rq.now();
  application.linked_to_git_hub = false;
  store_.put(rq.tx, place, application);
  if (in.tags)
    for (const Tag& tag : *in.tags) store_.set_tag(rq.tx, arn, tag.key.value_or(""), tag.value.value_or(""));

  CreateApplicationOutput out;
  out.application_id = application.application_id;
  return out;
}

GetApplicationOutput CodeDeploy::get_application(region::Request& rq, const GetApplicationInput& in) {
  authorize(rq, "codedeploy:GetApplication", place_of(rq).application_arn(in.application_name));

  GetApplicationOutput out;
  out.application = store_.require_application(rq.tx, place_of(rq), in.application_name);
  return out;
}

BatchGetApplicationsOutput CodeDeploy::batch_get_applications(region::Request& rq,
                                                              const BatchGetApplicationsInput& in) {
  if (in.application_names.empty()) throw ApplicationNameRequiredException("Application name is missing");
  for (const std::string& name : in.application_names)
    authorize(rq, "codedeploy:BatchGetApplications", place_of(rq).application_arn(name));

  BatchGetApplicationsOutput out;
  out.applications_info.emplace();
  for (const std::string& name : in.application_names)
    out.applications_info->push_back(store_.require_application(rq.tx, place_of(rq), name));
  return out;
}

ListApplicationsOutput CodeDeploy::list_applications(region::Request& rq, const ListApplicationsInput& in) {
  rq.authorize("codedeploy:ListApplications", "*");

  ListApplicationsOutput out;
  out.applications = store_.list_applications(rq.tx, place_of(rq));
  out.next_token = Paging(in.next_token).cut(*out.applications);
  return out;
}

UpdateApplicationOutput CodeDeploy::update_application(region::Request& rq, const UpdateApplicationInput& in) {
  const Place place = place_of(rq);
  const std::string from = in.application_name.value_or("");
  const std::string to = in.new_application_name.value_or("");
  authorize(rq, "codedeploy:UpdateApplication", place.application_arn(from));

  if (from.empty()) throw ApplicationNameRequiredException("Application name is missing");
  store_.require_application(rq.tx, place, from);
  if (to.empty() || to == from) return {};
  if (store_.find_application(rq.tx, place, to))
    throw ApplicationAlreadyExistsException("Application already exists: " + to);

  store_.rename_application(rq.tx, place, from, to);

  return {};
}

DeleteApplicationOutput CodeDeploy::delete_application(region::Request& rq, const DeleteApplicationInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codedeploy:DeleteApplication", place.application_arn(in.application_name));

  if (!store_.find_application(rq.tx, place, in.application_name)) return {};

  for (const std::string& name : store_.list_groups(rq.tx, place, in.application_name)) {
    store_.erase_tags(rq.tx, place.group_arn(in.application_name, name));
    store_.erase_group(rq.tx, *store_.find_group(rq.tx, place, in.application_name, name)->deployment_group_id);
  }
  store_.erase_application(rq.tx, place, in.application_name);
  store_.erase_tags(rq.tx, place.application_arn(in.application_name));

  return {};
}

void CodeDeploy::authorize(region::Request& rq, std::string_view action, const std::string& arn,
                           region::ConditionKeys keys) {
  region::add_resource_tags(keys, store_.tags(rq.tx, arn));
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
  if (arn->resource.starts_with("application:"))
    store_.require_application(rq.tx, place, arn->resource.substr(12));
  else
    store_.require_group(rq.tx, place, arn->resource.substr(16, slash - 16), arn->resource.substr(slash + 1));
}

TagResourceOutput CodeDeploy::tag_resource(region::Request& rq, const TagResourceInput& in) {
  authorize_tagged(rq, "codedeploy:TagResource", in.resource_arn, region::request_tag_keys(region::tag_map(in.tags)));

  for (const Tag& tag : in.tags) store_.set_tag(rq.tx, in.resource_arn, tag.key.value_or(""), tag.value.value_or(""));

  return {};
}

UntagResourceOutput CodeDeploy::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  authorize_tagged(rq, "codedeploy:UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));

  for (const std::string& key : in.tag_keys) store_.erase_tag(rq.tx, in.resource_arn, key);

  return {};
}

ListTagsForResourceOutput CodeDeploy::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  authorize_tagged(rq, "codedeploy:ListTagsForResource", in.resource_arn);

  ListTagsForResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : store_.tags(rq.tx, in.resource_arn)) {
    Tag& tag = out.tags->emplace_back();
    tag.key = key;
    tag.value = value;
  }
  out.next_token = Paging(in.next_token).cut(*out.tags);
  return out;
}

}  // namespace hanbat::codedeploy
