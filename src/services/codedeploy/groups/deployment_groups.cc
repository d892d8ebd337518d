// Deployment groups and deployment configurations: to which instances, and how many at a time.
#include "base/ids.h"
#include "services/codedeploy/codedeploy.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr const char* kPrincipal = "codedeploy.amazonaws.com";

void authorize_role(region::Request& rq, const std::string& arn, const std::string& group_arn) {
  if (!rq.names_resource("iam:PassRole", arn))
    throw InvalidRoleException("The service role ARN was specified in an invalid format: " + arn);
  rq.authorize_pass_role(arn, kPrincipal, group_arn);
}

void check_filters(const std::vector<EC2TagFilter>& filters) {
  for (const EC2TagFilter& filter : filters) {
    const std::string type = filter.type.value_or("");
    const bool key = !filter.key.value_or("").empty(), value = !filter.value.value_or("").empty();
    if ((type == "KEY_AND_VALUE" && !key) || (type == "KEY_ONLY" && !key) || (type == "VALUE_ONLY" && !value) ||
        type.empty())
      throw InvalidEC2TagException("The EC2 tag filter is not valid: its key, value and type do not go together.");
  }
}

void check_style(DeploymentGroupInfo& group) {
  if (!group.deployment_style) group.deployment_style.emplace();
  DeploymentStyle& style = *group.deployment_style;
  if (!style.deployment_type) style.deployment_type = "IN_PLACE";
  if (!style.deployment_option) style.deployment_option = "WITHOUT_TRAFFIC_CONTROL";
  if (style.deployment_type != "IN_PLACE")
    throw wire::Error::not_implemented("CreateDeploymentGroup",
                                       "deploymentStyle.deploymentType " + *style.deployment_type);
  const bool has_balancer = group.load_balancer_info && group.load_balancer_info->target_group_info_list &&
                            !group.load_balancer_info->target_group_info_list->empty();
  if (style.deployment_option == "WITH_TRAFFIC_CONTROL" && !has_balancer)
    throw InvalidLoadBalancerInfoException(
        "Load balancer information is required when the deployment option is WITH_TRAFFIC_CONTROL.");
}

}  // namespace

// What Create and Update have in common.
void CodeDeploy::check_group(region::Request& rq, DeploymentGroupInfo& group) {
  store_.require_config(rq.tx, place_of(rq), *group.deployment_config_name);
  if (group.ec2_tag_filters && !group.ec2_tag_filters->empty() && group.ec2_tag_set)
    throw InvalidEC2TagCombinationException("Only one of ec2TagFilters and ec2TagSet can be specified.");
  if (group.ec2_tag_filters) check_filters(*group.ec2_tag_filters);
  if (group.ec2_tag_set && group.ec2_tag_set->ec2_tag_set_list) {
    if (group.ec2_tag_set->ec2_tag_set_list->size() > 3)
      throw TagSetListLimitExceededException(
          "The number of tag groups included in the tag set list exceeded the maximum allowed limit of 3.");
    for (const auto& filters : *group.ec2_tag_set->ec2_tag_set_list) check_filters(filters);
  }
  check_style(group);
  const auto& rollback = group.auto_rollback_configuration;
  if (rollback && rollback->enabled.value_or(false) && (!rollback->events || rollback->events->empty()))
    throw InvalidAutoRollbackConfigException("Automatic rollback is enabled but no events are specified.");
  if (rollback && rollback->events)
    for (const std::string& event : *rollback->events)
      if (event == "DEPLOYMENT_STOP_ON_ALARM")
        throw wire::Error::not_implemented("CreateDeploymentGroup",
                                           "autoRollbackConfiguration.events DEPLOYMENT_STOP_ON_ALARM");
  try {
    home_.identity().assume_role(
        rq.tx, *group.service_role_arn, kPrincipal, "codedeploy",
        place_of(rq).group_arn(group.application_name.value_or(""), group.deployment_group_name.value_or("")));
  } catch (const wire::Error&) {
    throw InvalidRoleException("AWS CodeDeploy does not have the permissions required to assume the role " +
                               *group.service_role_arn + ".");
  }
}

CreateDeploymentGroupOutput CodeDeploy::create_deployment_group(region::Request& rq,
                                                                const CreateDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  const std::string arn = place.group_arn(in.application_name, in.deployment_group_name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codedeploy:CreateDeploymentGroup", arn, keys);
  if (!keys.empty()) rq.authorize("codedeploy:TagResource", arn, keys);
  authorize_role(rq, in.service_role_arn, arn);

  store_.require_application(rq.tx, place, in.application_name);
  if (store_.find_group(rq.tx, place, in.application_name, in.deployment_group_name))
    throw DeploymentGroupAlreadyExistsException("Deployment group already exists for name: " +
                                                in.deployment_group_name);
  DeploymentGroupInfo group;
  group.application_name = in.application_name;
  group.deployment_group_id = random_uuid();
  group.deployment_group_name = in.deployment_group_name;
  group.deployment_config_name = in.deployment_config_name.value_or(std::string(kOneAtATime));
  group.service_role_arn = in.service_role_arn;
  group.ec2_tag_filters = in.ec2_tag_filters;
  group.ec2_tag_set = in.ec2_tag_set;
  group.auto_rollback_configuration = in.auto_rollback_configuration;
  group.deployment_style = in.deployment_style;
  group.load_balancer_info = in.load_balancer_info;
  group.compute_platform = "Server";
  check_group(rq, group);

  store_.put(rq.tx, place, group);
  if (in.tags)
    for (const Tag& tag : *in.tags) store_.set_tag(rq.tx, arn, tag.key.value_or(""), tag.value.value_or(""));

  CreateDeploymentGroupOutput out;
  out.deployment_group_id = group.deployment_group_id;
  return out;
}

UpdateDeploymentGroupOutput CodeDeploy::update_deployment_group(region::Request& rq,
                                                                const UpdateDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  const std::string arn = place.group_arn(in.application_name, in.current_deployment_group_name);
  authorize(rq, "codedeploy:UpdateDeploymentGroup", arn);
  if (in.service_role_arn) authorize_role(rq, *in.service_role_arn, arn);

  DeploymentGroupInfo group = store_.require_group(rq.tx, place, in.application_name, in.current_deployment_group_name);
  if (in.new_deployment_group_name && in.new_deployment_group_name != in.current_deployment_group_name) {
    if (store_.find_group(rq.tx, place, in.application_name, *in.new_deployment_group_name))
      throw DeploymentGroupAlreadyExistsException("Deployment group already exists for name: " +
                                                  *in.new_deployment_group_name);
    group.deployment_group_name = in.new_deployment_group_name;
  }
  if (in.deployment_config_name) group.deployment_config_name = in.deployment_config_name;
  if (in.service_role_arn) group.service_role_arn = in.service_role_arn;
  // A list that is given takes the place of the old one; an empty one clears it. The two ways of naming tags exclude
  // each other.
  if (in.ec2_tag_filters) {
    group.ec2_tag_filters = in.ec2_tag_filters;
    if (!in.ec2_tag_set) group.ec2_tag_set.reset();
  }
  if (in.ec2_tag_set) {
    group.ec2_tag_set = in.ec2_tag_set;
    if (!in.ec2_tag_filters) group.ec2_tag_filters.reset();
  }
  if (in.auto_rollback_configuration) group.auto_rollback_configuration = in.auto_rollback_configuration;
  if (in.deployment_style) group.deployment_style = in.deployment_style;
  if (in.load_balancer_info) group.load_balancer_info = in.load_balancer_info;
  check_group(rq, group);

  store_.put(rq.tx, place, group);

  UpdateDeploymentGroupOutput out;
  out.hooks_not_cleaned_up.emplace();
  return out;
}

GetDeploymentGroupOutput CodeDeploy::get_deployment_group(region::Request& rq, const GetDeploymentGroupInput& in) {
  authorize(rq, "codedeploy:GetDeploymentGroup", place_of(rq).group_arn(in.application_name, in.deployment_group_name));

  GetDeploymentGroupOutput out;
  out.deployment_group_info = store_.require_group(rq.tx, place_of(rq), in.application_name, in.deployment_group_name);
  return out;
}

BatchGetDeploymentGroupsOutput CodeDeploy::batch_get_deployment_groups(region::Request& rq,
                                                                       const BatchGetDeploymentGroupsInput& in) {
  if (in.deployment_group_names.empty()) throw DeploymentGroupNameRequiredException("Deployment Group name is missing");
  for (const std::string& name : in.deployment_group_names)
    authorize(rq, "codedeploy:BatchGetDeploymentGroups", place_of(rq).group_arn(in.application_name, name));

  BatchGetDeploymentGroupsOutput out;
  out.deployment_groups_info.emplace();
  store_.require_application(rq.tx, place_of(rq), in.application_name);
  for (const std::string& name : in.deployment_group_names) {
    auto group = store_.find_group(rq.tx, place_of(rq), in.application_name, name);
    if (group)
      out.deployment_groups_info->push_back(std::move(*group));
    else
      out.error_message = "No Deployment Group found for name: " + name;
  }
  return out;
}

ListDeploymentGroupsOutput CodeDeploy::list_deployment_groups(region::Request& rq,
                                                              const ListDeploymentGroupsInput& in) {
  authorize(rq, "codedeploy:ListDeploymentGroups", place_of(rq).application_arn(in.application_name));

  store_.require_application(rq.tx, place_of(rq), in.application_name);
  ListDeploymentGroupsOutput out;
  out.application_name = in.application_name;
  out.deployment_groups = store_.list_groups(rq.tx, place_of(rq), in.application_name);
  out.next_token = Paging(in.next_token).cut(*out.deployment_groups);
  return out;
}

DeleteDeploymentGroupOutput CodeDeploy::delete_deployment_group(region::Request& rq,
                                                                const DeleteDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codedeploy:DeleteDeploymentGroup", place.group_arn(in.application_name, in.deployment_group_name));

  if (const auto group = store_.find_group(rq.tx, place, in.application_name, in.deployment_group_name)) {
    store_.erase_group(rq.tx, *group->deployment_group_id);
    store_.erase_tags(rq.tx, place.group_arn(in.application_name, in.deployment_group_name));
  }

  DeleteDeploymentGroupOutput out;
  out.hooks_not_cleaned_up.emplace();
  return out;
}

CreateDeploymentConfigOutput CodeDeploy::create_deployment_config(region::Request& rq,
                                                                  const CreateDeploymentConfigInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:CreateDeploymentConfig", place.config_arn(in.deployment_config_name));

  const std::string platform = in.compute_platform.value_or("Server");
  if (platform != "Server") throw wire::Error::not_implemented("CreateDeploymentConfig", "computePlatform " + platform);
  if (in.deployment_config_name.starts_with("CodeDeployDefault."))
    throw InvalidDeploymentConfigNameException("Deployment configuration names must not start with CodeDeployDefault.");
  if (store_.find_config(rq.tx, place, in.deployment_config_name))
    throw DeploymentConfigAlreadyExistsException("Deployment configuration already exists: " +
                                                 in.deployment_config_name);
  const MinimumHealthyHosts hosts = in.minimum_healthy_hosts.value_or(MinimumHealthyHosts{});
  const int value = hosts.value.value_or(-1);
  const bool percent = hosts.type == "FLEET_PERCENT";
  if ((!percent && hosts.type != "HOST_COUNT") || value < 0 || (percent && value > 100))
    throw InvalidMinimumHealthyHostValueException(
        "The minimum healthy instance value was specified in an invalid format.");

  DeploymentConfigInfo config;
  config.deployment_config_id = random_uuid();
  config.deployment_config_name = in.deployment_config_name;
  config.minimum_healthy_hosts = hosts;
  config.compute_platform = platform;
  config.create_time = rq.now();
  store_.put(rq.tx, place, config);

  CreateDeploymentConfigOutput out;
  out.deployment_config_id = config.deployment_config_id;
  return out;
}

GetDeploymentConfigOutput CodeDeploy::get_deployment_config(region::Request& rq, const GetDeploymentConfigInput& in) {
  rq.authorize("codedeploy:GetDeploymentConfig", place_of(rq).config_arn(in.deployment_config_name));

  GetDeploymentConfigOutput out;
  out.deployment_config_info = store_.require_config(rq.tx, place_of(rq), in.deployment_config_name);
  return out;
}

ListDeploymentConfigsOutput CodeDeploy::list_deployment_configs(region::Request& rq,
                                                                const ListDeploymentConfigsInput& in) {
  rq.authorize("codedeploy:ListDeploymentConfigs", "*");

  ListDeploymentConfigsOutput out;
  out.deployment_configs_list = store_.list_configs(rq.tx, place_of(rq));
  out.next_token = Paging(in.next_token).cut(*out.deployment_configs_list);
  return out;
}

DeleteDeploymentConfigOutput CodeDeploy::delete_deployment_config(region::Request& rq,
                                                                  const DeleteDeploymentConfigInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:DeleteDeploymentConfig", place.config_arn(in.deployment_config_name));

  if (in.deployment_config_name.starts_with("CodeDeployDefault."))
    throw InvalidOperationException("A default deployment configuration cannot be deleted.");
  for (const std::string& application : store_.list_applications(rq.tx, place))
    for (const std::string& name : store_.list_groups(rq.tx, place, application))
      if (store_.find_group(rq.tx, place, application, name)->deployment_config_name == in.deployment_config_name)
        throw DeploymentConfigInUseException("The deployment configuration is still in use.");

  store_.erase_config(rq.tx, place, in.deployment_config_name);

  return {};
}

}  // namespace hanbat::codedeploy
