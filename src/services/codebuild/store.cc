#include "services/codebuild/store.h"

#include "base/arn.h"

namespace hanbat::codebuild {
namespace {

const std::string kBuildColumns = "sequence, account, region, token, address, build, work";

ProjectRow project_of(const store::Row& row) {
  return {row.text(0), row.text(1), wire::from_json<Project>(row.json(2))};
}

BuildRow build_of(const store::Row& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), wire::from_json<Build>(row.json(5)),
          row.json(6)};
}

store::Value or_null(const std::string& text) { return text.empty() ? store::Value() : store::Value(text); }

std::optional<BuildRow> first(const std::optional<store::Row>& row) {
  if (!row) return std::nullopt;
  return build_of(*row);
}

}  // namespace

std::string project_arn_of(const BuildRow& row) {
  return make_arn("codebuild", row.region, row.account, "project/" + row.build.project_name.value_or(""));
}

std::optional<ProjectRow> Store::find_project(store::Tx& tx, std::string_view account, std::string_view region,
                                              std::string_view name) const {
  const auto row =
      tx.find("SELECT account, region, body FROM codebuild_projects WHERE account = ? AND region = ? AND name = ?",
              account, region, name);
  if (!row) return std::nullopt;
  return project_of(*row);
}

std::vector<ProjectRow> Store::list_projects(store::Tx& tx, std::string_view account, std::string_view region) const {
  std::vector<ProjectRow> out;
  for (const auto& row :
       tx.query("SELECT account, region, body FROM codebuild_projects WHERE account = ? AND region = ? ORDER BY name",
                account, region))
    out.push_back(project_of(row));
  return out;
}

void Store::insert(store::Tx& tx, const ProjectRow& row) const {
  tx.exec(
      "INSERT INTO codebuild_projects(account, region, name, modified, next_build_number, body) VALUES (?, ?, ?, ?, 1, "
      "?)",
      row.account, row.region, *row.project.name, *row.project.last_modified, wire::to_json(row.project));
}

void Store::update(store::Tx& tx, const ProjectRow& row) const {
  tx.exec("UPDATE codebuild_projects SET modified = ?, body = ? WHERE account = ? AND region = ? AND name = ?",
          *row.project.last_modified, wire::to_json(row.project), row.account, row.region, *row.project.name);
}

void Store::remove_project(store::Tx& tx, const ProjectRow& row) const {
  tx.exec("DELETE FROM codebuild_projects WHERE account = ? AND region = ? AND name = ?", row.account, row.region,
          *row.project.name);
}

std::int64_t Store::take_build_number(store::Tx& tx, const ProjectRow& row) const {
  tx.exec(
      "UPDATE codebuild_projects SET next_build_number = next_build_number + 1 WHERE account = ? AND region = ? AND "
      "name = ?",
      row.account, row.region, *row.project.name);
  return tx
      .find("SELECT next_build_number - 1 FROM codebuild_projects WHERE account = ? AND region = ? AND name = ?",
            row.account, row.region, *row.project.name)
      ->integer(0);
}

void Store::insert(store::Tx& tx, const BuildRow& row) const {
  tx.exec(
      "INSERT INTO codebuild_builds(id, account, region, project, token, address, build, work) VALUES (?, ?, ?, ?, ?, "
      "?, "
      "?, ?)",
      row.id(), row.account, row.region, *row.build.project_name, or_null(row.token), or_null(row.address),
      wire::to_json(row.build), row.work);
}

void Store::update(store::Tx& tx, const BuildRow& row) const {
  tx.exec("UPDATE codebuild_builds SET address = ?, build = ?, work = ? WHERE sequence = ?", or_null(row.address),
          wire::to_json(row.build), row.work, row.sequence);
}

void Store::remove_build(store::Tx& tx, const BuildRow& row) const {
  tx.exec("DELETE FROM codebuild_builds WHERE sequence = ?", row.sequence);
}

std::optional<BuildRow> Store::find_build(store::Tx& tx, std::string_view account, std::string_view region,
                                          std::string_view id) const {
  return first(tx.find("SELECT " + kBuildColumns + " FROM codebuild_builds WHERE account = ? AND region = ? AND id = ?",
                       account, region, id));
}

std::optional<BuildRow> Store::find_build_by_sequence(store::Tx& tx, std::int64_t sequence) const {
  return first(tx.find("SELECT " + kBuildColumns + " FROM codebuild_builds WHERE sequence = ?", sequence));
}

std::optional<BuildRow> Store::find_build_by_token(store::Tx& tx, std::string_view account, std::string_view region,
                                                   std::string_view project, std::string_view token) const {
  return first(tx.find("SELECT " + kBuildColumns +
                           " FROM codebuild_builds WHERE account = ? AND region = ? AND project = ? AND token = ?",
                       account, region, project, token));
}

std::optional<BuildRow> Store::find_build_by_address(store::Tx& tx, std::string_view address) const {
  return first(tx.find("SELECT " + kBuildColumns + " FROM codebuild_builds WHERE address = ?", address));
}

std::vector<BuildRow> Store::list_builds(store::Tx& tx, std::string_view account, std::string_view region,
                                         std::string_view project) const {
  std::vector<BuildRow> out;
  for (const auto& row :
       tx.query("SELECT " + kBuildColumns +
                    " FROM codebuild_builds WHERE account = ? AND region = ? AND (? = '' OR project = "
                    "?) ORDER BY sequence DESC",
                account, region, project, project))
    out.push_back(build_of(row));
  return out;
}

std::vector<BuildRow> Store::builds_with_address(store::Tx& tx) const {
  std::vector<BuildRow> out;
  for (const auto& row :
       tx.query("SELECT " + kBuildColumns + " FROM codebuild_builds WHERE address IS NOT NULL ORDER BY sequence"))
    out.push_back(build_of(row));
  return out;
}

}  // namespace hanbat::codebuild
