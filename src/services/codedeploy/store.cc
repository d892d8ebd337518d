#include "services/codedeploy/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "services/codedeploy/groups/names.h"

namespace hanbat::codedeploy {
namespace {

DeploymentConfigInfo built_in(std::string_view name, int percent) {
  DeploymentConfigInfo out;
  out.deployment_config_id = "00000000-0000-0000-0000-00000000000" + std::to_string(percent % 10);
  out.deployment_config_name = std::string(name);
  out.compute_platform = word_of(ComputePlatform::kServer);
  out.create_time = Timestamp{1'412'553'600'000};  // the day of the API's version
  out.minimum_healthy_hosts.emplace();
  out.minimum_healthy_hosts->type = word_of(MinimumHealthyHostsType::kFleetPercent);
  out.minimum_healthy_hosts->value = percent;
  return out;
}

const std::vector<DeploymentConfigInfo>& built_in_configs() {
  static const std::vector<DeploymentConfigInfo> kConfigs = {built_in(kAllAtOnce, 0), built_in(kHalfAtATime, 50),
                                                             built_in(kOneAtATime, 99)};
  return kConfigs;
}

bool fits(const region::Resource<Deployment>& row, const DeploymentQuery& query) {
  const auto& statuses = query.statuses;
  if (query.from && row.created < *query.from) return false;
  if (query.to && row.created > *query.to) return false;
  return statuses.empty() || std::find(statuses.begin(), statuses.end(), *row.shape.info.status) != statuses.end();
}

CommandRow command_of(const store::Row& row) {
  return {row.text(0),     row.text(1), row.text(2), row.text(3),
          row.text(4),     row.text(5), row.text(6), require_word<CommandStatus>(row.text(7)),
          row.timestamp(8)};
}

constexpr std::string_view kCommandColumns =
    "id, account, region, instance, deployment, group_id, event, status, handed_out";

void put_host(store::Tx& tx, std::string_view group_id, std::string_view instance, int healthy,
              std::string_view revision) {
  tx.exec(
      "INSERT INTO codedeploy_hosts (group_id, instance, healthy, revision) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (group_id, instance) DO UPDATE SET healthy = excluded.healthy, "
      "revision = CASE WHEN excluded.revision = '' THEN codedeploy_hosts.revision ELSE excluded.revision END",
      group_id, instance, healthy, revision);
}

}  // namespace

std::string application_arn(const Place& place, std::string_view application) {
  return make_arn("codedeploy", place.region, place.account, "application:" + std::string(application));
}
std::string group_arn(const Place& place, std::string_view application, std::string_view group) {
  return make_arn("codedeploy", place.region, place.account,
                  "deploymentgroup:" + std::string(application) + "/" + std::string(group));
}
std::string config_arn(const Place& place, std::string_view config) {
  return make_arn("codedeploy", place.region, place.account, "deploymentconfig:" + std::string(config));
}

std::string on_premises_arn(const Place& place, std::string_view name) {
  return make_arn("codedeploy", place.region, place.account, "instance:" + std::string(name));
}

std::optional<Application> find_application(store::Tx& tx, const Place& place, std::string_view name) {
  return region::find_named<ApplicationInfo>(tx, place, "", name);
}

Application require_application(store::Tx& tx, const Place& place, std::string_view name) {
  check_application_name(name);
  if (auto found = find_application(tx, place, name)) return *found;
  throw ApplicationDoesNotExistException("No application found for name: " + std::string(name));
}

void rename_application(store::Tx& tx, const Application& application, std::string_view to) {
  const Place& place = application.place;
  const std::string from = *application.name;
  for (Group group : groups_of(tx, place, from)) {
    region::move_tags(tx, group_arn(place, from, *group.name), group_arn(place, to, *group.name));
    group.scope = to;
    group.shape.application_name = std::string(to);
    region::update(tx, group);
  }
  for (Revision revision : revisions_of(tx, place, from)) {
    revision.scope = to;
    region::update(tx, revision);
  }
  for (auto row : region::list<Deployment>(tx, place)) {
    if (row.shape.info.application_name != from) continue;
    row.shape.info.application_name = std::string(to);
    region::update(tx, row);
  }
  Application renamed = application;
  region::move_tags(tx, application_arn(place, from), application_arn(place, to));
  renamed.name = renamed.shape.application_name = std::string(to);
  region::update(tx, renamed);
}

void remove_application(store::Tx& tx, const Application& application) {
  for (const Group& group : groups_of(tx, application.place, *application.name)) remove_group(tx, group);
  for (const Revision& revision : revisions_of(tx, application.place, *application.name)) region::remove(tx, revision);
  region::remove(tx, application);
}

std::optional<DeploymentConfigInfo> find_config(store::Tx& tx, const Place& place, std::string_view name) {
  for (const DeploymentConfigInfo& config : built_in_configs())
    if (config.deployment_config_name == name) return config;
  if (auto found = region::find_named<DeploymentConfigInfo>(tx, place, "", name)) return found->shape;
  return std::nullopt;
}

DeploymentConfigInfo require_config(store::Tx& tx, const Place& place, std::string_view name) {
  check_config_name(name);
  if (auto found = find_config(tx, place, name)) return *found;
  throw DeploymentConfigDoesNotExistException("No deployment configuration found for name: " + std::string(name));
}

std::vector<std::string> config_names(store::Tx& tx, const Place& place) {
  std::vector<std::string> names;
  for (const DeploymentConfigInfo& config : built_in_configs()) names.push_back(*config.deployment_config_name);
  for (const Config& config : region::list_by_name<DeploymentConfigInfo>(tx, place, {})) names.push_back(*config.name);
  return names;
}

bool is_built_in(std::string_view config) { return config.starts_with("CodeDeployDefault."); }

void remove_config(store::Tx& tx, const Place& place, std::string_view name) {
  if (const auto found = region::find_named<DeploymentConfigInfo>(tx, place, "", name)) region::remove(tx, *found);
}

std::optional<Group> find_group(store::Tx& tx, const Place& place, std::string_view application,
                                std::string_view name) {
  return region::find_named<DeploymentGroupInfo>(tx, place, application, name);
}

Group require_group(store::Tx& tx, const Place& place, std::string_view application, std::string_view name) {
  check_group_name(name);
  require_application(tx, place, application);
  if (auto found = find_group(tx, place, application, name)) return *found;
  throw DeploymentGroupDoesNotExistException("No Deployment Group found for name: " + std::string(name));
}

void update_group(store::Tx& tx, Group group) {
  const std::string& name = *group.shape.deployment_group_name;
  if (name != *group.name)
    region::move_tags(tx, group_arn(group.place, group.scope, *group.name), group_arn(group.place, group.scope, name));
  group.name = name;
  region::update(tx, group);
}

void remove_group(store::Tx& tx, const Group& group) {
  tx.exec("DELETE FROM codedeploy_hosts WHERE group_id = ?", group.id);
  region::remove(tx, group);
}

std::vector<Group> groups_of(store::Tx& tx, const Place& place, std::string_view application) {
  return region::list_by_name<DeploymentGroupInfo>(tx, place, {.scope = application});
}

std::string location_text(const RevisionLocation& location) {
  const S3Location s3 = location.s3_location.value_or(S3Location{});
  return Json(std::vector<std::string>{s3.bucket.value_or(""), s3.key.value_or(""), s3.bundle_type.value_or(""),
                                       s3.version.value_or(""), s3.e_tag.value_or("")})
      .dump();
}

std::optional<Revision> find_revision(store::Tx& tx, const Place& place, std::string_view application,
                                      const RevisionLocation& location) {
  return region::find_named<RevisionInfo>(tx, place, application, location_text(location));
}

Revision new_revision(const Place& place, std::string_view application, const RevisionLocation& location,
                      Timestamp now) {
  Revision revision;
  revision.id = random_uuid();
  revision.place = place;
  revision.scope = application;
  revision.name = location_text(location);
  revision.created = now;
  revision.shape.revision_location = location;
  return revision;
}

std::vector<Revision> revisions_of(store::Tx& tx, const Place& place, std::string_view application) {
  return region::list_by_name<RevisionInfo>(tx, place, {.scope = application});
}

void use_revision(store::Tx& tx, const Place& place, std::string_view application, const RevisionLocation& location,
                  Timestamp now) {
  auto revision = find_revision(tx, place, application, location);
  if (!revision) {
    revision = new_revision(place, application, location, now);
    region::insert(tx, *revision);
  }
  if (revision->own.integer("first_used") == 0) revision->own["first_used"] = now.ms;
  revision->own["last_used"] = now.ms;
  region::update(tx, *revision);
}

std::optional<OnPremises> find_on_premises(store::Tx& tx, const Place& place, std::string_view identity) {
  if (identity.empty()) return std::nullopt;
  for (OnPremises& each : region::list_of<InstanceInfo>(tx, identity))
    if (each.place == place) return std::move(each);
  return std::nullopt;
}

std::optional<Deployment> find_deployment(store::Tx& tx, const Place& place, std::string_view id) {
  if (auto found = region::find<Deployment>(tx, place, id)) return found->shape;
  return std::nullopt;
}

std::optional<Deployment> find_deployment(store::Tx& tx, std::string_view id) {
  if (auto found = region::find<Deployment>(tx, id)) return found->shape;
  return std::nullopt;
}

void insert_deployment(store::Tx& tx, const Deployment& d) {
  region::Resource<Deployment> row;
  row.id = d.id();
  row.place = {d.account, d.region};
  row.parent = d.group_id;
  row.created = *d.info.create_time;
  row.shape = d;
  region::insert(tx, row);
}

void update_deployment(store::Tx& tx, const Deployment& d) {
  auto row = region::find<Deployment>(tx, d.id());
  if (!row) return;
  row->shape = d;
  region::update(tx, *row);
}

std::vector<region::Resource<Deployment>> find_deployments(store::Tx& tx, const Place& place,
                                                           const DeploymentQuery& query,
                                                           std::optional<std::string> after, std::size_t most) {
  constexpr std::size_t kChunk = 200;
  std::vector<region::Resource<Deployment>> found;
  std::size_t stretch = most;
  for (bool more = true; more; stretch = std::max(stretch, kChunk)) {
    auto rows = region::list_by_age<Deployment>(
        tx, place,
        {.order = region::TimeRange::Order::kNewestFirst, .parent = query.group_id, .after = after, .most = stretch});
    more = rows.size() == stretch;
    if (!rows.empty()) after = region::creation_key(rows.back());
    for (auto& row : rows) {
      if (!fits(row, query)) continue;
      found.push_back(std::move(row));
      if (found.size() == most) return found;
    }
  }
  return found;
}

// A group has one at a time, so one that goes on is its newest; those of the same millisecond stand in any order.
std::optional<std::string> find_active_deployment(store::Tx& tx, const Place& place, std::string_view group_id) {
  region::TimeRange range{.order = region::TimeRange::Order::kNewestFirst, .parent = group_id, .most = 1};
  std::optional<Timestamp> newest;
  for (auto rows = region::list_by_age<Deployment>(tx, place, range); !rows.empty();
       rows = region::list_by_age<Deployment>(tx, place, range)) {
    const auto& row = rows.front();
    if (newest && row.created < *newest) return std::nullopt;
    if (row.shape.active()) return row.id;
    newest = row.created;
    range.after = region::creation_key(row);
  }
  return std::nullopt;
}

std::map<std::string, HostRecord> hosts_of(store::Tx& tx, std::string_view group_id) {
  std::map<std::string, HostRecord> hosts;
  for (const auto& row :
       tx.query("SELECT instance, healthy, revision FROM codedeploy_hosts WHERE group_id = ?", group_id))
    hosts[row.text(0)] = {row.flag(1), row.text(2)};
  return hosts;
}

void put_healthy_host(store::Tx& tx, std::string_view group_id, std::string_view instance, std::string_view revision) {
  put_host(tx, group_id, instance, 1, revision);
}

void put_unhealthy_host(store::Tx& tx, std::string_view group_id, std::string_view instance) {
  put_host(tx, group_id, instance, 0, "");
}

void insert_command(store::Tx& tx, const CommandRow& c) {
  tx.exec(
      "INSERT INTO codedeploy_commands (id, account, region, instance, deployment, group_id, event, status, "
      "handed_out) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      c.id, c.account, c.region, c.instance, c.deployment, c.group_id, c.event, word_of(c.status), c.handed_out);
}

std::optional<CommandRow> find_command(store::Tx& tx, std::string_view id) {
  const auto row = tx.find("SELECT " + std::string(kCommandColumns) + " FROM codedeploy_commands WHERE id = ?", id);
  if (!row) return std::nullopt;
  return command_of(*row);
}

std::optional<CommandRow> find_pending_command(store::Tx& tx, const Place& place, std::string_view instance) {
  const auto row = tx.find("SELECT " + std::string(kCommandColumns) +
                               " FROM codedeploy_commands WHERE account = ? AND region = ? AND instance = ? AND "
                               "status = ? ORDER BY handed_out, id LIMIT 1",
                           place.account, place.region, instance, word_of(CommandStatus::kPending));
  if (!row) return std::nullopt;
  return command_of(*row);
}

void set_handed_out(store::Tx& tx, std::string_view id, Timestamp at) {
  tx.exec("UPDATE codedeploy_commands SET handed_out = ? WHERE id = ?", at, id);
}

std::optional<CommandStatus> advance_command(store::Tx& tx, const CommandRow& command, CommandEvent event) {
  const auto next = region::find_next(kCommandMachine, command.status, event);
  if (next && *next != command.status)
    tx.exec("UPDATE codedeploy_commands SET status = ? WHERE id = ?", word_of(*next), command.id);
  return next;
}

std::optional<Signer> find_signer(store::Tx& tx) {
  const auto row = tx.find("SELECT private_key, certificate FROM codedeploy_signer WHERE id = 1");
  if (!row) return std::nullopt;
  return Signer{row->text(0), row->text(1)};
}

void insert_signer(store::Tx& tx, const Signer& signer) {
  tx.exec("INSERT INTO codedeploy_signer (id, private_key, certificate) VALUES (1, ?, ?)", signer.private_key,
          signer.certificate);
}

}  // namespace hanbat::codedeploy
