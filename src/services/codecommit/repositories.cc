// Repositories: made, described, renamed, tagged, deleted.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "base/words.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/upkeep.h"
#include "store/typed_tasks.h"

namespace hanbat::codecommit {
namespace {

/// What a list of repositories is sorted by.
enum class SortBy { kName, kLastModified };
enum class Order { kAscending, kDescending };

}  // namespace
}  // namespace hanbat::codecommit

namespace hanbat {

template <>
constexpr auto kWords<codecommit::SortBy> = std::to_array<Word<codecommit::SortBy>>(
    {{codecommit::SortBy::kName, "repositoryName"}, {codecommit::SortBy::kLastModified, "lastModifiedDate"}});
template <>
constexpr auto kWords<codecommit::Order> = std::to_array<Word<codecommit::Order>>(
    {{codecommit::Order::kAscending, "ascending"}, {codecommit::Order::kDescending, "descending"}});

}  // namespace hanbat

namespace hanbat::codecommit {
namespace {

constexpr region::PageSizes kPageSizes{.usual = 1000};

/// AWS's own address, whoever asks: it works in instances and builds, and in a shell that `hanbat env` has prepared.
std::string clone_url(const Repository& repository, std::string_view scheme) {
  return std::string(scheme) + "://git-codecommit." + repository.place.region + ".amazonaws.com/v1/repos/" +
         name_of(repository);
}

RepositoryMetadata metadata(const Repository& r) {
  RepositoryMetadata out = r.shape;
  out.arn = arn_of(r);
  out.account_id = r.place.account;
  out.clone_url_http = clone_url(r, "https");
  out.clone_url_ssh = clone_url(r, "ssh");
  out.creation_date = r.created;
  out.repository_id = r.id;
  out.repository_name = r.name;
  return out;
}

SortBy sort_by_of(const std::optional<std::string>& word) {
  if (const auto by = find_word<SortBy>(word.value_or("repositoryName"))) return *by;
  throw InvalidSortByException("The specified sort by value is not valid.");
}

Order order_of(const std::optional<std::string>& word) {
  if (const auto order = find_word<Order>(word.value_or("ascending"))) return *order;
  throw InvalidOrderException("The specified sort order is not valid.");
}

/// Where a repository stands in a list that is sorted so.
std::string sort_key(const Repository& repository, SortBy by) {
  switch (by) {
    case SortBy::kName:
      return name_of(repository);
    case SortBy::kLastModified:
      return region::page_key(repository.shape.last_modified_date->ms) + name_of(repository);
  }
  return name_of(repository);
}

/// The repository of an ARN, after the caller was authorized for it.
Repository require_by_arn(region::Request& rq, std::string_view action, const std::string& text,
                          region::ConditionKeys keys = {}) {
  const auto arn = parse_arn(text);
  const std::string asked = "codecommit:" + std::string(action);
  if (!arn || !rq.names_resource(asked, text) || arn->region != rq.region)
    throw InvalidResourceArnException("The resource ARN is not valid: " + text);
  auto repository = find_repository(rq.tx, {rq.account, rq.region}, arn->resource);
  if (arn->account != rq.account) repository.reset();
  if (repository) region::add_resource_tags(keys, region::tags_of(rq.tx, text));
  rq.authorize(asked, text, keys);
  if (!repository) throw RepositoryDoesNotExistException(arn->resource + " does not exist");
  return *std::move(repository);
}

}  // namespace

CreateRepositoryOutput CodeCommit::create_repository(region::Request& rq, const CreateRepositoryInput& in) {
  const auto keys = region::request_tag_keys(in.tags.value_or(std::map<std::string, std::string>()));
  authorize(rq, "CreateRepository", in.repository_name, keys);
  if (!keys.empty()) authorize(rq, "TagResource", in.repository_name, keys);

  check_repository_name(in.repository_name);
  if (find_repository(rq.tx, {rq.account, rq.region}, in.repository_name))
    throw RepositoryNameExistsException("Repository named " + in.repository_name + " already exists");

  Repository repository;
  repository.id = random_uuid();
  repository.place = {rq.account, rq.region};
  repository.name = in.repository_name;
  repository.created = rq.now();
  repository.shape.repository_description = in.repository_description;
  repository.shape.last_modified_date = rq.now();
  region::put_tags(rq.tx, arn_of(repository), region::tag_pairs(in.tags), kTagRules);
  region::insert(rq.tx, repository);

  return {.repository_metadata = metadata(repository)};
}

GetRepositoryOutput CodeCommit::get_repository(region::Request& rq, const GetRepositoryInput& in) {
  authorize(rq, "GetRepository", in.repository_name);
  return {.repository_metadata = metadata(require_repository(rq, in.repository_name))};
}

ListRepositoriesOutput CodeCommit::list_repositories(region::Request& rq, const ListRepositoriesInput& in) {
  rq.authorize("codecommit:ListRepositories", "*");

  const SortBy sort_by = sort_by_of(in.sort_by);
  const Order order = order_of(in.order);
  const region::Pager pager(rq, in, kPageSizes);
  const auto key = [sort_by](const Repository& each) { return sort_key(each, sort_by); };
  const auto page = [&] {
    if (sort_by != SortBy::kName || order != Order::kAscending)
      return pager.cut(region::list<RepositoryMetadata>(rq.tx, {rq.account, rq.region}), key,
                       order == Order::kAscending ? region::Order::kAscending : region::Order::kDescending);
    const region::NameRange range{.after = pager.after(), .most = pager.size() + 1};
    return pager.cut_read(region::list_by_name<RepositoryMetadata>(rq.tx, {rq.account, rq.region}, range), key);
  }();

  ListRepositoriesOutput out{.next_token = page.next_token, .repositories = std::vector<RepositoryNameIdPair>()};
  for (const Repository& each : page.items)
    out.repositories->push_back({.repository_id = each.id, .repository_name = each.name});
  return out;
}

DeleteRepositoryOutput CodeCommit::delete_repository(region::Request& rq, const DeleteRepositoryInput& in) {
  authorize(rq, "DeleteRepository", in.repository_name);

  check_repository_name(in.repository_name);
  const auto repository = find_repository(rq.tx, {rq.account, rq.region}, in.repository_name);
  if (!repository) return {};  // AWS answers the deletion of what is not there without an id

  remove(rq.tx, *repository);
  store::add_task(home_.tasks, rq.tx, RemoveFolder{repository->id}, repository->id);

  return {.repository_id = repository->id};
}

BatchGetRepositoriesOutput CodeCommit::batch_get_repositories(region::Request& rq,
                                                              const BatchGetRepositoriesInput& in) {
  if (in.repository_names.empty()) throw RepositoryNamesRequiredException("At least one repository name is required.");
  for (const auto& name : in.repository_names) authorize(rq, "BatchGetRepositories", name);

  if (in.repository_names.size() > 100)
    throw MaximumRepositoryNamesExceededException("The maximum number of repository names is 100.");
  BatchGetRepositoriesOutput out;
  out.repositories.emplace();
  out.repositories_not_found.emplace();
  for (const auto& name : in.repository_names) {
    check_repository_name(name);
    if (const auto repository = find_repository(rq.tx, {rq.account, rq.region}, name))
      out.repositories->push_back(metadata(*repository));
    else
      out.repositories_not_found->push_back(name);
  }
  return out;
}

UpdateRepositoryDescriptionOutput CodeCommit::update_repository_description(
    region::Request& rq, const UpdateRepositoryDescriptionInput& in) {
  authorize(rq, "UpdateRepositoryDescription", in.repository_name);

  Repository repository = require_repository(rq, in.repository_name);

  repository.shape.repository_description = in.repository_description;
  repository.shape.last_modified_date = rq.now();
  region::update(rq.tx, repository);

  return {};
}

UpdateRepositoryNameOutput CodeCommit::update_repository_name(region::Request& rq,
                                                              const UpdateRepositoryNameInput& in) {
  authorize(rq, "UpdateRepositoryName", in.old_name);

  check_repository_name(in.new_name);
  Repository repository = require_repository(rq, in.old_name);
  if (in.new_name != in.old_name && find_repository(rq.tx, {rq.account, rq.region}, in.new_name))
    throw RepositoryNameExistsException("Repository named " + in.new_name + " already exists");

  const std::string old_arn = arn_of(repository);
  repository.name = in.new_name;
  repository.shape.last_modified_date = rq.now();
  region::update(rq.tx, repository);
  region::move_tags(rq.tx, old_arn, arn_of(repository));

  return {};
}

TagResourceOutput CodeCommit::tag_resource(region::Request& rq, const TagResourceInput& in) {
  require_by_arn(rq, "TagResource", in.resource_arn, region::request_tag_keys(in.tags));
  region::put_tags(rq.tx, in.resource_arn, region::tag_pairs(in.tags), kTagRules);
  return {};
}

UntagResourceOutput CodeCommit::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  require_by_arn(rq, "UntagResource", in.resource_arn, region::removed_tag_keys(in.tag_keys));
  region::remove_tags(rq.tx, in.resource_arn, in.tag_keys, kTagRules);
  return {};
}

ListTagsForResourceOutput CodeCommit::list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) {
  require_by_arn(rq, "ListTagsForResource", in.resource_arn);
  const region::TagMap tags = region::tags_of(rq.tx, in.resource_arn);
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags) keys.push_back(key);
  const auto page = region::Pager(rq, in, kPageSizes).cut(std::move(keys), [](const std::string& key) { return key; });
  region::TagMap shown;
  for (const std::string& key : page.items) shown.emplace(key, tags.at(key));
  return {.next_token = page.next_token, .tags = shown};
}

}  // namespace hanbat::codecommit
