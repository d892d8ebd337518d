// Roles that belong to an AWS service: made for it, changed and used by it alone.
#include <array>

#include "base/ids.h"
#include "services/iam/iam.h"

namespace hanbat::iam {
namespace {

struct LinkedService {
  std::string_view principal;
  std::string_view role_name;
  bool suffix_allowed;
};

constexpr std::array<LinkedService, 9> kLinkedServices = {{
    {"elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing", false},
    {"autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", true},
    {"ec2scheduled.amazonaws.com", "AWSServiceRoleForEC2ScheduledInstances", false},
    {"spot.amazonaws.com", "AWSServiceRoleForEC2Spot", false},
    {"ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM", false},
    {"events.amazonaws.com", "AWSServiceRoleForCloudWatchEvents", false},
    {"codestar-notifications.amazonaws.com", "AWSServiceRoleForCodeStarNotifications", false},
    {"replication.ecr.amazonaws.com", "AWSServiceRoleForECRReplication", false},
    {"ecs.amazonaws.com", "AWSServiceRoleForECS", false},
}};

}  // namespace

CreateServiceLinkedRoleOutput Iam::create_service_linked_role(Request& rq, const CreateServiceLinkedRoleInput& in) {
  const auto* service = std::find_if(kLinkedServices.begin(), kLinkedServices.end(),
                                     [&](const LinkedService& s) { return s.principal == in.aws_service_name; });
  const bool known = service != kLinkedServices.end();
  std::string name = known ? std::string(service->role_name) : "*";
  if (in.custom_suffix) name += "_" + *in.custom_suffix;
  Entity role = make(rq, Kind::kRole, name, "/aws-service-role/" + in.aws_service_name + "/");
  rq.authorize("iam:CreateServiceLinkedRole", role.arn, {{"iam:AWSServiceName", {in.aws_service_name}}});

  if (!known) throw InvalidInputException("Service role name for " + in.aws_service_name + " is not found.");
  if (in.custom_suffix && !service->suffix_allowed)
    throw InvalidInputException("Custom suffix is not allowed for " + in.aws_service_name);
  if (rows::find(rq.tx, rq.account, Kind::kRole, name))
    throw InvalidInputException("Service role name " + name +
                                " has been taken in this account, please try a different suffix.");
  role.body["service_linked"] = in.aws_service_name;
  role.body["trust"] =
      Json::object(
          {{"Version", "2012-10-17"},
           {"Statement", Json::array({Json::object({{"Effect", "Allow"},
                                                    {"Principal", Json::object({{"Service", in.aws_service_name}})},
                                                    {"Action", "sts:AssumeRole"}})})}})
          .dump();
  if (in.description) role.body["description"] = *in.description;

  insert(rq, role);

  CreateServiceLinkedRoleOutput out;
  out.role = role_of(rq, role);
  out.role->role_last_used.reset();
  return out;
}

DeleteServiceLinkedRoleOutput Iam::delete_service_linked_role(Request& rq, const DeleteServiceLinkedRoleInput& in) {
  authorize(rq, "iam:DeleteServiceLinkedRole", Kind::kRole, in.role_name);

  const Entity role = require_role(rq, in.role_name);
  if (!role.body.contains("service_linked"))
    throw InvalidInputException("Role " + in.role_name + " is not a service-linked role.");
  const std::string task = "task" + role.path + role.name + "/" + random_uuid();

  // The services do their own work as themselves and not through this role, so none of them can be in its way.
  rows::remove(rq.tx, role);
  rows::insert_role_deletion(rq.tx, task, rq.account, "SUCCEEDED", rq.now());

  return {.deletion_task_id = task};
}

GetServiceLinkedRoleDeletionStatusOutput Iam::get_service_linked_role_deletion_status(
    Request& rq, const GetServiceLinkedRoleDeletionStatusInput& in) {
  rq.authorize("iam:GetServiceLinkedRoleDeletionStatus", make_arn("iam", "", rq.account, "role/*"));

  const auto status = rows::find_role_deletion(rq.tx, in.deletion_task_id, rq.account);
  if (!status) throw NoSuchEntityException("Deletion task " + in.deletion_task_id + " cannot be found.");

  return {.status = *status};
}

}  // namespace hanbat::iam
