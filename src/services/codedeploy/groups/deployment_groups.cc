// Deployment groups and deployment configurations: to which instances, and how many at a time.
#include <algorithm>

#include "base/ids.h"
#include "region/page.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "services/codedeploy/groups/rollback.h"
#include "services/codedeploy/groups/tag_filters.h"
#include "services/codedeploy/groups/tags.h"
#include "services/codedeploy/words.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostGroups = 100;  // of BatchGetDeploymentGroups

void authorize_role(region::Request& rq, const std::string& arn, const std::string& group_arn) {
  if (!rq.names_resource("iam:PassRole", arn))
    throw InvalidRoleException("The service role ARN was specified in an invalid format: " + arn);
  rq.authorize_pass_role(arn, kPrincipal, group_arn);
}

void check_filters(const std::vector<EC2TagFilter>& filters) {
  if (!std::all_of(filters.begin(), filters.end(), [](const auto& filter) { return is_whole(filter); }))
    throw InvalidEC2TagException("The EC2 tag filter is not valid: its key, value and type do not go together.");
}

void check_filters(const std::vector<TagFilter>& filters) {
  if (!std::all_of(filters.begin(), filters.end(), [](const auto& filter) { return is_whole(filter); }))
    throw InvalidTagException("The tag filter is not valid: its key, value and type do not go together.");
}

template <class Filter>
void check_lists(const std::vector<std::vector<Filter>>& lists) {
  if (lists.size() > 3)
    throw TagSetListLimitExceededException(
        "The number of tag groups included in the tag set list exceeded the maximum allowed limit of 3.");
  for (const auto& filters : lists) check_filters(filters);
}

/// By which tags the group finds its instances.
void check_tags(const DeploymentGroupInfo& group) {
  if (group.ec2_tag_filters && !group.ec2_tag_filters->empty() && group.ec2_tag_set)
    throw InvalidEC2TagCombinationException("Only one of ec2TagFilters and ec2TagSet can be specified.");
  if (group.ec2_tag_filters) check_filters(*group.ec2_tag_filters);
  if (group.ec2_tag_set && group.ec2_tag_set->ec2_tag_set_list) check_lists(*group.ec2_tag_set->ec2_tag_set_list);
  const auto& filters = group.on_premises_instance_tag_filters;
  const auto& set = group.on_premises_tag_set;
  if (filters && !filters->empty() && set)
    throw InvalidOnPremisesTagCombinationException(
        "Only one of onPremisesInstanceTagFilters and onPremisesTagSet can be specified.");
  if (filters) check_filters(*filters);
  if (set && set->on_premises_tag_set_list) check_lists(*set->on_premises_tag_set_list);
}

void check_style(DeploymentGroupInfo& group) {
  if (!group.deployment_style)
    group.deployment_style = {.deployment_option = std::string(word_of(DeploymentOption::kWithoutTrafficControl)),
                              .deployment_type = std::string(word_of(DeploymentType::kInPlace))};
  DeploymentStyle& style = *group.deployment_style;
  if (!style.deployment_type || !style.deployment_option)
    throw InvalidDeploymentStyleException("Deployment type or deployment option cannot be null or empty");
  if (!find_word<DeploymentType>(*style.deployment_type))
    throw wire::Error::not_implemented("CreateDeploymentGroup",
                                       "deploymentStyle.deploymentType " + *style.deployment_type);
  const bool has_balancer = group.load_balancer_info && group.load_balancer_info->target_group_info_list &&
                            !group.load_balancer_info->target_group_info_list->empty();
  const auto option = require_word<DeploymentOption>(*style.deployment_option);
  if (option == DeploymentOption::kWithTrafficControl && !has_balancer)
    throw InvalidLoadBalancerInfoException(
        "Load balancer information is required when the deployment option is WITH_TRAFFIC_CONTROL.");
}

DeploymentGroupInfo new_group(const CreateDeploymentGroupInput& in) {
  DeploymentGroupInfo group;
  group.application_name = in.application_name;
  group.deployment_group_name = in.deployment_group_name;
  group.deployment_config_name = in.deployment_config_name.value_or(std::string(kOneAtATime));
  group.service_role_arn = in.service_role_arn;
  group.ec2_tag_filters = in.ec2_tag_filters;
  group.ec2_tag_set = in.ec2_tag_set;
  group.on_premises_instance_tag_filters = in.on_premises_instance_tag_filters;
  group.on_premises_tag_set = in.on_premises_tag_set;
  group.auto_rollback_configuration = in.auto_rollback_configuration;
  group.deployment_style = in.deployment_style;
  group.load_balancer_info = in.load_balancer_info;
  group.outdated_instances_strategy = in.outdated_instances_strategy;
  group.compute_platform = word_of(ComputePlatform::kServer);
  return group;
}

/// The group as the API shows it: with empty lists of what it has none of, and tags in one of their two forms.
DeploymentGroupInfo describe(const Group& group) {
  DeploymentGroupInfo shown = group.shape;
  const auto list = [](auto& member) {
    if (!member) member.emplace();
  };
  list(shown.auto_scaling_groups);
  list(shown.trigger_configurations);
  if (!shown.ec2_tag_set) list(shown.ec2_tag_filters);
  if (!shown.on_premises_tag_set) list(shown.on_premises_instance_tag_filters);
  shown.termination_hook_enabled = false;
  return shown;
}

/// A list that is given takes the place of the old one; an empty one clears it. The two ways of naming tags exclude
/// each other.
void change_group(DeploymentGroupInfo& group, const UpdateDeploymentGroupInput& in) {
  if (in.deployment_config_name) group.deployment_config_name = in.deployment_config_name;
  if (in.service_role_arn) group.service_role_arn = in.service_role_arn;
  if (in.ec2_tag_filters) {
    group.ec2_tag_filters = in.ec2_tag_filters;
    if (!in.ec2_tag_set) group.ec2_tag_set.reset();
  }
  if (in.ec2_tag_set) {
    group.ec2_tag_set = in.ec2_tag_set;
    if (!in.ec2_tag_filters) group.ec2_tag_filters.reset();
  }
  if (in.on_premises_instance_tag_filters) {
    group.on_premises_instance_tag_filters = in.on_premises_instance_tag_filters;
    if (!in.on_premises_tag_set) group.on_premises_tag_set.reset();
  }
  if (in.on_premises_tag_set) {
    group.on_premises_tag_set = in.on_premises_tag_set;
    if (!in.on_premises_instance_tag_filters) group.on_premises_instance_tag_filters.reset();
  }
  if (in.auto_rollback_configuration) group.auto_rollback_configuration = in.auto_rollback_configuration;
  if (in.deployment_style) group.deployment_style = in.deployment_style;
  if (in.load_balancer_info) group.load_balancer_info = in.load_balancer_info;
  if (in.outdated_instances_strategy) group.outdated_instances_strategy = in.outdated_instances_strategy;
}

}  // namespace

void check_rollback(std::string_view operation, const AutoRollbackConfiguration& rollback) {
  if (rollback.enabled.value_or(false) && (!rollback.events || rollback.events->empty()))
    throw InvalidAutoRollbackConfigException("Automatic rollback is enabled but no events are specified.");
  if (!rollback.events) return;
  for (const std::string& event : *rollback.events)
    if (!find_word<AutoRollbackEvent>(event))
      throw wire::Error::not_implemented(operation, "autoRollbackConfiguration.events " + event);
}

// What Create and Update have in common.
void CodeDeploy::check_group(region::Request& rq, DeploymentGroupInfo& group) {
  require_config(rq.tx, place_of(rq), *group.deployment_config_name);
  check_tags(group);
  check_style(group);
  if (group.auto_rollback_configuration) check_rollback("CreateDeploymentGroup", *group.auto_rollback_configuration);
  try {
    home_.identity().assume_role(
        rq.tx, *group.service_role_arn, kPrincipal, "codedeploy",
        group_arn(place_of(rq), group.application_name.value_or(""), group.deployment_group_name.value_or("")));
  } catch (const wire::Error&) {
    throw InvalidRoleException("AWS CodeDeploy does not have the permissions required to assume the role " +
                               *group.service_role_arn + ".");
  }
}

CreateDeploymentGroupOutput CodeDeploy::create_deployment_group(region::Request& rq,
                                                                const CreateDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  const std::string arn = group_arn(place, in.application_name, in.deployment_group_name);
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("codedeploy:CreateDeploymentGroup", arn, keys);
  if (!keys.empty()) rq.authorize("codedeploy:TagResource", arn, keys);
  authorize_role(rq, in.service_role_arn, arn);

  check_group_name(in.deployment_group_name);
  require_application(rq.tx, place, in.application_name);
  if (find_group(rq.tx, place, in.application_name, in.deployment_group_name))
    throw DeploymentGroupAlreadyExistsException("Deployment group already exists for name: " +
                                                in.deployment_group_name);
  Group group;
  group.id = random_uuid();
  group.place = place;
  group.scope = in.application_name;
  group.name = in.deployment_group_name;
  group.created = rq.now();
  group.shape = new_group(in);
  group.shape.deployment_group_id = group.id;
  check_group(rq, group.shape);

  region::insert(rq.tx, group);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  CreateDeploymentGroupOutput out;
  out.deployment_group_id = group.id;
  return out;
}

UpdateDeploymentGroupOutput CodeDeploy::update_deployment_group(region::Request& rq,
                                                                const UpdateDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  const std::string arn = group_arn(place, in.application_name, in.current_deployment_group_name);
  authorize(rq, "codedeploy:UpdateDeploymentGroup", arn);
  if (in.service_role_arn) authorize_role(rq, *in.service_role_arn, arn);

  check_group_name(in.new_deployment_group_name.value_or(""));
  Group group = require_group(rq.tx, place, in.application_name, in.current_deployment_group_name);
  if (in.new_deployment_group_name && in.new_deployment_group_name != in.current_deployment_group_name) {
    if (find_group(rq.tx, place, in.application_name, *in.new_deployment_group_name))
      throw DeploymentGroupAlreadyExistsException("Deployment group already exists for name: " +
                                                  *in.new_deployment_group_name);
    group.shape.deployment_group_name = in.new_deployment_group_name;
  }
  change_group(group.shape, in);
  check_group(rq, group.shape);

  update_group(rq.tx, group);

  UpdateDeploymentGroupOutput out;
  out.hooks_not_cleaned_up.emplace();
  return out;
}

GetDeploymentGroupOutput CodeDeploy::get_deployment_group(region::Request& rq, const GetDeploymentGroupInput& in) {
  authorize(rq, "codedeploy:GetDeploymentGroup",
            group_arn(place_of(rq), in.application_name, in.deployment_group_name));

  GetDeploymentGroupOutput out;
  out.deployment_group_info =
      describe(require_group(rq.tx, place_of(rq), in.application_name, in.deployment_group_name));
  return out;
}

BatchGetDeploymentGroupsOutput CodeDeploy::batch_get_deployment_groups(region::Request& rq,
                                                                       const BatchGetDeploymentGroupsInput& in) {
  if (in.deployment_group_names.empty()) throw DeploymentGroupNameRequiredException("Deployment Group name is missing");
  check_batch(in.deployment_group_names.size(), kMostGroups);
  for (const std::string& name : in.deployment_group_names)
    authorize(rq, "codedeploy:BatchGetDeploymentGroups", group_arn(place_of(rq), in.application_name, name));

  BatchGetDeploymentGroupsOutput out;
  out.deployment_groups_info.emplace();
  require_application(rq.tx, place_of(rq), in.application_name);
  for (const std::string& name : in.deployment_group_names) {
    check_group_name(name);
    const auto group = find_group(rq.tx, place_of(rq), in.application_name, name);
    if (group)
      out.deployment_groups_info->push_back(describe(*group));
    else
      out.error_message = "No Deployment Group found for name: " + name;
  }
  return out;
}

ListDeploymentGroupsOutput CodeDeploy::list_deployment_groups(region::Request& rq,
                                                              const ListDeploymentGroupsInput& in) {
  authorize(rq, "codedeploy:ListDeploymentGroups", application_arn(place_of(rq), in.application_name));

  require_application(rq.tx, place_of(rq), in.application_name);
  const region::Pager pager(rq, in);
  auto page = pager.cut_read(
      region::list_by_name<DeploymentGroupInfo>(
          rq.tx, place_of(rq), {.scope = in.application_name, .after = pager.after(), .most = pager.size() + 1}),
      [](const Group& group) { return *group.name; });

  ListDeploymentGroupsOutput out;
  out.application_name = in.application_name;
  out.deployment_groups.emplace();
  for (const Group& group : page.items) out.deployment_groups->push_back(*group.name);
  out.next_token = page.next_token;
  return out;
}

DeleteDeploymentGroupOutput CodeDeploy::delete_deployment_group(region::Request& rq,
                                                                const DeleteDeploymentGroupInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codedeploy:DeleteDeploymentGroup", group_arn(place, in.application_name, in.deployment_group_name));

  check_application_name(in.application_name);
  check_group_name(in.deployment_group_name);
  if (const auto group = find_group(rq.tx, place, in.application_name, in.deployment_group_name))
    remove_group(rq.tx, *group);

  DeleteDeploymentGroupOutput out;
  out.hooks_not_cleaned_up.emplace();
  return out;
}

CreateDeploymentConfigOutput CodeDeploy::create_deployment_config(region::Request& rq,
                                                                  const CreateDeploymentConfigInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:CreateDeploymentConfig", config_arn(place, in.deployment_config_name));

  check_config_name(in.deployment_config_name);
  const std::string platform = in.compute_platform.value_or(std::string(word_of(ComputePlatform::kServer)));
  if (!find_word<ComputePlatform>(platform))
    throw wire::Error::not_implemented("CreateDeploymentConfig", "computePlatform " + platform);
  if (is_built_in(in.deployment_config_name))
    throw InvalidDeploymentConfigNameException("Deployment configuration names must not start with CodeDeployDefault.");
  if (find_config(rq.tx, place, in.deployment_config_name))
    throw DeploymentConfigAlreadyExistsException("Deployment configuration already exists: " +
                                                 in.deployment_config_name);
  const MinimumHealthyHosts hosts = in.minimum_healthy_hosts.value_or(MinimumHealthyHosts{});
  const int value = hosts.value.value_or(-1);
  const auto type = find_word<MinimumHealthyHostsType>(hosts.type.value_or(""));
  // https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html: less than a hundred percent
  if (!type || value < 0 || (type == MinimumHealthyHostsType::kFleetPercent && value >= 100))
    throw InvalidMinimumHealthyHostValueException(
        "The minimum healthy instance value was specified in an invalid format.");

  Config config;
  config.id = random_uuid();
  config.place = place;
  config.name = in.deployment_config_name;
  config.created = rq.now();
  config.shape.deployment_config_id = config.id;
  config.shape.deployment_config_name = in.deployment_config_name;
  config.shape.minimum_healthy_hosts = hosts;
  config.shape.compute_platform = platform;
  config.shape.create_time = rq.now();
  region::insert(rq.tx, config);

  CreateDeploymentConfigOutput out;
  out.deployment_config_id = config.id;
  return out;
}

GetDeploymentConfigOutput CodeDeploy::get_deployment_config(region::Request& rq, const GetDeploymentConfigInput& in) {
  rq.authorize("codedeploy:GetDeploymentConfig", config_arn(place_of(rq), in.deployment_config_name));

  GetDeploymentConfigOutput out;
  out.deployment_config_info = require_config(rq.tx, place_of(rq), in.deployment_config_name);
  return out;
}

ListDeploymentConfigsOutput CodeDeploy::list_deployment_configs(region::Request& rq,
                                                                const ListDeploymentConfigsInput& in) {
  rq.authorize("codedeploy:ListDeploymentConfigs", config_arn(place_of(rq), "*"));

  auto page = region::Pager(rq, in).cut(config_names(rq.tx, place_of(rq)),
                                        [](const std::string& name) { return (is_built_in(name) ? "0" : "1") + name; });

  ListDeploymentConfigsOutput out;
  out.deployment_configs_list = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

DeleteDeploymentConfigOutput CodeDeploy::delete_deployment_config(region::Request& rq,
                                                                  const DeleteDeploymentConfigInput& in) {
  const Place place = place_of(rq);
  rq.authorize("codedeploy:DeleteDeploymentConfig", config_arn(place, in.deployment_config_name));

  check_config_name(in.deployment_config_name);
  if (is_built_in(in.deployment_config_name))
    throw InvalidOperationException("A default deployment configuration cannot be deleted.");
  for (const Group& group : region::list<DeploymentGroupInfo>(rq.tx, place))
    if (group.shape.deployment_config_name == in.deployment_config_name)
      throw DeploymentConfigInUseException("The deployment configuration is still in use.");

  remove_config(rq.tx, place, in.deployment_config_name);

  return {};
}

}  // namespace hanbat::codedeploy
