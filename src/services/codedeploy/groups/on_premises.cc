// On-premises instances: hosts of any kind that are known by an IAM user or by a session of a role, and their tags, by
// which deployment groups find them.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "base/utf8.h"
#include "region/pick.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "services/codedeploy/groups/tag_filters.h"
#include "services/codedeploy/words.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostNames = 25;    // of BatchGetOnPremisesInstances, as its reference has it
constexpr std::size_t kMostTagged = 100;  // of a call about tags
constexpr std::size_t kMostTags = 10;     // of an instance
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The same rule as the AWS CLI has: one to a hundred of these characters, and not like an EC2 instance's id.
void check_name(const std::string& name) {
  if (name.empty()) throw InstanceNameRequiredException("Instance name is missing");
  if (!has_name_characters(name) || name.size() > 100 || is_ec2_instance(name))
    throw InvalidInstanceNameException("The on-premises instance name was specified in an invalid format: " + name);
}

void check_names(const std::vector<std::string>& names) {
  if (names.empty()) throw InstanceNameRequiredException("Instance name is missing");
  for (const std::string& name : names) check_name(name);
}

bool is_user_of(const std::string& text, const std::string& account) {
  const auto arn = parse_arn(text);
  return arn && arn->service == "iam" && arn->account == account && arn->resource.starts_with("user/") &&
         arn->resource.size() > 5;
}

bool is_session_of(const std::string& text, const std::string& account) {
  const auto arn = parse_arn(text);
  if (!arn || arn->service != "sts" || arn->account != account || !arn->resource.starts_with("assumed-role/"))
    return false;
  const auto slash = arn->resource.find('/', 13);
  return slash != std::string::npos && slash > 13 && slash + 1 < arn->resource.size();
}

/// The ARN by which the instance is to be known.
std::string require_identity(const RegisterOnPremisesInstanceInput& in, const std::string& account) {
  const std::string user = in.iam_user_arn.value_or(""), session = in.iam_session_arn.value_or("");
  if (!user.empty() && !session.empty())
    throw MultipleIamArnsProvidedException(
        "Both an IAM user ARN and an IAM session ARN were included in the request. Use only one ARN type.");
  if (user.empty() && session.empty())
    throw IamArnRequiredException(
        "No IAM ARN was included in the request. You must use an IAM session ARN or IAM user ARN in the request.");
  if (!user.empty() && !is_user_of(user, account))
    throw InvalidIamUserArnException("The IAM user ARN was specified in an invalid format: " + user);
  if (!session.empty() && !is_session_of(session, account))
    throw InvalidIamSessionArnException("The IAM session ARN was specified in an invalid format: " + session);
  return user + session;
}

OnPremises require_known(store::Tx& tx, const Place& place, const std::string& name) {
  auto found = region::find_named<InstanceInfo>(tx, place, "", name);
  if (!found) throw InstanceNotRegisteredException("The on-premises instance is not registered: " + name);
  return *found;
}

OnPremises require_registered(store::Tx& tx, const Place& place, const std::string& name) {
  OnPremises found = require_known(tx, place, name);
  if (!is_registered(found))
    throw InstanceNotRegisteredException("The on-premises instance is not registered: " + name);
  return found;
}

void check_tags(const std::vector<Tag>& tags) {
  if (tags.empty()) throw TagRequiredException("A tag was not specified.");
  for (const Tag& tag : tags) {
    const std::string key = tag.key.value_or(""), value = tag.value.value_or("");
    if (key.empty() || value.empty() || utf8_length(key) > 128 || utf8_length(value) > 256)
      throw InvalidTagException("The tag was specified in an invalid format: " + key);
  }
}

void check_tagging(const std::vector<std::string>& names, const std::vector<Tag>& tags) {
  check_names(names);
  check_tags(tags);
  if (names.size() > kMostTagged)
    throw InstanceLimitExceededException(
        "The maximum number of allowed on-premises instances in a single call was exceeded.");
}

}  // namespace

RegisterOnPremisesInstanceOutput CodeDeploy::register_on_premises_instance(region::Request& rq,
                                                                           const RegisterOnPremisesInstanceInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:RegisterOnPremisesInstance", on_premises_arn(place, in.instance_name));

  check_name(in.instance_name);
  const std::string identity = require_identity(in, place.account);
  auto known = region::find_named<InstanceInfo>(rq.tx, place, "", in.instance_name);
  if (known && is_registered(*known))
    throw InstanceNameAlreadyRegisteredException("The on-premises instance name is already registered: " +
                                                 in.instance_name);
  if (find_on_premises(rq.tx, place, identity)) {
    if (in.iam_user_arn)
      throw IamUserArnAlreadyRegisteredException("The IAM user ARN is already registered with an instance: " +
                                                 identity);
    throw IamSessionArnAlreadyRegisteredException("The IAM session ARN is already registered with an instance: " +
                                                  identity);
  }

  if (known) region::remove(rq.tx, *known);
  OnPremises instance;
  instance.id = random_uuid();
  instance.place = place;
  instance.name = in.instance_name;
  instance.parent = identity;
  instance.created = rq.now();
  instance.shape.instance_name = in.instance_name;
  instance.shape.iam_user_arn = in.iam_user_arn;
  instance.shape.iam_session_arn = in.iam_session_arn;
  instance.shape.instance_arn = "arn:aws:codedeploy:" + place.region + ":" + place.account + ":instance/" +
                                in.instance_name + "_" + random_from(kLetters, 10);
  instance.shape.register_time = rq.now();
  instance.shape.tags.emplace();
  region::insert(rq.tx, instance);

  return {};
}

DeregisterOnPremisesInstanceOutput CodeDeploy::deregister_on_premises_instance(
    region::Request& rq, const DeregisterOnPremisesInstanceInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:DeregisterOnPremisesInstance", on_premises_arn(place, in.instance_name));

  check_name(in.instance_name);
  auto found = region::find_named<InstanceInfo>(rq.tx, place, "", in.instance_name);
  if (!found || !is_registered(*found)) return {};

  found->shape.deregister_time = rq.now();
  found->parent = "";  // nobody is known by it any more
  region::update(rq.tx, *found);

  return {};
}

GetOnPremisesInstanceOutput CodeDeploy::get_on_premises_instance(region::Request& rq,
                                                                 const GetOnPremisesInstanceInput& in) {
  rq.authorize("codedeploy:GetOnPremisesInstance", on_premises_arn(place_of(rq), in.instance_name));

  check_name(in.instance_name);
  GetOnPremisesInstanceOutput out;
  out.instance_info = require_known(rq.tx, place_of(rq), in.instance_name).shape;
  return out;
}

BatchGetOnPremisesInstancesOutput CodeDeploy::batch_get_on_premises_instances(
    region::Request& rq, const BatchGetOnPremisesInstancesInput& in) {
  if (in.instance_names.empty()) throw InstanceNameRequiredException("Instance name is missing");
  for (const std::string& name : in.instance_names)
    rq.authorize("codedeploy:BatchGetOnPremisesInstances", on_premises_arn(place_of(rq), name));

  check_names(in.instance_names);
  check_batch(in.instance_names.size(), kMostNames);
  BatchGetOnPremisesInstancesOutput out;
  out.instance_infos.emplace();
  for (const std::string& name : in.instance_names)
    if (auto found = region::find_named<InstanceInfo>(rq.tx, place_of(rq), "", name))
      out.instance_infos->push_back(std::move(found->shape));
  return out;
}

ListOnPremisesInstancesOutput CodeDeploy::list_on_premises_instances(region::Request& rq,
                                                                     const ListOnPremisesInstancesInput& in) {
  rq.authorize("codedeploy:ListOnPremisesInstances", on_premises_arn(place_of(rq), "*"));

  const std::string wanted = in.registration_status.value_or("");
  const auto status = find_word<RegistrationStatus>(wanted);
  if (!wanted.empty() && !status)
    throw InvalidRegistrationStatusException("The registration status was specified in an invalid format: " + wanted);
  if (in.tag_filters)
    for (const TagFilter& filter : *in.tag_filters)
      if (!is_whole(filter)) throw InvalidTagFilterException("The tag filter was specified in an invalid format.");

  auto page = region::pick(
      region::Pager(rq, in),
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_name<InstanceInfo>(rq.tx, place_of(rq), {.after = after, .most = most});
      },
      [&](const OnPremises& each) {
        if (status && is_registered(each) != (*status == RegistrationStatus::kRegistered)) return false;
        return !in.tag_filters || in.tag_filters->empty() ||
               any_matches_on_premises(*in.tag_filters, tags_of(each.shape));
      },
      [](const OnPremises& each) { return *each.name; });

  ListOnPremisesInstancesOutput out;
  out.instance_names.emplace();
  for (const OnPremises& each : page.items) out.instance_names->push_back(*each.name);
  out.next_token = page.next_token;
  return out;
}

AddTagsToOnPremisesInstancesOutput CodeDeploy::add_tags_to_on_premises_instances(
    region::Request& rq, const AddTagsToOnPremisesInstancesInput& in) {
  const Place place = place_of(rq);
  if (in.instance_names.empty()) throw InstanceNameRequiredException("Instance name is missing");
  for (const std::string& name : in.instance_names)
    rq.authorize("codedeploy:AddTagsToOnPremisesInstances", on_premises_arn(place, name));

  check_tagging(in.instance_names, in.tags);
  for (const std::string& name : in.instance_names) {
    OnPremises instance = require_registered(rq.tx, place, name);
    Tags tags = tags_of(instance.shape);
    for (const Tag& tag : in.tags) tags[*tag.key] = *tag.value;
    if (tags.size() > kMostTags) throw TagLimitExceededException("The maximum allowed number of tags was exceeded.");
    instance.shape.tags = region::tag_list<Tag>(tags);
    region::update(rq.tx, instance);
  }

  return {};
}

RemoveTagsFromOnPremisesInstancesOutput CodeDeploy::remove_tags_from_on_premises_instances(
    region::Request& rq, const RemoveTagsFromOnPremisesInstancesInput& in) {
  const Place place = place_of(rq);
  if (in.instance_names.empty()) throw InstanceNameRequiredException("Instance name is missing");
  for (const std::string& name : in.instance_names)
    rq.authorize("codedeploy:RemoveTagsFromOnPremisesInstances", on_premises_arn(place, name));

  check_tagging(in.instance_names, in.tags);
  for (const std::string& name : in.instance_names) {
    OnPremises instance = require_registered(rq.tx, place, name);
    Tags tags = tags_of(instance.shape);
    for (const Tag& tag : in.tags)
      if (const auto found = tags.find(*tag.key); found != tags.end() && found->second == *tag.value) tags.erase(found);
    instance.shape.tags = region::tag_list<Tag>(tags);
    region::update(rq.tx, instance);
  }

  return {};
}

}  // namespace hanbat::codedeploy
