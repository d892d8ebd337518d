// Branches.
#include <functional>

#include "services/codecommit/codecommit.h"

namespace hanbat::codecommit {

CreateBranchOutput CodeCommit::create_branch(region::Request& rq, const CreateBranchInput& in) {
  authorize(rq, "CreateBranch", in.repository_name, branch_key(in.branch_name));

  check_branch_name(in.branch_name);
  if (!is_object_id(in.commit_id)) throw InvalidCommitIdException("The commit ID is not valid: " + in.commit_id);
  Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  if (!git.find_commit(in.commit_id)) throw CommitDoesNotExistException(in.commit_id + " does not exist");
  const std::string name = std::string(kBranchPrefix) + in.branch_name;
  if (find_reference(rq.tx, repository, name))
    throw BranchNameExistsException("A branch with the name " + in.branch_name + " already exists");

  change_reference(rq, repository, {name, "", in.commit_id});

  return {};
}

GetBranchOutput CodeCommit::get_branch(region::Request& rq, const GetBranchInput& in) {
  const std::string repository_name = in.repository_name.value_or(""), branch = in.branch_name.value_or("");
  authorize(rq, "GetBranch", repository_name);

  check_repository_name(repository_name);
  check_branch_name(branch);
  const Repository repository = require_repository(rq, repository_name);

  return {.branch = BranchInfo{.branch_name = branch, .commit_id = require_branch(rq.tx, repository, branch)}};
}

ListBranchesOutput CodeCommit::list_branches(region::Request& rq, const ListBranchesInput& in) {
  authorize(rq, "ListBranches", in.repository_name);

  const Repository repository = require_repository(rq, in.repository_name);
  const region::Pager pager(rq, in, {.usual = 1000});
  auto page = pager.cut_read(codecommit::list_branches(rq.tx, repository, pager.after().value_or(""), pager.size() + 1),
                             std::identity());

  return {.branches = std::move(page.items), .next_token = page.next_token};
}

DeleteBranchOutput CodeCommit::delete_branch(region::Request& rq, const DeleteBranchInput& in) {
  authorize(rq, "DeleteBranch", in.repository_name, branch_key(in.branch_name));

  check_branch_name(in.branch_name);
  Repository repository = require_repository(rq, in.repository_name);
  if (repository.shape.default_branch == in.branch_name)
    throw DefaultBranchCannotBeDeletedException("The default branch of a repository cannot be deleted: " +
                                                in.branch_name);
  const std::string name = std::string(kBranchPrefix) + in.branch_name;
  const auto tip = find_reference(rq.tx, repository, name);
  if (!tip) return {};

  change_reference(rq, repository, {name, *tip, ""});

  return {.deleted_branch = BranchInfo{.branch_name = in.branch_name, .commit_id = *tip}};
}

UpdateDefaultBranchOutput CodeCommit::update_default_branch(region::Request& rq, const UpdateDefaultBranchInput& in) {
  authorize(rq, "UpdateDefaultBranch", in.repository_name);

  check_branch_name(in.default_branch_name);
  Repository repository = require_repository(rq, in.repository_name);
  require_branch(rq.tx, repository, in.default_branch_name);

  repository.shape.default_branch = in.default_branch_name;
  repository.shape.last_modified_date = rq.now();
  region::update(rq.tx, repository);

  return {};
}

}  // namespace hanbat::codecommit
