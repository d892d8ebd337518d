#include "services/codebuild/store.h"

namespace hanbat::codebuild {

Json Work::to_json() const {
  Json json = Json::object({{"offset", offset}, {"provisioned", provisioned}, {"artifacts", wire::to_json(artifacts)}});
  Json secondary = Json::array();
  for (const ProjectArtifacts& one : secondary_artifacts) secondary.push_back(wire::to_json(one));
  json["secondary_artifacts"] = std::move(secondary);
  if (!asked.empty()) json["asked"] = asked;
  return json;
}

Work Work::from_json(const Json& json) {
  Work work;
  work.offset = json.integer("offset");
  work.provisioned = json.flag("provisioned");
  work.asked = json.text("asked");
  work.artifacts = wire::from_json<ProjectArtifacts>(json["artifacts"]);
  if (const Json* secondary = json.find("secondary_artifacts"))
    for (const Json& one : secondary->items())
      work.secondary_artifacts.push_back(wire::from_json<ProjectArtifacts>(one));
  return work;
}

Json RuntimeFetch::to_json() const {
  Json json = Json::object({{"name", name}, {"version", version}, {"provisioned", provisioned}});
  if (refused_at) {
    json["refused_at"] = refused_at->ms;
    json["refusal"] = refusal;
  }
  return json;
}

RuntimeFetch RuntimeFetch::from_json(const Json& json) {
  RuntimeFetch fetch{json.text("name"), json.text("version"), json["provisioned"].as_bool(), std::nullopt, ""};
  if (json.contains("refused_at")) {
    fetch.refused_at = Timestamp{json.integer("refused_at")};
    fetch.refusal = json.text("refusal");
  }
  return fetch;
}

std::string uuid_of(std::string_view build) { return std::string(build.substr(build.rfind(':') + 1)); }

std::int64_t take_build_number(store::Tx& tx, ProjectRow& row) {
  const std::int64_t number = row.own.integer("next_build_number", 1);
  row.own["next_build_number"] = number + 1;
  region::update(tx, row);
  return number;
}

void move_tags(store::Tx& tx) {
  for (ProjectRow& row : region::list_all<Project>(tx)) {
    if (!row.shape.tags) continue;
    // As they are: what was taken once is not refused at a start.
    for (const auto& [key, value] : region::tag_map(row.shape.tags))
      tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, ?, ?)", row.id, key, value);
    row.shape.tags.reset();
    region::update(tx, row);
  }
}

std::vector<BuildAddress> list_addresses(store::Tx& tx) {
  std::vector<BuildAddress> all;
  for (const auto& row : tx.query("SELECT build, address FROM codebuild_addresses ORDER BY address"))
    all.push_back({row.text(0), row.text(1)});
  return all;
}

std::optional<std::string> find_address(store::Tx& tx, std::string_view build) {
  const auto row = tx.find("SELECT address FROM codebuild_addresses WHERE build = ?", build);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::optional<BuildRow> find_build_at(store::Tx& tx, std::string_view address) {
  const auto row = tx.find("SELECT build FROM codebuild_addresses WHERE address = ?", address);
  if (!row) return std::nullopt;
  return region::find<Build>(tx, row->text(0));
}

void insert(store::Tx& tx, const BuildAddress& address) {
  tx.exec("INSERT INTO codebuild_addresses(address, build) VALUES (?, ?)", address.address, address.build);
}

void remove_address(store::Tx& tx, std::string_view build) {
  tx.exec("DELETE FROM codebuild_addresses WHERE build = ?", build);
}

std::optional<BuildInterface> find_interface(store::Tx& tx, std::string_view build) {
  const auto row = tx.find(
      "SELECT build, interface, account, region, vpc, subnet, address, mac FROM codebuild_interfaces WHERE build = ?",
      build);
  if (!row) return std::nullopt;
  return BuildInterface{row->text(0), row->text(1), {row->text(2), row->text(3)}, row->text(4), row->text(5),
                        row->text(6), row->text(7)};
}

std::optional<BuildRow> find_build_in(store::Tx& tx, std::string_view vpc, std::string_view address) {
  const auto row = tx.find("SELECT build FROM codebuild_interfaces WHERE vpc = ? AND address = ?", vpc, address);
  if (!row) return std::nullopt;
  return region::find<Build>(tx, row->text(0));
}

bool has_interfaces(store::Tx& tx, std::string_view vpc) {
  return tx.find("SELECT build FROM codebuild_interfaces WHERE vpc = ? LIMIT 1", vpc).has_value();
}

void insert(store::Tx& tx, const BuildInterface& one) {
  tx.exec(
      "INSERT INTO codebuild_interfaces(interface, build, account, region, vpc, subnet, address, mac) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      one.interface, one.build, one.place.account, one.place.region, one.vpc, one.subnet, one.address, one.mac);
}

void remove_interface(store::Tx& tx, std::string_view build) {
  tx.exec("DELETE FROM codebuild_interfaces WHERE build = ?", build);
}

}  // namespace hanbat::codebuild
