// The rows of CodeDeploy. Applications, configurations, groups, revisions and deployments lie with everybody's
// resources; the orders that agents wait for, what each instance was left with, and the signer's key have tables of
// their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gen/codedeploy/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "services/codedeploy/agents/specification.h"
#include "services/codedeploy/deployments/deployment.h"

namespace hanbat::codedeploy {

using region::Place;

std::string application_arn(const Place& place, std::string_view application);
std::string group_arn(const Place& place, std::string_view application, std::string_view group);
std::string config_arn(const Place& place, std::string_view config);
/// By which permissions name an on-premises instance; what Get answers as its ARN is another.
std::string on_premises_arn(const Place& place, std::string_view name);
/// Whether a target of a deployment is an EC2 instance; the name of an on-premises one cannot begin as these do.
inline bool is_ec2_instance(std::string_view target) { return target.starts_with("i-"); }

}  // namespace hanbat::codedeploy

namespace hanbat::region {

template <>
struct KindOf<codedeploy::ApplicationInfo> {
  static constexpr std::string_view kRows = "codedeploy/application";
  static std::string arn(const Resource<codedeploy::ApplicationInfo>& row) {
    return codedeploy::application_arn(row.place, *row.name);
  }
};

template <>
struct KindOf<codedeploy::DeploymentConfigInfo> {
  static constexpr std::string_view kRows = "codedeploy/config";
};

/// Its scope is the application's name.
template <>
struct KindOf<codedeploy::DeploymentGroupInfo> {
  static constexpr std::string_view kRows = "codedeploy/group";
  static std::string arn(const Resource<codedeploy::DeploymentGroupInfo>& row) {
    return codedeploy::group_arn(row.place, row.scope, *row.name);
  }
};

/// Its scope is the application's name, its name location_text(). Made when it was registered or first deployed; `own`
/// holds when it was used: {"first_used","last_used"}, milliseconds, 0 = never.
template <>
struct KindOf<codedeploy::RevisionInfo> {
  static constexpr std::string_view kRows = "codedeploy/revision";
};

/// An on-premises instance. Its parent is the ARN of the IAM user or session that it is known by, "" once it is
/// deregistered.
template <>
struct KindOf<codedeploy::InstanceInfo> {
  static constexpr std::string_view kRows = "codedeploy/on-premises";
};

/// The whole machine. Its parent is the group's id.
template <>
struct KindOf<codedeploy::Deployment> {
  static constexpr std::string_view kRows = "codedeploy/deployment";
};

}  // namespace hanbat::region

namespace hanbat::codedeploy {

using Application = region::Resource<ApplicationInfo>;
using Config = region::Resource<DeploymentConfigInfo>;
using Group = region::Resource<DeploymentGroupInfo>;
using Revision = region::Resource<RevisionInfo>;
using OnPremises = region::Resource<InstanceInfo>;

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

std::optional<Application> find_application(store::Tx& tx, const Place& place, std::string_view name);
/// Throws ApplicationDoesNotExistException.
Application require_application(store::Tx& tx, const Place& place, std::string_view name);
/// With its groups, revisions, deployments and tags, whose names and ARNs hold the application's.
void rename_application(store::Tx& tx, const Application& application, std::string_view to);
/// With its groups, revisions and tags. Deployments stay.
void remove_application(store::Tx& tx, const Application& application);

/// Built-in configurations included.
std::optional<DeploymentConfigInfo> find_config(store::Tx& tx, const Place& place, std::string_view name);
/// Throws DeploymentConfigDoesNotExistException.
DeploymentConfigInfo require_config(store::Tx& tx, const Place& place, std::string_view name);
/// The names of all, built-in ones first.
std::vector<std::string> config_names(store::Tx& tx, const Place& place);
bool is_built_in(std::string_view config);
void remove_config(store::Tx& tx, const Place& place, std::string_view name);

std::optional<Group> find_group(store::Tx& tx, const Place& place, std::string_view application, std::string_view name);
/// Throws ApplicationDoesNotExistException, DeploymentGroupDoesNotExistException.
Group require_group(store::Tx& tx, const Place& place, std::string_view application, std::string_view name);
/// Writes the group, under a new name if it has one; then its tags follow.
void update_group(store::Tx& tx, Group group);
void remove_group(store::Tx& tx, const Group& group);
/// By name.
std::vector<Group> groups_of(store::Tx& tx, const Place& place, std::string_view application);

/// The same text for the same revision.
std::string location_text(const RevisionLocation& location);
std::optional<Revision> find_revision(store::Tx& tx, const Place& place, std::string_view application,
                                      const RevisionLocation& location);
Revision new_revision(const Place& place, std::string_view application, const RevisionLocation& location,
                      Timestamp now);
std::vector<Revision> revisions_of(store::Tx& tx, const Place& place, std::string_view application);
/// Notes that the revision is deployed, which registers it.
void use_revision(store::Tx& tx, const Place& place, std::string_view application, const RevisionLocation& location,
                  Timestamp now);

inline bool is_registered(const OnPremises& instance) { return !instance.shape.deregister_time; }
/// The registered on-premises instance that is known by the ARN of an IAM user or session.
std::optional<OnPremises> find_on_premises(store::Tx& tx, const Place& place, std::string_view identity);

/// What ListDeployments looks for.
struct DeploymentQuery {
  std::string group_id;               // "" = of all groups
  std::vector<std::string> statuses;  // empty = all
  std::optional<Timestamp> from, to;
};

std::optional<Deployment> find_deployment(store::Tx& tx, const Place& place, std::string_view id);
std::optional<Deployment> find_deployment(store::Tx& tx, std::string_view id);
void insert_deployment(store::Tx& tx, const Deployment& deployment);
void update_deployment(store::Tx& tx, const Deployment& deployment);
/// Newest first, `most` at most, those after the one of the age key.
std::vector<region::Resource<Deployment>> find_deployments(store::Tx& tx, const Place& place,
                                                           const DeploymentQuery& query,
                                                           std::optional<std::string> after, std::size_t most);
/// The deployment of the group that goes on.
std::optional<std::string> find_active_deployment(store::Tx& tx, const Place& place, std::string_view group_id);

/// What the last deployment of a group left on an instance.
struct HostRecord {
  bool healthy = false;
  std::string revision;  // location_text of the last that succeeded, or ""
};
/// By instance.
std::map<std::string, HostRecord> hosts_of(store::Tx& tx, std::string_view group_id);
void put_healthy_host(store::Tx& tx, std::string_view group_id, std::string_view instance, std::string_view revision);
/// Its revision stays what it was.
void put_unhealthy_host(store::Tx& tx, std::string_view group_id, std::string_view instance);

/// An order to an agent to run one lifecycle event.
struct CommandRow {
  std::string id, account, region, instance, deployment, group_id, event;
  CommandStatus status = CommandStatus::kPending;
  Timestamp handed_out{0};  // {0} = not yet
};
void insert_command(store::Tx& tx, const CommandRow& command);
std::optional<CommandRow> find_command(store::Tx& tx, std::string_view id);
/// The oldest order of the instance that no agent has acknowledged.
std::optional<CommandRow> find_pending_command(store::Tx& tx, const Place& place, std::string_view instance);
void set_handed_out(store::Tx& tx, std::string_view id, Timestamp at);
/// Moves the order's status; returns where to, or nothing when the event leads nowhere from it.
std::optional<CommandStatus> advance_command(store::Tx& tx, const CommandRow& command, CommandEvent event);

/// The key that signs specifications, made at the first start.
std::optional<Signer> find_signer(store::Tx& tx);
void insert_signer(store::Tx& tx, const Signer& signer);

}  // namespace hanbat::codedeploy
