// CodeCommit: repositories with their branches, files and commits by the API, and git itself over smart HTTP. Objects
// lie in bare repositories in the state folder; references are rows, so that a push and its event are one commit.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gen/codecommit/operations.h"
#include "region/page.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codecommit/git/git.h"
#include "services/codecommit/store.h"

namespace hanbat::region {
class Gate;
}

namespace hanbat::codecommit {

struct Push;

/// Where a repository's objects are.
std::string folder_of(const region::Region& home, std::string_view repository_id);

class CodeCommit final : public Operations {
 public:
  explicit CodeCommit(region::Region& home) : home_(home) {}

#include "gen/codecommit/methods.inc"

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

  /// Where the repository's objects are.
  std::string folder(const Repository& repository) const { return folder_of(home_, repository.id); }
  /// Makes git see the references as the rows say. Safe from all threads.
  void project_references(const Repository& repository);

 private:
  /// The steps of a request of git's.
  void serve_git(region::Gate& gate, http::Exchange& exchange);
  void receive_push(region::Gate& gate, http::Exchange& exchange, const Repository& repository);
  /// Moves what a push asks for, in one transaction; fills in what was refused.
  void apply(region::Gate& gate, Push& push, const Repository& known);
  /// Why the reference may not be moved so; "" when it may.
  static std::string refusal_of(region::Request& rq, const Repository& repository, const GitRepository& git,
                                const ReferenceChange& change);

  /// Registers the tasks of upkeep.h.
  void start_upkeep();
  void sweep_objects(store::TaskRun& run);

  region::Region& home_;
  std::mutex projecting_;
};

/// rq.authorize of an action on a repository by its name.
void authorize(region::Request& rq, std::string_view action, std::string_view repository_name,
               const region::ConditionKeys& keys = {});
/// The condition key that says which branch is written.
region::ConditionKeys branch_key(std::string_view branch);

/// The objects of a repository, to be read; for handlers. What writes objects is prepared (Request::prepare).
GitRepository open(region::Request& rq, const Repository& repository);
/// The commit that a branch, tag, HEAD, full reference name or commit id names. Throws CommitDoesNotExistException.
std::string require_commit_id(region::Request& rq, const Repository& repository, const GitRepository& git,
                              std::string_view specifier);

/// Who writes a commit: as given, else the caller.
Signature make_signature(region::Request& rq, const std::optional<std::string>& name,
                         const std::optional<std::string>& email);

}  // namespace hanbat::codecommit
