// Applications.
#include "base/ids.h"
#include "region/page.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "services/codedeploy/groups/tags.h"
#include "services/codedeploy/words.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostApplications = 100;  // of BatchGetApplications

}  // namespace

CreateApplicationOutput CodeDeploy::create_application(region::Request& rq, const CreateApplicationInput& in) {
  const Place place = place_of(rq);
  const std::string arn = application_arn(place, in.application_name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codedeploy:CreateApplication", arn, keys);
  if (!keys.empty()) rq.authorize("codedeploy:TagResource", arn, keys);

  check_application_name(in.application_name);
  const std::string platform = in.compute_platform.value_or(std::string(word_of(ComputePlatform::kServer)));
  if (!find_word<ComputePlatform>(platform))
    throw wire::Error::not_implemented("CreateApplication", "computePlatform " + platform);
  if (find_application(rq.tx, place, in.application_name))
    throw ApplicationAlreadyExistsException("Application already exists: " + in.application_name);

  Application application;
  application.id = random_uuid();
  application.place = place;
  application.name = in.application_name;
  application.created = rq.now();
  application.shape.application_id = application.id;
  application.shape.application_name = in.application_name;
  application.shape.compute_platform = platform;
  application.shape.create_time = rq.now();
  application.shape.linked_to_git_hub = false;
  region::insert(rq.tx, application);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  CreateApplicationOutput out;
  out.application_id = application.id;
  return out;
}

GetApplicationOutput CodeDeploy::get_application(region::Request& rq, const GetApplicationInput& in) {
  authorize(rq, "codedeploy:GetApplication", application_arn(place_of(rq), in.application_name));

  GetApplicationOutput out;
  out.application = require_application(rq.tx, place_of(rq), in.application_name).shape;
  return out;
}

BatchGetApplicationsOutput CodeDeploy::batch_get_applications(region::Request& rq,
                                                              const BatchGetApplicationsInput& in) {
  if (in.application_names.empty()) throw ApplicationNameRequiredException("Application name is missing");
  check_batch(in.application_names.size(), kMostApplications);
  for (const std::string& name : in.application_names)
    authorize(rq, "codedeploy:BatchGetApplications", application_arn(place_of(rq), name));

  BatchGetApplicationsOutput out;
  out.applications_info.emplace();
  for (const std::string& name : in.application_names)
    out.applications_info->push_back(require_application(rq.tx, place_of(rq), name).shape);
  return out;
}

ListApplicationsOutput CodeDeploy::list_applications(region::Request& rq, const ListApplicationsInput& in) {
  rq.authorize("codedeploy:ListApplications", application_arn(place_of(rq), "*"));

  const region::Pager pager(rq, in);
  auto page = pager.cut_read(
      region::list_by_name<ApplicationInfo>(rq.tx, place_of(rq), {.after = pager.after(), .most = pager.size() + 1}),
      [](const Application& application) { return *application.name; });

  ListApplicationsOutput out;
  out.applications.emplace();
  for (const Application& application : page.items) out.applications->push_back(*application.name);
  out.next_token = page.next_token;
  return out;
}

UpdateApplicationOutput CodeDeploy::update_application(region::Request& rq, const UpdateApplicationInput& in) {
  const Place place = place_of(rq);
  const std::string from = in.application_name.value_or("");
  const std::string to = in.new_application_name.value_or("");
  authorize(rq, "codedeploy:UpdateApplication", application_arn(place, from));

  if (from.empty()) throw ApplicationNameRequiredException("Application name is missing");
  check_application_name(to);
  const Application application = require_application(rq.tx, place, from);
  if (to.empty() || to == from) return {};
  if (find_application(rq.tx, place, to)) throw ApplicationAlreadyExistsException("Application already exists: " + to);

  rename_application(rq.tx, application, to);

  return {};
}

DeleteApplicationOutput CodeDeploy::delete_application(region::Request& rq, const DeleteApplicationInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codedeploy:DeleteApplication", application_arn(place, in.application_name));

  check_application_name(in.application_name);
  if (const auto application = find_application(rq.tx, place, in.application_name))
    remove_application(rq.tx, *application);

  return {};
}

}  // namespace hanbat::codedeploy
