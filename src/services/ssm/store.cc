#include "services/ssm/store.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/arn.h"

namespace hanbat::ssm {
namespace {

constexpr int kVersionsKept = 100;

const std::string kVersionColumns = "version, value, body";
const std::string kInvocationColumns = "account, region, command, instance, status, cancel, deadline, body";

std::optional<std::string> find_text(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  if (!found || !found->is_string()) return std::nullopt;
  return found->as_string();
}

VersionRow version_of(const store::Row& row) {
  const Json body = row.json(2);
  return {.number = row.integer(0),
          .type = body.text("type"),
          .value = row.text(1),
          .tier = body.text("tier", "Standard"),
          .data_type = body.text("data_type", "text"),
          .description = find_text(body, "description"),
          .allowed_pattern = find_text(body, "allowed_pattern"),
          .modified = {body.integer("modified")},
          .modified_by = body.text("modified_by"),
          .labels = body.texts("labels")};
}

Json body_of(const VersionRow& version) {
  Json body = Json::object({{"type", version.type}, {"tier", version.tier}, {"data_type", version.data_type}});
  if (version.description) body["description"] = *version.description;
  if (version.allowed_pattern) body["allowed_pattern"] = *version.allowed_pattern;
  body["modified"] = version.modified.ms;
  body["modified_by"] = version.modified_by;
  body["labels"] = Json(version.labels);
  return body;
}

Invocation invocation_of(const store::Row& row) {
  return {.account = row.text(0),
          .region = row.text(1),
          .command = row.text(2),
          .instance = row.text(3),
          .status = require_word<InvocationStatus>(row.text(4)),
          .cancel = row.flag(5),
          .deadline = row.timestamp(6),
          .body = row.json(7)};
}

std::vector<Invocation> all_of(const std::vector<store::Row>& rows) {
  std::vector<Invocation> all;
  for (const auto& row : rows) all.push_back(invocation_of(row));
  return all;
}

/// The fields that an agent describes itself by, and their names in the row.
template <class Instance>
auto described(Instance& i) {
  return std::to_array({std::pair{"agent_version", &i.agent_version}, std::pair{"computer_name", &i.computer_name},
                        std::pair{"ip_address", &i.ip_address}, std::pair{"platform_name", &i.platform_name},
                        std::pair{"platform_type", &i.platform_type},
                        std::pair{"platform_version", &i.platform_version}});
}

}  // namespace

std::string parameter_arn(const Place& place, std::string_view name) {
  return make_arn("ssm", place.region, name.starts_with("/aws/") ? "" : place.account,
                  "parameter" + std::string(name.starts_with('/') ? "" : "/") + std::string(name));
}

Json ManagedInstance::to_json() const {
  Json json = Json::object({{"registered", registered.ms}});
  for (const auto& [name, value] : described(*this))
    if (*value) json[name] = **value;
  return json;
}

ManagedInstance ManagedInstance::from_json(const Json& json) {
  ManagedInstance instance{.registered = {json.integer("registered")}};
  for (const auto& [name, value] : described(instance)) *value = find_text(json, name);
  return instance;
}

std::optional<ParameterRow> find_parameter(store::Tx& tx, const Place& place, const std::string& name) {
  if (auto found = region::find_named<ParameterHead>(tx, place, "", name)) return found;
  return region::find_named<ParameterHead>(tx, place, "", name.starts_with('/') ? name.substr(1) : "/" + name);
}

ParameterRow require_parameter(store::Tx& tx, const Place& place, const std::string& name) {
  if (auto found = find_parameter(tx, place, name)) return *found;
  throw ParameterNotFound("Parameter " + name + " not found.");
}

ParameterRow insert_parameter(store::Tx& tx, const Place& place, const std::string& name, Timestamp now) {
  ParameterRow parameter;
  parameter.id = place.account + ":" + place.region + ":" + name;
  parameter.place = place;
  parameter.name = name;
  parameter.created = now;
  region::insert(tx, parameter);
  return parameter;
}

void remove_parameter(store::Tx& tx, const ParameterRow& parameter) {
  tx.exec("DELETE FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ?", parameter.place.account,
          parameter.place.region, *parameter.name);
  region::remove(tx, parameter);
}

std::optional<VersionRow> find_version(store::Tx& tx, const ParameterRow& parameter, std::int64_t number) {
  const auto row = tx.find("SELECT " + kVersionColumns +
                               " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? AND version "
                               "= ?",
                           parameter.place.account, parameter.place.region, *parameter.name, number);
  if (!row) return std::nullopt;
  return version_of(*row);
}

VersionRow newest_version(store::Tx& tx, const ParameterRow& parameter) {
  if (auto found = find_version(tx, parameter, parameter.shape.version)) return *found;
  throw std::logic_error("the newest version of a parameter is missing: " + *parameter.name);
}

std::vector<VersionRow> versions_of(store::Tx& tx, const ParameterRow& parameter, std::int64_t after,
                                    std::size_t most) {
  std::vector<VersionRow> versions;
  for (const auto& row :
       tx.query("SELECT " + kVersionColumns +
                    " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? AND version > ? ORDER "
                    "BY version LIMIT ?",
                parameter.place.account, parameter.place.region, *parameter.name, after,
                most == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(most)))
    versions.push_back(version_of(row));
  return versions;
}

void add_version(store::Tx& tx, ParameterRow parameter, const VersionRow& version) {
  tx.exec("INSERT INTO ssm_parameter_versions (account, region, name, version, value, body) VALUES (?, ?, ?, ?, ?, ?)",
          parameter.place.account, parameter.place.region, *parameter.name, version.number, version.value,
          body_of(version));
  tx.exec("DELETE FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? AND version <= ?",
          parameter.place.account, parameter.place.region, *parameter.name, version.number - kVersionsKept);
  parameter.shape.version = version.number;
  region::update(tx, parameter);
}

void update_version(store::Tx& tx, const ParameterRow& parameter, const VersionRow& version) {
  tx.exec("UPDATE ssm_parameter_versions SET body = ? WHERE account = ? AND region = ? AND name = ? AND version = ?",
          body_of(version), parameter.place.account, parameter.place.region, *parameter.name, version.number);
}

std::optional<InstanceRow> find_instance(store::Tx& tx, const Place& place, std::string_view id) {
  return region::find<ManagedInstance>(tx, place, id);
}

void put_instance(store::Tx& tx, const InstanceRow& instance) {
  if (find_instance(tx, instance.place, instance.id)) return region::update(tx, instance);
  region::insert(tx, instance);
}

std::optional<CommandRow> find_command(store::Tx& tx, const Place& place, std::string_view id) {
  return region::find<Command>(tx, place, id);
}

CommandRow require_command(store::Tx& tx, const Place& place, std::string_view id) {
  if (auto found = find_command(tx, place, id)) return *found;
  throw InvalidCommandId("The specified command ID isn't valid. Verify the ID and try again.");
}

std::vector<CommandRow> find_commands(store::Tx& tx, const Place& place, const std::string& instance,
                                      std::optional<std::string> after, std::size_t most) {
  constexpr std::size_t kChunk = 200;
  std::vector<CommandRow> found;
  for (bool more = true; more;) {
    auto rows = region::list_by_age<Command>(
        tx, place, {.order = region::TimeRange::Order::kNewestFirst, .after = after, .most = kChunk});
    more = rows.size() == kChunk;
    if (!rows.empty()) after = region::age_key(rows.back());
    for (CommandRow& row : rows) {
      if (!instance.empty() && !find_invocation(tx, place, row.id, instance)) continue;
      found.push_back(std::move(row));
      if (found.size() == most) return found;
    }
  }
  return found;
}

std::optional<Invocation> find_invocation(store::Tx& tx, const Place& place, const std::string& command,
                                          const std::string& instance) {
  const auto row =
      tx.find("SELECT " + kInvocationColumns +
                  " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? AND instance = ?",
              place.account, place.region, command, instance);
  if (!row) return std::nullopt;
  return invocation_of(*row);
}

std::vector<Invocation> invocations_of(store::Tx& tx, const Place& place, const std::string& command) {
  return all_of(tx.query("SELECT " + kInvocationColumns +
                             " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? ORDER BY instance",
                         place.account, place.region, command));
}

std::vector<Invocation> waiting_for_agent(store::Tx& tx, const Place& place, const std::string& instance) {
  return all_of(tx.query("SELECT " + kInvocationColumns +
                             " FROM ssm_invocations WHERE account = ? AND region = ? AND instance = ? AND "
                             "(status = ? OR cancel = 1) LIMIT 10",
                         place.account, place.region, instance, word_of(InvocationStatus::kPending)));
}

void save(store::Tx& tx, const Invocation& i) {
  if (tx.exec("UPDATE ssm_invocations SET status = ?, cancel = ?, deadline = ?, body = ? WHERE account = ? AND region "
              "= ? AND command = ? AND instance = ?",
              word_of(i.status), i.cancel, i.deadline, i.body, i.account, i.region, i.command, i.instance) > 0)
    return;
  tx.exec(
      "INSERT INTO ssm_invocations (account, region, command, instance, status, cancel, deadline, body) VALUES (?, ?, "
      "?, ?, ?, ?, ?, ?)",
      i.account, i.region, i.command, i.instance, word_of(i.status), i.cancel, i.deadline, i.body);
}

}  // namespace hanbat::ssm
