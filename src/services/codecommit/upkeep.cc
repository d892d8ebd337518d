#include "services/codecommit/upkeep.h"

#include <spdlog/spdlog.h>

#include "os/files.h"
#include "os/process.h"
#include "region/carried_over.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/git/git_command.h"
#include "store/typed_tasks.h"

namespace hanbat::codecommit {
namespace {

constexpr std::chrono::hours kBetweenSweeps{24};
constexpr std::chrono::hours kFirstSweep{1};
constexpr Seconds kAfterBackup{5};

/// Packs what references reach, and removes what none has reached for two weeks: git's own grace, long enough for a
/// change that was prepared before the sweep and commits after it. The references are ours to write.
void collect_garbage(const std::string& folder) {
  // Loose objects keep their own age; newer gits would gather them in a pack that has its own.
  run_checked({"git", "--git-dir", folder, "-c", "gc.packRefs=false", "-c", "gc.cruftPacks=false", "gc", "--quiet",
               "--prune=2.weeks.ago"},
              {.spawn = git_options(), .timeout = std::chrono::hours(1)});
}

}  // namespace

void CodeCommit::start_upkeep() {
  store::handle<RemoveFolder>(home_.tasks, [this](store::TaskRun& run, const RemoveFolder& task) {
    const auto removal = home_.blobs.try_removal();
    if (!removal) return run.again(kAfterBackup);  // a backup copies it
    remove_tree(folder_of(home_, task.repository_id));
  });
  store::handle<SweepObjects>(home_.tasks, [this](store::TaskRun& run, const SweepObjects&) { sweep_objects(run); });
  home_.db.write([&](store::Tx& tx) {
    region::carry_over(tx, "codecommit: repositories", [&] { migrate_repositories(tx); });
    store::add_task(home_.tasks, tx, SweepObjects{}, "all", home_.clock.now() + kFirstSweep);
  });
}

void CodeCommit::sweep_objects(store::TaskRun& run) {
  for (const Repository& repository :
       home_.db.read([](store::Tx& tx) { return region::list_all<RepositoryMetadata>(tx); })) {
    const auto removal = home_.blobs.try_removal();
    if (!removal || run.stop().stop_requested()) return run.again(kAfterBackup);
    if (!path_exists(folder(repository))) continue;
    try {
      project_references(repository);
      collect_garbage(folder(repository));
    } catch (const std::exception& error) {
      spdlog::warn("the repository {} is not swept: {}", name_of(repository), error.what());
    }
  }
  run.again(kBetweenSweeps);
}

}  // namespace hanbat::codecommit
