// The rows of CodeCommit: repositories, which are rows of the region's store, and their references, which come by the
// thousand and have a table of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/codecommit/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "region/tags.h"
#include "services/codecommit/references.h"
#include "store/database.h"

namespace hanbat::codecommit {

std::string repository_arn(const region::Place& place, std::string_view name);

}  // namespace hanbat::codecommit

namespace hanbat::region {

template <>
struct KindOf<codecommit::RepositoryMetadata> {
  static constexpr std::string_view kRows = "codecommit/repository";
  static std::string arn(const Resource<codecommit::RepositoryMetadata>& row) {
    return codecommit::repository_arn(row.place, *row.name);
  }
};

}  // namespace hanbat::region

namespace hanbat::codecommit {

/// A repository's row: of what GetRepository answers the default branch, the description and the last change; the rest
/// is its keys.
using Repository = region::Resource<RepositoryMetadata>;

inline const std::string& name_of(const Repository& repository) { return *repository.name; }
inline std::string arn_of(const Repository& repository) { return region::KindOf<RepositoryMetadata>::arn(repository); }

/// CodeCommit's words about tags.
extern const region::TagRules kTagRules;

std::optional<Repository> find_repository(store::Tx& tx, const region::Place& place, std::string_view name);
/// By the request's account and region. Throws RepositoryDoesNotExistException, InvalidRepositoryNameException.
Repository require_repository(region::Request& rq, std::string_view name);
/// The regions in which the account has a repository of that name.
std::vector<std::string> regions_with(store::Tx& tx, std::string_view account, std::string_view name);
/// Rows of before 002_resources.sql as they are now, and their tags; at start.
void migrate_repositories(store::Tx& tx);
/// With its references.
void remove(store::Tx& tx, const Repository& repository);

std::optional<std::string> find_reference(store::Tx& tx, const Repository& repository, std::string_view name);
/// Sorted by name.
std::vector<Reference> list_references(store::Tx& tx, const Repository& repository);
/// At most so many branches, sorted, those after `after`; by their names without "refs/heads/".
std::vector<std::string> list_branches(store::Tx& tx, const Repository& repository, std::string_view after,
                                       std::size_t most);
/// The commit at the tip of a branch. Throws BranchDoesNotExistException.
std::string require_branch(store::Tx& tx, const Repository& repository, std::string_view branch);
/// Throws BranchNameIsTagNameException for what names no branch, but a tag.
void refuse_tag(store::Tx& tx, const Repository& repository, std::string_view branch);

/// Moves a reference and publishes the event of it, both with the request's transaction; the first branch becomes the
/// default one. False, and nothing is done, when the reference is not where `old_id` says.
bool change_reference(region::Request& rq, Repository& repository, const ReferenceChange& change);

void check_repository_name(std::string_view name);
/// Throws InvalidBranchNameException unless git takes it.
void check_branch_name(std::string_view name);

}  // namespace hanbat::codecommit
