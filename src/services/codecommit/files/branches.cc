// Branches.
#include "base/text.h"
#include "services/codecommit/codecommit.h"

namespace hanbat::codecommit {

CreateBranchOutput CodeCommit::create_branch(region::Request& rq, const CreateBranchInput& in) {
  authorize(rq, "CreateBranch", in.repository_name, branch_key(in.branch_name));

  check_branch_name(in.branch_name);
  Repository repository = require_repository(rq, in.repository_name);
  if (!is_object_id(in.commit_id)) throw InvalidCommitIdException("The commit ID is not valid: " + in.commit_id);
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

  const Repository repository = require_repository(rq, repository_name);
  check_branch_name(branch);

  return {.branch = BranchInfo{.branch_name = branch, .commit_id = require_branch(rq.tx, repository, branch)}};
}

ListBranchesOutput CodeCommit::list_branches(region::Request& rq, const ListBranchesInput& in) {
  authorize(rq, "ListBranches", in.repository_name);

  const Repository repository = require_repository(rq, in.repository_name);
  constexpr std::size_t kPage = 1000;
  ListBranchesOutput out;
  out.branches.emplace();
  for (const auto& reference : list_references(rq.tx, repository, kBranchPrefix)) {
    const std::string name = reference.name.substr(kBranchPrefix.size());
    // The token is the last name of the page before: it stays right when branches come and go.
    if (in.next_token && name <= *in.next_token) continue;
    if (out.branches->size() == kPage) {
      out.next_token = out.branches->back();
      break;
    }
    out.branches->push_back(name);
  }
  return out;
}

DeleteBranchOutput CodeCommit::delete_branch(region::Request& rq, const DeleteBranchInput& in) {
  authorize(rq, "DeleteBranch", in.repository_name, branch_key(in.branch_name));

  check_branch_name(in.branch_name);
  Repository repository = require_repository(rq, in.repository_name);
  if (repository.default_branch == in.branch_name)
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

  repository.default_branch = in.default_branch_name;
  repository.modified = rq.now();
  update(rq.tx, repository);

  return {};
}

}  // namespace hanbat::codecommit
