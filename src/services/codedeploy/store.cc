#include "services/codedeploy/store.h"

#include <algorithm>

#include "base/arn.h"

namespace hanbat::codedeploy {
namespace {

DeploymentConfigInfo built_in(std::string_view name, std::string_view type, int value) {
  DeploymentConfigInfo out;
  out.deployment_config_id = "00000000-0000-0000-0000-00000000000" + std::to_string(value % 10);
  out.deployment_config_name = std::string(name);
  out.compute_platform = "Server";
  out.create_time = Timestamp{1'412'553'600'000};  // the day of the API's version
  out.minimum_healthy_hosts.emplace();
  out.minimum_healthy_hosts->type = std::string(type);
  out.minimum_healthy_hosts->value = value;
  return out;
}

const std::vector<DeploymentConfigInfo>& built_in_configs() {
  static const std::vector<DeploymentConfigInfo> kConfigs = {built_in(kAllAtOnce, "FLEET_PERCENT", 0),
                                                             built_in(kHalfAtATime, "FLEET_PERCENT", 50),
                                                             built_in(kOneAtATime, "FLEET_PERCENT", 99)};
  return kConfigs;
}

RevisionRow revision_of(const store::Row& row) {
  const Json body = row.json(0);
  RevisionRow out{.location = wire::from_json<RevisionLocation>(body["location"]),
                  .description = std::nullopt,
                  .registered = row.timestamp(1),
                  .first_used = row.timestamp(2),
                  .last_used = row.timestamp(3)};
  if (body["description"].is_string()) out.description = body["description"].as_string();
  return out;
}

CommandRow command_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3),     row.text(4),
          row.text(5), row.text(6), row.text(7), row.timestamp(8)};
}

constexpr std::string_view kCommandColumns =
    "id, account, region, instance, deployment, group_id, event, status, handed_out";

std::vector<std::string> first_column(const std::vector<store::Row>& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows) out.push_back(row.text(0));
  return out;
}

}  // namespace

std::string Place::application_arn(std::string_view application) const {
  return make_arn("codedeploy", region, account, "application:" + std::string(application));
}
std::string Place::group_arn(std::string_view application, std::string_view group) const {
  return make_arn("codedeploy", region, account,
                  "deploymentgroup:" + std::string(application) + "/" + std::string(group));
}
std::string Place::config_arn(std::string_view config) const {
  return make_arn("codedeploy", region, account, "deploymentconfig:" + std::string(config));
}

std::string location_text(const RevisionLocation& location) {
  const S3Location s3 = location.s3_location.value_or(S3Location{});
  return Json(std::vector<std::string>{s3.bucket.value_or(""), s3.key.value_or(""), s3.bundle_type.value_or(""),
                                       s3.version.value_or(""), s3.e_tag.value_or("")})
      .dump();
}

std::optional<ApplicationInfo> Store::find_application(store::Tx& tx, const Place& place, std::string_view name) {
  const auto row = tx.find("SELECT body FROM codedeploy_applications WHERE account = ? AND region = ? AND name = ?",
                           place.account, place.region, name);
  if (!row) return std::nullopt;
  return wire::from_json<ApplicationInfo>(row->json(0));
}

ApplicationInfo Store::require_application(store::Tx& tx, const Place& place, std::string_view name) {
  if (auto found = find_application(tx, place, name)) return *found;
  throw ApplicationDoesNotExistException("No application found for name: " + std::string(name));
}

void Store::put(store::Tx& tx, const Place& place, const ApplicationInfo& application) {
  tx.exec(
      "INSERT INTO codedeploy_applications (account, region, name, body) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (account, region, name) DO UPDATE SET body = excluded.body",
      place.account, place.region, *application.application_name, wire::to_json(application));
}

void Store::rename_application(store::Tx& tx, const Place& place, std::string_view from, std::string_view to) {
  ApplicationInfo application = require_application(tx, place, from);
  for (const std::string& name : list_groups(tx, place, from)) {
    DeploymentGroupInfo group = *find_group(tx, place, from, name);
    group.application_name = std::string(to);
    put(tx, place, group);
  }
  for (const char* table : {"codedeploy_revisions", "codedeploy_deployments"})
    tx.exec(
        "UPDATE " + std::string(table) + " SET application = ? WHERE account = ? AND region = ? AND application = ?",
        to, place.account, place.region, from);
  erase_application(tx, place, from);
  application.application_name = std::string(to);
  put(tx, place, application);
}

void Store::erase_application(store::Tx& tx, const Place& place, std::string_view name) {
  tx.exec("DELETE FROM codedeploy_applications WHERE account = ? AND region = ? AND name = ?", place.account,
          place.region, name);
}

std::vector<std::string> Store::list_applications(store::Tx& tx, const Place& place) {
  return first_column(
      tx.query("SELECT name FROM codedeploy_applications WHERE account = ? AND region = ? ORDER BY name", place.account,
               place.region));
}

std::optional<DeploymentConfigInfo> Store::find_config(store::Tx& tx, const Place& place, std::string_view name) {
  for (const DeploymentConfigInfo& config : built_in_configs())
    if (config.deployment_config_name == name) return config;
  const auto row = tx.find("SELECT body FROM codedeploy_configs WHERE account = ? AND region = ? AND name = ?",
                           place.account, place.region, name);
  if (!row) return std::nullopt;
  return wire::from_json<DeploymentConfigInfo>(row->json(0));
}

DeploymentConfigInfo Store::require_config(store::Tx& tx, const Place& place, std::string_view name) {
  if (auto found = find_config(tx, place, name)) return *found;
  throw DeploymentConfigDoesNotExistException("No deployment configuration found for name: " + std::string(name));
}

void Store::put(store::Tx& tx, const Place& place, const DeploymentConfigInfo& config) {
  tx.exec("INSERT INTO codedeploy_configs (account, region, name, body) VALUES (?, ?, ?, ?)", place.account,
          place.region, *config.deployment_config_name, wire::to_json(config));
}

void Store::erase_config(store::Tx& tx, const Place& place, std::string_view name) {
  tx.exec("DELETE FROM codedeploy_configs WHERE account = ? AND region = ? AND name = ?", place.account, place.region,
          name);
}

std::vector<std::string> Store::list_configs(store::Tx& tx, const Place& place) {
  std::vector<std::string> out;
  for (const DeploymentConfigInfo& config : built_in_configs()) out.push_back(*config.deployment_config_name);
  for (std::string& name :
       first_column(tx.query("SELECT name FROM codedeploy_configs WHERE account = ? AND region = ? ORDER BY name",
                             place.account, place.region)))
    out.push_back(std::move(name));
  return out;
}

std::optional<DeploymentGroupInfo> Store::find_group(store::Tx& tx, const Place& place, std::string_view application,
                                                     std::string_view name) {
  const auto row =
      tx.find("SELECT body FROM codedeploy_groups WHERE account = ? AND region = ? AND application = ? AND name = ?",
              place.account, place.region, application, name);
  if (!row) return std::nullopt;
  return wire::from_json<DeploymentGroupInfo>(row->json(0));
}

std::optional<DeploymentGroupInfo> Store::find_group_by_id(store::Tx& tx, std::string_view id) {
  const auto row = tx.find("SELECT body FROM codedeploy_groups WHERE id = ?", id);
  if (!row) return std::nullopt;
  return wire::from_json<DeploymentGroupInfo>(row->json(0));
}

DeploymentGroupInfo Store::require_group(store::Tx& tx, const Place& place, std::string_view application,
                                         std::string_view name) {
  require_application(tx, place, application);
  if (auto found = find_group(tx, place, application, name)) return *found;
  throw DeploymentGroupDoesNotExistException("No Deployment Group found for name: " + std::string(name));
}

void Store::put(store::Tx& tx, const Place& place, const DeploymentGroupInfo& group) {
  tx.exec(
      "INSERT INTO codedeploy_groups (id, account, region, application, name, body) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET application = excluded.application, name = excluded.name, body = excluded.body",
      *group.deployment_group_id, place.account, place.region, *group.application_name, *group.deployment_group_name,
      wire::to_json(group));
}

void Store::erase_group(store::Tx& tx, std::string_view id) {
  tx.exec("DELETE FROM codedeploy_groups WHERE id = ?", id);
  tx.exec("DELETE FROM codedeploy_hosts WHERE group_id = ?", id);
}

std::vector<std::string> Store::list_groups(store::Tx& tx, const Place& place, std::string_view application) {
  return first_column(
      tx.query("SELECT name FROM codedeploy_groups WHERE account = ? AND region = ? AND application = ? ORDER BY name",
               place.account, place.region, application));
}

std::optional<RevisionRow> Store::find_revision(store::Tx& tx, const Place& place, std::string_view application,
                                                const RevisionLocation& location) {
  const auto row = tx.find(
      "SELECT body, registered, first_used, last_used FROM codedeploy_revisions WHERE account = ? AND region = ? AND "
      "application = ? AND location = ?",
      place.account, place.region, application, location_text(location));
  if (!row) return std::nullopt;
  return revision_of(*row);
}

void Store::put(store::Tx& tx, const Place& place, std::string_view application, const RevisionRow& revision) {
  const S3Location s3 = revision.location.s3_location.value_or(S3Location{});
  Json body = Json::object({{"location", wire::to_json(revision.location)}});
  if (revision.description) body["description"] = *revision.description;
  tx.exec(
      "INSERT INTO codedeploy_revisions (account, region, application, location, bucket, object_key, registered, "
      "first_used, last_used, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, region, application, "
      "location) DO UPDATE SET first_used = excluded.first_used, last_used = excluded.last_used, body = excluded.body",
      place.account, place.region, application, location_text(revision.location), s3.bucket.value_or(""),
      s3.key.value_or(""), revision.registered, revision.first_used, revision.last_used, body);
}

std::vector<RevisionRow> Store::list_revisions(store::Tx& tx, const Place& place, std::string_view application) {
  std::vector<RevisionRow> out;
  for (const auto& row : tx.query("SELECT body, registered, first_used, last_used FROM codedeploy_revisions WHERE "
                                  "account = ? AND region = ? AND application = ? ORDER BY registered DESC",
                                  place.account, place.region, application))
    out.push_back(revision_of(row));
  return out;
}

std::optional<Deployment> Store::find_deployment(store::Tx& tx, const Place& place, std::string_view id) {
  const auto row = tx.find("SELECT body FROM codedeploy_deployments WHERE id = ? AND account = ? AND region = ?", id,
                           place.account, place.region);
  if (!row) return std::nullopt;
  return Deployment::from_json(row->json(0));
}

std::optional<Deployment> Store::find_deployment(store::Tx& tx, std::string_view id) {
  const auto row = tx.find("SELECT body FROM codedeploy_deployments WHERE id = ?", id);
  if (!row) return std::nullopt;
  return Deployment::from_json(row->json(0));
}

void Store::put(store::Tx& tx, const Deployment& d) {
  tx.exec(
      "INSERT INTO codedeploy_deployments (id, account, region, application, group_name, group_id, status, created, "
      "body) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, body = "
      "excluded.body",
      d.id(), d.account, d.region, *d.info.application_name, *d.info.deployment_group_name, d.group_id, *d.info.status,
      *d.info.create_time, d.to_json());
}

std::vector<std::string> Store::list_deployments(store::Tx& tx, const Place& place, const DeploymentQuery& query) {
  std::vector<std::string> out;
  std::int64_t offset = query.offset;
  for (const auto& row :
       tx.query("SELECT id, status FROM codedeploy_deployments WHERE account = ? AND region = ? AND (? = '' OR "
                "application = ?) "
                "AND (? = '' OR group_name = ?) AND created >= ? AND created <= ? ORDER BY created DESC, id",
                place.account, place.region, query.application.value_or(""), query.application.value_or(""),
                query.group.value_or(""), query.group.value_or(""), query.from.value_or(Timestamp{0}),
                query.to.value_or(Timestamp{INT64_MAX}))) {
    if (!query.statuses.empty() &&
        std::find(query.statuses.begin(), query.statuses.end(), row.text(1)) == query.statuses.end())
      continue;
    if (offset-- > 0) continue;
    if (static_cast<int>(out.size()) == query.limit) break;
    out.push_back(row.text(0));
  }
  return out;
}

std::optional<std::string> Store::find_active_deployment(store::Tx& tx, std::string_view group_id) {
  const auto row = tx.find(
      "SELECT id FROM codedeploy_deployments WHERE group_id = ? AND status IN ('Created', 'Queued', 'InProgress', "
      "'Ready')",
      group_id);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::map<std::string, std::pair<bool, std::string>> Store::hosts(store::Tx& tx, std::string_view group_id) {
  std::map<std::string, std::pair<bool, std::string>> out;
  for (const auto& row :
       tx.query("SELECT instance, healthy, revision FROM codedeploy_hosts WHERE group_id = ?", group_id))
    out[row.text(0)] = {row.flag(1), row.text(2)};
  return out;
}

void Store::put_host(store::Tx& tx, std::string_view group_id, std::string_view instance, bool healthy,
                     const std::optional<std::string>& revision) {
  tx.exec(
      "INSERT INTO codedeploy_hosts (group_id, instance, healthy, revision) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (group_id, instance) DO UPDATE SET healthy = excluded.healthy, "
      "revision = CASE WHEN excluded.revision = '' THEN codedeploy_hosts.revision ELSE excluded.revision END",
      group_id, instance, healthy, revision.value_or(""));
}

void Store::insert(store::Tx& tx, const CommandRow& c) {
  tx.exec(
      "INSERT INTO codedeploy_commands (id, account, region, instance, deployment, group_id, event, status, "
      "handed_out) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      c.id, c.account, c.region, c.instance, c.deployment, c.group_id, c.event, c.status, c.handed_out);
}

std::optional<CommandRow> Store::find_command(store::Tx& tx, std::string_view id) {
  const auto row = tx.find("SELECT " + std::string(kCommandColumns) + " FROM codedeploy_commands WHERE id = ?", id);
  if (!row) return std::nullopt;
  return command_of(*row);
}

std::optional<CommandRow> Store::find_pending_command(store::Tx& tx, const Place& place, std::string_view instance) {
  const auto row = tx.find("SELECT " + std::string(kCommandColumns) +
                               " FROM codedeploy_commands WHERE account = ? AND region = ? AND instance = ? AND "
                               "status = 'Pending' ORDER BY handed_out, id LIMIT 1",
                           place.account, place.region, instance);
  if (!row) return std::nullopt;
  return command_of(*row);
}

void Store::set_handed_out(store::Tx& tx, std::string_view id, Timestamp at) {
  tx.exec("UPDATE codedeploy_commands SET handed_out = ? WHERE id = ?", at, id);
}

void Store::set_status(store::Tx& tx, std::string_view id, std::string_view status) {
  tx.exec("UPDATE codedeploy_commands SET status = ? WHERE id = ?", status, id);
}

std::map<std::string, std::string> Store::tags(store::Tx& tx, std::string_view arn) {
  std::map<std::string, std::string> out;
  for (const auto& row : tx.query("SELECT name, value FROM codedeploy_tags WHERE arn = ?", arn))
    out[row.text(0)] = row.text(1);
  return out;
}

void Store::set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value) {
  tx.exec(
      "INSERT INTO codedeploy_tags (arn, name, value) VALUES (?, ?, ?) ON CONFLICT (arn, name) DO UPDATE SET value = "
      "excluded.value",
      arn, name, value);
}

void Store::erase_tag(store::Tx& tx, std::string_view arn, std::string_view name) {
  tx.exec("DELETE FROM codedeploy_tags WHERE arn = ? AND name = ?", arn, name);
}

void Store::erase_tags(store::Tx& tx, std::string_view arn) {
  tx.exec("DELETE FROM codedeploy_tags WHERE arn = ?", arn);
}

}  // namespace hanbat::codedeploy
