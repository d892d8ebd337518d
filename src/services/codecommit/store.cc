#include "services/codecommit/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "base/utf8.h"
#include "gen/codecommit/model.h"
#include "region/region.h"
#include "region/tag_refusals.h"
#include "services/codecommit/git/git.h"

namespace hanbat::codecommit {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsException", "The maximum number of tags for a resource has been exceeded."},
    .reserved = {"InvalidSystemTagUsageException", "Tag keys that start with aws: are reserved for AWS."},
    .duplicate = {"InvalidTagsMapException", "The map of tags is not valid."},
    .empty_key = {"InvalidTagsMapException", "The map of tags is not valid."},
    .long_key = {"InvalidTagsMapException", "The map of tags is not valid."},
    .long_value = {"InvalidTagsMapException", "The map of tags is not valid."},
    .key_character = {"InvalidTagsMapException", "The map of tags is not valid."},
    .value_character = {"InvalidTagsMapException", "The map of tags is not valid."}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

std::string repository_arn(const region::Place& place, std::string_view name) {
  return make_arn("codecommit", place.region, place.account, name);
}

std::optional<Repository> find_repository(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find_named<RepositoryMetadata>(tx, place, "", name);
}

Repository require_repository(region::Request& rq, std::string_view name) {
  check_repository_name(name);
  auto repository = find_repository(rq.tx, {rq.account, rq.region}, name);
  if (!repository) throw RepositoryDoesNotExistException(std::string(name) + " does not exist");
  return *std::move(repository);
}

std::vector<std::string> regions_with(store::Tx& tx, std::string_view account, std::string_view name) {
  std::vector<std::string> regions;
  for (const auto& row : tx.query("SELECT region FROM resources WHERE kind = ? AND account = ? AND name = ?",
                                  region::KindOf<RepositoryMetadata>::kRows, account, name))
    regions.push_back(row.text(0));
  return regions;
}

void migrate_repositories(store::Tx& tx) {
  for (Repository& row : region::list_all<RepositoryMetadata>(tx)) {
    const Json old = row.own;
    if (!old.contains("tags")) continue;
    if (old.contains("description")) row.shape.repository_description = old.text("description");
    row.own = Json::object();
    region::update(tx, row);
    region::TagMap tags;
    for (const auto& [key, value] : old["tags"].members()) tags[key] = value.as_string();
    region::import_tags(tx, arn_of(row), tags);
  }
}

void remove(store::Tx& tx, const Repository& repository) {
  tx.exec("DELETE FROM codecommit_references WHERE repository_id = ?", repository.id);
  region::remove(tx, repository);
}

std::optional<std::string> find_reference(store::Tx& tx, const Repository& repository, std::string_view name) {
  const auto row =
      tx.find("SELECT object_id FROM codecommit_references WHERE repository_id = ? AND name = ?", repository.id, name);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::vector<Reference> list_references(store::Tx& tx, const Repository& repository) {
  std::vector<Reference> list;
  for (const auto& row : tx.query(
           "SELECT name, object_id FROM codecommit_references WHERE repository_id = ? ORDER BY name", repository.id))
    list.push_back({row.text(0), row.text(1)});
  return list;
}

std::vector<std::string> list_branches(store::Tx& tx, const Repository& repository, std::string_view after,
                                       std::size_t most) {
  std::string end(kBranchPrefix);
  end.back() = static_cast<char>(end.back() + 1);
  std::vector<std::string> list;
  for (const auto& row : tx.query("SELECT name FROM codecommit_references WHERE repository_id = ? AND name > ? AND "
                                  "name < ? ORDER BY name LIMIT ?",
                                  repository.id, std::string(kBranchPrefix).append(after), end, most))
    list.push_back(row.text(0).substr(kBranchPrefix.size()));
  return list;
}

std::string require_branch(store::Tx& tx, const Repository& repository, std::string_view branch) {
  auto tip = find_reference(tx, repository, std::string(kBranchPrefix) + std::string(branch));
  if (!tip) throw BranchDoesNotExistException(std::string(branch) + " does not exist");
  return *std::move(tip);
}

void refuse_tag(store::Tx& tx, const Repository& repository, std::string_view branch) {
  if (!find_reference(tx, repository, std::string(kBranchPrefix) + std::string(branch)) &&
      find_reference(tx, repository, std::string(kTagPrefix) + std::string(branch)))
    throw BranchNameIsTagNameException(
        "The specified branch name is not valid because it is a tag name. Enter the name of a branch in the "
        "repository.");
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
  if (is_branch && !repository.shape.default_branch && !change.new_id.empty())
    repository.shape.default_branch = change.name.substr(kBranchPrefix.size());
  repository.shape.last_modified_date = rq.now();
  region::update(rq.tx, repository);
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
  detail["repositoryName"] = name_of(repository);
  // An event belongs to the repository's region and account, whoever pushed.
  rq.home.publish(rq.tx, repository.place.account, repository.place.region,
                  {"aws.codecommit", "CodeCommit Repository State Change", {arn_of(repository)}, std::move(detail)});
  return true;
}

void check_repository_name(std::string_view name) {
  const auto ok = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; };
  if (name.empty()) throw RepositoryNameRequiredException("A repository name is required.");
  if (name.size() > 100 || !std::all_of(name.begin(), name.end(), ok) || name.ends_with(".git"))
    throw InvalidRepositoryNameException(
        "The repository name is not valid. Repository names can be any valid combination of letters, numbers, periods, "
        "underscores, and dashes between 1 and 100 characters in length. Names are case sensitive. For more "
        "information, see Limits in the AWS CodeCommit User Guide. ");
}

void check_branch_name(std::string_view name) {
  if (name.empty()) throw BranchNameRequiredException("A branch name is required.");
  if (utf8_length(name) > 256 || is_object_id(name) ||
      !is_reference_name(std::string(kBranchPrefix) + std::string(name)))
    throw InvalidBranchNameException("The branch name is not valid: " + std::string(name));
}

}  // namespace hanbat::codecommit
