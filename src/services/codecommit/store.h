// The rows of CodeCommit: repositories and their references.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "region/request.h"
#include "store/database.h"

namespace hanbat::codecommit {

struct Repository {
  std::string id;
  std::string account;
  std::string region;
  std::string name;
  std::optional<std::string> default_branch;
  std::optional<std::string> description;
  std::map<std::string, std::string> tags;
  Timestamp created;
  Timestamp modified;

  std::string arn() const;
};

std::string repository_arn(std::string_view region, std::string_view account, std::string_view name);

inline constexpr std::string_view kBranchPrefix = "refs/heads/";
inline constexpr std::string_view kTagPrefix = "refs/tags/";

struct Reference {
  std::string name;  // "refs/heads/main"
  std::string object_id;
};

/// A reference that is to move. An empty id stands for "there is none".
struct ReferenceChange {
  std::string name;
  std::string old_id;
  std::string new_id;
};

std::optional<Repository> find_repository(store::Tx& tx, std::string_view account, std::string_view region,
                                          std::string_view name);
/// By the request's account and region. Throws RepositoryDoesNotExistException, InvalidRepositoryNameException.
Repository require_repository(region::Request& rq, std::string_view name);
std::vector<Repository> list_repositories(store::Tx& tx, std::string_view account, std::string_view region);
/// Of all accounts and regions.
std::vector<Repository> list_all_repositories(store::Tx& tx);
/// The regions in which the account has a repository of that name.
std::vector<std::string> regions_with(store::Tx& tx, std::string_view account, std::string_view name);
/// Throws store::UniqueViolation when the name is taken.
void insert(store::Tx& tx, const Repository& repository);
void update(store::Tx& tx, const Repository& repository);
void remove(store::Tx& tx, const Repository& repository);

std::optional<std::string> find_reference(store::Tx& tx, const Repository& repository, std::string_view name);
/// Sorted by name.
std::vector<Reference> list_references(store::Tx& tx, const Repository& repository, std::string_view prefix = "refs/");
/// The commit at the tip of a branch. Throws BranchDoesNotExistException.
std::string require_branch(store::Tx& tx, const Repository& repository, std::string_view branch);

/// Moves a reference and publishes the event of it, both with the request's transaction; the first branch becomes the
/// default one. False, and nothing is done, when the reference is not where `old_id` says.
bool change_reference(region::Request& rq, Repository& repository, const ReferenceChange& change);

void check_repository_name(std::string_view name);
/// Throws InvalidBranchNameException unless git takes it.
void check_branch_name(std::string_view name);

}  // namespace hanbat::codecommit
