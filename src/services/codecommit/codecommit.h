// CodeCommit: repositories with their branches, files and commits by the API, and git itself over smart HTTP. Objects
// lie in bare repositories in the state folder; references are rows, so that a push and its event are one commit.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gen/codecommit/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codecommit/git/git.h"
#include "services/codecommit/store.h"

namespace hanbat::codecommit {

struct GitLogin;
struct Push;

class CodeCommit final : public Operations {
 public:
  explicit CodeCommit(region::Region& home) : home_(home) {}

  CreateRepositoryOutput create_repository(region::Request& rq, const CreateRepositoryInput& in) override;
  GetRepositoryOutput get_repository(region::Request& rq, const GetRepositoryInput& in) override;
  ListRepositoriesOutput list_repositories(region::Request& rq, const ListRepositoriesInput& in) override;
  DeleteRepositoryOutput delete_repository(region::Request& rq, const DeleteRepositoryInput& in) override;
  BatchGetRepositoriesOutput batch_get_repositories(region::Request& rq, const BatchGetRepositoriesInput& in) override;
  UpdateRepositoryDescriptionOutput update_repository_description(region::Request& rq,
                                                                  const UpdateRepositoryDescriptionInput& in) override;
  UpdateRepositoryNameOutput update_repository_name(region::Request& rq, const UpdateRepositoryNameInput& in) override;
  TagResourceOutput tag_resource(region::Request& rq, const TagResourceInput& in) override;
  UntagResourceOutput untag_resource(region::Request& rq, const UntagResourceInput& in) override;
  ListTagsForResourceOutput list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) override;

  CreateBranchOutput create_branch(region::Request& rq, const CreateBranchInput& in) override;
  GetBranchOutput get_branch(region::Request& rq, const GetBranchInput& in) override;
  ListBranchesOutput list_branches(region::Request& rq, const ListBranchesInput& in) override;
  DeleteBranchOutput delete_branch(region::Request& rq, const DeleteBranchInput& in) override;
  UpdateDefaultBranchOutput update_default_branch(region::Request& rq, const UpdateDefaultBranchInput& in) override;

  GetCommitOutput get_commit(region::Request& rq, const GetCommitInput& in) override;
  BatchGetCommitsOutput batch_get_commits(region::Request& rq, const BatchGetCommitsInput& in) override;
  CreateCommitOutput create_commit(region::Request& rq, const CreateCommitInput& in) override;
  GetDifferencesOutput get_differences(region::Request& rq, const GetDifferencesInput& in) override;

  PutFileOutput put_file(region::Request& rq, const PutFileInput& in) override;
  DeleteFileOutput delete_file(region::Request& rq, const DeleteFileInput& in) override;
  GetFileOutput get_file(region::Request& rq, const GetFileInput& in) override;
  GetFolderOutput get_folder(region::Request& rq, const GetFolderInput& in) override;
  GetBlobOutput get_blob(region::Request& rq, const GetBlobInput& in) override;
  UploadArchiveOutput upload_archive(region::Request& rq, const UploadArchiveInput& in) override;

  GetMergeCommitOutput get_merge_commit(region::Request& rq, const GetMergeCommitInput& in) override;
  GetMergeOptionsOutput get_merge_options(region::Request& rq, const GetMergeOptionsInput& in) override;
  GetMergeConflictsOutput get_merge_conflicts(region::Request& rq, const GetMergeConflictsInput& in) override;
  MergeBranchesByFastForwardOutput merge_branches_by_fast_forward(region::Request& rq,
                                                                  const MergeBranchesByFastForwardInput& in) override;
  MergeBranchesBySquashOutput merge_branches_by_squash(region::Request& rq,
                                                       const MergeBranchesBySquashInput& in) override;
  MergeBranchesByThreeWayOutput merge_branches_by_three_way(region::Request& rq,
                                                            const MergeBranchesByThreeWayInput& in) override;

  std::span<const store::Migration> migrations() const override;
  void start() override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

  /// Where the repository's objects are.
  std::string folder(const Repository& repository) const;
  /// Makes git see the references as the rows say. Safe from all threads.
  void project_references(const Repository& repository);

 private:
  /// Moves what a push asks for, in one transaction; fills in what was refused.
  void apply(Push& push, const Repository& known, const GitLogin& login, const std::string& request_id);
  /// Why the reference may not be moved so; "" when it may.
  static std::string refusal_of(region::Request& rq, const Repository& repository, const GitRepository& git,
                                const ReferenceChange& change);

  region::Region& home_;
  std::mutex projecting_;
};

/// rq.authorize of an action on a repository by its name.
void authorize(region::Request& rq, std::string_view action, std::string_view repository_name,
               const region::ConditionKeys& keys = {});
/// The condition key that says which branch is written.
region::ConditionKeys branch_key(std::string_view branch);

/// The objects of a repository; for handlers.
GitRepository open(region::Request& rq, const Repository& repository);
/// The commit that a branch, tag, HEAD, full reference name or commit id names. Throws CommitDoesNotExistException.
std::string require_commit_id(region::Request& rq, const Repository& repository, const GitRepository& git,
                              std::string_view specifier);

/// Who writes a commit: as given, else the caller.
Signature make_signature(region::Request& rq, const std::optional<std::string>& name,
                         const std::optional<std::string>& email);

}  // namespace hanbat::codecommit
