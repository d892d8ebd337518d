// CodeCommit: repositories with their branches, files and commits by the API, and git itself over HTTP and SSH. Objects
// lie in bare repositories in the state folder; references are rows, so that a push and its event are one commit.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gen/codecommit/operations.h"
#include "region/page.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codecommit/git/git.h"
#include "services/codecommit/git/git_calls.h"
#include "services/codecommit/git/git_command.h"
#include "services/codecommit/git/ssh_door.h"
#include "services/codecommit/store.h"

namespace hanbat::region {
class Gate;
class SshKeys;
}  // namespace hanbat::region

namespace hanbat::codecommit {

struct Push;
class SshExchange;

/// Where a repository's objects are.
std::string folder_of(const region::Region& home, std::string_view repository_id);

class CodeCommit final : public Operations {
 public:
  /// Without `keys` nobody has a key for git over SSH.
  explicit CodeCommit(region::Region& home, region::SshKeys* keys = nullptr) : home_(home), keys_(keys) {}

#include "gen/codecommit/methods.inc"

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

  /// Answers what sshd's program asks, to the end of the git client's session. Blocks; stops early when asked to.
  border::SshAnswer answer_ssh(const SshCall& call, const std::stop_token& stop);

  /// Where the repository's objects are.
  std::string folder(const Repository& repository) const { return folder_of(home_, repository.id); }
  /// Makes git see the references as the rows say. Safe from all threads.
  void project_references(const Repository& repository);

 private:
  /// The steps of a request of git's.
  void serve_git(region::Gate& gate, http::Exchange& exchange);
  void serve_session(region::Gate& gate, SshExchange& exchange, const border::SshQuestion& question);
  /// Lets the caller to the repository. Throws AWS's error when it may not or there is none.
  Admitted admit(region::Gate& gate, const GitCall& call);
  /// Takes a push that its client sends, from the first command on; what the client is told of it.
  std::string receive_push(region::Gate& gate, http::BodyReader& source, const Repository& repository,
                           const GitCall& call, const WatchProcess& watch);
  /// Moves what a push asks for, in one transaction; fills in what was refused.
  void apply(region::Gate& gate, Push& push, const Repository& known, const GitCall& call);
  /// Why the reference may not be moved so; "" when it may.
  static std::string refusal_of(region::Request& rq, const Repository& repository, const GitRepository& git,
                                const ReferenceChange& change);

  /// Registers the tasks of upkeep.h.
  void start_upkeep();
  void sweep_objects(store::TaskRun& run);

  region::Region& home_;
  region::SshKeys* const keys_;
  std::mutex projecting_;
  std::unique_ptr<SshDoor> ssh_door_;  // the last: its threads use the rest
};

/// rq.authorize of an action on a repository by its name.
void authorize(region::Request& rq, std::string_view action, std::string_view repository_name,
               const region::ConditionKeys& keys = {});
/// The condition key that says which branch is written.
region::ConditionKeys branch_key(std::string_view branch);

/// The objects of a repository, to be read; for handlers. What writes objects is prepared (Request::prepare).
GitRepository open(region::Request& rq, const Repository& repository);
/// The commit that a branch, tag, HEAD, full reference name or commit id names. Throws CommitDoesNotExistException,
/// InvalidCommitException for what can name none.
std::string require_commit_id(region::Request& rq, const Repository& repository, const GitRepository& git,
                              std::string_view specifier);

/// Throws NameLengthExceededException, InvalidEmailException, CommitMessageLengthExceededException.
void check_commit_words(const std::optional<std::string>& name, const std::optional<std::string>& email,
                        const std::optional<std::string>& message);
/// Who writes a commit: as given, else the caller by his ARN, without an address.
/// Source: name and email of https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteFile.html
Signature make_signature(region::Request& rq, const std::optional<std::string>& name,
                         const std::optional<std::string>& email);

}  // namespace hanbat::codecommit
