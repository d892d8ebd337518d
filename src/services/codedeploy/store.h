// The rows of CodeDeploy: applications, groups, configurations, revisions, deployments, commands, tags.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gen/codedeploy/model.h"
#include "services/codedeploy/deployments/deployment.h"
#include "store/database.h"

namespace hanbat::codedeploy {

/// An account in a region: whose rows.
struct Place {
  std::string account;
  std::string region;

  std::string application_arn(std::string_view application) const;
  std::string group_arn(std::string_view application, std::string_view group) const;
  std::string config_arn(std::string_view config) const;
};

struct RevisionRow {
  RevisionLocation location;
  std::optional<std::string> description;
  Timestamp registered;
  Timestamp first_used{0};
  Timestamp last_used{0};
};

struct CommandRow {
  std::string id, account, region, instance, deployment, group_id, event, status;
  Timestamp handed_out{0};
};

/// What ListDeployments looks for.
struct DeploymentQuery {
  std::optional<std::string> application, group;
  std::vector<std::string> statuses;
  std::optional<Timestamp> from, to;
  std::int64_t offset = 0;
  int limit = 100;
};

/// The same text for the same revision.
std::string location_text(const RevisionLocation& location);

class Store {
 public:
  std::optional<ApplicationInfo> find_application(store::Tx& tx, const Place& place, std::string_view name);
  /// Throws ApplicationDoesNotExistException.
  ApplicationInfo require_application(store::Tx& tx, const Place& place, std::string_view name);
  void put(store::Tx& tx, const Place& place, const ApplicationInfo& application);
  void rename_application(store::Tx& tx, const Place& place, std::string_view from, std::string_view to);
  void erase_application(store::Tx& tx, const Place& place, std::string_view name);
  std::vector<std::string> list_applications(store::Tx& tx, const Place& place);

  /// Built-in configurations included.
  std::optional<DeploymentConfigInfo> find_config(store::Tx& tx, const Place& place, std::string_view name);
  /// Throws DeploymentConfigDoesNotExistException.
  DeploymentConfigInfo require_config(store::Tx& tx, const Place& place, std::string_view name);
  void put(store::Tx& tx, const Place& place, const DeploymentConfigInfo& config);
  void erase_config(store::Tx& tx, const Place& place, std::string_view name);
  std::vector<std::string> list_configs(store::Tx& tx, const Place& place);

  std::optional<DeploymentGroupInfo> find_group(store::Tx& tx, const Place& place, std::string_view application,
                                                std::string_view name);
  std::optional<DeploymentGroupInfo> find_group_by_id(store::Tx& tx, std::string_view id);
  /// Throws ApplicationDoesNotExistException, DeploymentGroupDoesNotExistException.
  DeploymentGroupInfo require_group(store::Tx& tx, const Place& place, std::string_view application,
                                    std::string_view name);
  void put(store::Tx& tx, const Place& place, const DeploymentGroupInfo& group);
  void erase_group(store::Tx& tx, std::string_view id);
  std::vector<std::string> list_groups(store::Tx& tx, const Place& place, std::string_view application);

  std::optional<RevisionRow> find_revision(store::Tx& tx, const Place& place, std::string_view application,
                                           const RevisionLocation& location);
  void put(store::Tx& tx, const Place& place, std::string_view application, const RevisionRow& revision);
  std::vector<RevisionRow> list_revisions(store::Tx& tx, const Place& place, std::string_view application);

  std::optional<Deployment> find_deployment(store::Tx& tx, const Place& place, std::string_view id);
  std::optional<Deployment> find_deployment(store::Tx& tx, std::string_view id);
  void put(store::Tx& tx, const Deployment& deployment);
  std::vector<std::string> list_deployments(store::Tx& tx, const Place& place, const DeploymentQuery& query);
  /// The deployment of the group that goes on.
  std::optional<std::string> find_active_deployment(store::Tx& tx, std::string_view group_id);

  /// The last outcome per instance of the group: {healthy, location of the revision}.
  std::map<std::string, std::pair<bool, std::string>> hosts(store::Tx& tx, std::string_view group_id);
  void put_host(store::Tx& tx, std::string_view group_id, std::string_view instance, bool healthy,
                const std::optional<std::string>& revision);

  void insert(store::Tx& tx, const CommandRow& command);
  std::optional<CommandRow> find_command(store::Tx& tx, std::string_view id);
  /// The oldest command of the instance that no agent has acknowledged.
  std::optional<CommandRow> find_pending_command(store::Tx& tx, const Place& place, std::string_view instance);
  void set_handed_out(store::Tx& tx, std::string_view id, Timestamp at);
  void set_status(store::Tx& tx, std::string_view id, std::string_view status);

  std::map<std::string, std::string> tags(store::Tx& tx, std::string_view arn);
  void set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value);
  void erase_tag(store::Tx& tx, std::string_view arn, std::string_view name);
  void erase_tags(store::Tx& tx, std::string_view arn);
};

}  // namespace hanbat::codedeploy
