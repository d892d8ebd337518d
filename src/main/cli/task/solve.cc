// The model solution, run as the competitor would, for trying a pack out.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "main/cli/env.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/hand_out.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

void solve(const Home& home, const fs::path& folder, const std::string& competitor) {
  const Pack pack = require_pack(folder);
  if (pack.solution.empty())
    throw Failure(fmt::format("pack {} has no solution; name its scripts in task.yaml under solution", pack.name));
  const Entries entries(home);
  const Entry entry = entries.require(competitor);
  if (!front_door_answers(front_port()))
    throw Failure("no region runs in " + home.root.string() + "; start it with: hanbat up");
  if (const auto state = state_of(entry, SystemClock().now()); state != "running")
    throw Failure(fmt::format("competitor {} is {}; its keys open nothing", competitor, state));
  const fs::path work = entries.folder_of(competitor) / "work";
  make_folders(work.string(), 0700);
  const std::string credentials = here_credentials(entries.folder_of(competitor)).string();
  for (const std::string& script : pack.solution) {
    std::cout << fmt::format("{}: {}", competitor, script) << std::endl;
    SpawnOptions options{
        .variables = {{"HANBAT_TASK_FOLDER", work.string()}, {"HANBAT_TASK_PACK", pack.folder.string()}},
        .folder = pack.folder.string(),
        .out = Stdio::inherit(),
        .err = Stdio::inherit()};
    options.group = ProcessGroup::kParents;
    Process process = Process::spawn({"bash", "-c", ". \"$0\" && exec bash \"$1\"", credentials, script}, options);
    const Exit end = process.wait();
    if (!end.ok()) throw Failure(fmt::format("{} ended with {}", script, end.code));
  }
}

}  // namespace hanbat::cli::task
