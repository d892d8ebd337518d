#include "services/codecommit/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "gen/codecommit/model.h"
#include "region/region.h"
#include "services/codecommit/git/git.h"

namespace hanbat::codecommit {
namespace {

constexpr const char* kColumns =
    "SELECT id, account, region, name, default_branch, body, created, modified "
    "FROM codecommit_repositories ";

Repository from_row(const store::Row& row) {
  const Json body = row.json(5);
  Repository repository{row.text(0),  row.text(1), row.text(2),      row.text(3),     row.find_text(4),
                        std::nullopt, {},          row.timestamp(6), row.timestamp(7)};
  if (body.contains("description")) repository.description = body.text("description");
  if (body["tags"].is_object())
    for (const auto& [key, value] : body["tags"].members()) repository.tags[key] = value.as_string();
  return repository;
}

Json body_of(const Repository& repository) {
  Json body = Json::object();
  if (repository.description) body["description"] = *repository.description;
  Json tags = Json::object();
  for (const auto& [key, value] : repository.tags) tags[key] = value;
  body["tags"] = std::move(tags);
  return body;
}

}  // namespace

std::string repository_arn(std::string_view region, std::string_view account, std::string_view name) {
  return make_arn("codecommit", region, account, name);
}

std::string Repository::arn() const { return repository_arn(region, account, name); }

std::optional<Repository> find_repository(store::Tx& tx, std::string_view account, std::string_view region,
                                          std::string_view name) {
  const auto row =
      tx.find(std::string(kColumns) + "WHERE account = ? AND region = ? AND name = ?", account, region, name);
  if (!row) return std::nullopt;
  return from_row(*row);
}

Repository require_repository(region::Request& rq, std::string_view name) {
  check_repository_name(name);
  auto repository = find_repository(rq.tx, rq.account, rq.region, name);
  if (!repository) throw RepositoryDoesNotExistException(std::string(name) + " does not exist");
  return *std::move(repository);
}

std::vector<Repository> list_repositories(store::Tx& tx, std::string_view account, std::string_view region) {
  std::vector<Repository> list;
  for (const auto& row :
       tx.query(std::string(kColumns) + "WHERE account = ? AND region = ? ORDER BY name", account, region))
    list.push_back(from_row(row));
  return list;
}

std::vector<Repository> list_all_repositories(store::Tx& tx) {
  std::vector<Repository> list;
  for (const auto& row : tx.query(std::string(kColumns) + "ORDER BY id")) list.push_back(from_row(row));
  return list;
}

std::vector<std::string> regions_with(store::Tx& tx, std::string_view account, std::string_view name) {
  std::vector<std::string> regions;
  for (const auto& row :
       tx.query("SELECT region FROM codecommit_repositories WHERE account = ? AND name = ?", account, name))
    regions.push_back(row.text(0));
  return regions;
}

void insert(store::Tx& tx, const Repository& r) {
  tx.exec(
      "INSERT INTO codecommit_repositories (id, account, region, name, default_branch, body, created, modified) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      r.id, r.account, r.region, r.name, r.default_branch, body_of(r), r.created, r.modified);
}

void update(store::Tx& tx, const Repository& r) {
  tx.exec("UPDATE codecommit_repositories SET name = ?, default_branch = ?, body = ?, modified = ? WHERE id = ?",
          r.name, r.default_branch, body_of(r), r.modified, r.id);
}

void remove(store::Tx& tx, const Repository& repository) {
  tx.exec("DELETE FROM codecommit_references WHERE repository_id = ?", repository.id);
  tx.exec("DELETE FROM codecommit_repositories WHERE id = ?", repository.id);
}

std::optional<std::string> find_reference(store::Tx& tx, const Repository& repository, std::string_view name) {
  const auto row =
      tx.find("SELECT object_id FROM codecommit_references WHERE repository_id = ? AND name = ?", repository.id, name);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::vector<Reference> list_references(store::Tx& tx, const Repository& repository, std::string_view prefix) {
  std::vector<Reference> list;
  for (const auto& row : tx.query(
           "SELECT name, object_id FROM codecommit_references WHERE repository_id = ? ORDER BY name", repository.id))
    if (row.text(0).starts_with(prefix)) list.push_back({row.text(0), row.text(1)});
  return list;
}

std::string require_branch(store::Tx& tx, const Repository& repository, std::string_view branch) {
  auto tip = find_reference(tx, repository, std::string(kBranchPrefix) + std::string(branch));
  if (!tip) throw BranchDoesNotExistException(std::string(branch) + " does not exist");
  return *std::move(tip);
}

bool change_reference(region::Request& rq, Repository& repository, const ReferenceChange& change) {
  const auto now_at = find_reference(rq.tx, repository, change.name);
  if (now_at.value_or("") != change.old_id) return false;
  if (change.new_id == change.old_id) return true;

  if (change.new_id.empty())
    rq.tx.exec("DELETE FROM codecommit_references WHERE repository_id = ? AND name = ?", repository.id, change.name);
  else if (now_at)
    rq.tx.exec("UPDATE codecommit_references SET object_id = ? WHERE repository_id = ? AND name = ?", change.new_id,
               repository.id, change.name);
  else
    rq.tx.exec("INSERT INTO codecommit_references (repository_id, name, object_id) VALUES (?, ?, ?)", repository.id,
               change.name, change.new_id);

  const bool is_branch = change.name.starts_with(kBranchPrefix);
  const bool is_tag = change.name.starts_with(kTagPrefix);
  if (is_branch && !repository.default_branch && !change.new_id.empty())
    repository.default_branch = change.name.substr(kBranchPrefix.size());
  repository.modified = rq.now();
  update(rq.tx, repository);
  if (!is_branch && !is_tag) return true;

  const char* event = change.new_id.empty() ? "referenceDeleted" : now_at ? "referenceUpdated" : "referenceCreated";
  Json detail = Json::object({{"callerUserArn", rq.caller.arn}});
  if (!change.new_id.empty()) detail["commitId"] = change.new_id;
  detail["event"] = event;
  if (now_at) detail["oldCommitId"] = change.old_id;
  detail["referenceFullName"] = change.name;
  detail["referenceName"] = change.name.substr(is_branch ? kBranchPrefix.size() : kTagPrefix.size());
  detail["referenceType"] = is_branch ? "branch" : "tag";
  detail["repositoryId"] = repository.id;
  detail["repositoryName"] = repository.name;
  // An event belongs to the repository's region and account, whoever pushed.
  rq.home.publish(rq.tx, repository.account, repository.region,
                  {"aws.codecommit", "CodeCommit Repository State Change", {repository.arn()}, std::move(detail)});
  return true;
}

void check_repository_name(std::string_view name) {
  const auto ok = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; };
  if (name.empty()) throw RepositoryNameRequiredException("A repository name is required.");
  if (name.size() > 100 || !std::all_of(name.begin(), name.end(), ok) || name.ends_with(".git"))
    throw InvalidRepositoryNameException(
        "Repository names must be between 1 and 100 characters, can contain letters, numbers, periods, underscores, "
        "and "
        "dashes, and cannot end in .git");
}

void check_branch_name(std::string_view name) {
  if (name.empty()) throw BranchNameRequiredException("A branch name is required.");
  if (name.size() > 256 || is_object_id(name) || !is_reference_name(std::string(kBranchPrefix) + std::string(name)))
    throw InvalidBranchNameException("The branch name is not valid: " + std::string(name));
}

}  // namespace hanbat::codecommit
