#include "services/ssm/parameters/store.h"

#include <limits>
#include <stdexcept>

#include "base/arn.h"
#include "gen/ssm/model.h"

namespace hanbat::ssm {
namespace {

const std::string kVersionColumns = "version, value, body";
std::optional<std::string> find_text(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  if (!found || !found->is_string()) return std::nullopt;
  return found->as_string();
}

VersionRow version_of(const store::Row& row) {
  const Json body = row.json(2);
  return {.number = row.integer(0),
          .type = require_word<ParameterType>(body.text("type")),
          .value = row.text(1),
          .tier = require_word<ParameterTier>(body.text("tier", "Standard")),
          .data_type = body.text("data_type", "text"),
          .description = find_text(body, "description"),
          .allowed_pattern = find_text(body, "allowed_pattern"),
          .modified = {body.integer("modified")},
          .modified_by = body.text("modified_by"),
          .labels = body.texts("labels")};
}

Json body_of(const VersionRow& version) {
  Json body = Json::object(
      {{"type", word_of(version.type)}, {"tier", word_of(version.tier)}, {"data_type", version.data_type}});
  if (version.description) body["description"] = *version.description;
  if (version.allowed_pattern) body["allowed_pattern"] = *version.allowed_pattern;
  body["modified"] = version.modified.ms;
  body["modified_by"] = version.modified_by;
  body["labels"] = Json(version.labels);
  return body;
}

}  // namespace

std::string parameter_arn(const Place& place, std::string_view name) {
  const bool public_one = name.starts_with("/aws/") && !name.starts_with("/aws/reference/");
  return make_arn("ssm", place.region, public_one ? "" : place.account,
                  "parameter" + std::string(name.starts_with('/') ? "" : "/") + std::string(name));
}

std::optional<ParameterRow> find_parameter(store::Tx& tx, const Place& place, const std::string& name) {
  if (auto found = region::find_named<ParameterHead>(tx, place, "", name)) return found;
  return region::find_named<ParameterHead>(tx, place, "", name.starts_with('/') ? name.substr(1) : "/" + name);
}

ParameterRow require_parameter(store::Tx& tx, const Place& place, const std::string& name) {
  if (auto found = find_parameter(tx, place, name)) return *found;
  throw ParameterNotFound();  // as AWS answers it, by its code alone
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

}  // namespace hanbat::ssm
