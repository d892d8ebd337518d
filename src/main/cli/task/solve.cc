// The model solution, run as competitors would, for trying a pack out.
#include <fcntl.h>
#include <fmt/format.h>

#include <future>
#include <iostream>
#include <mutex>

#include "main/cli/env.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/hand_out.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "main/cli/task/warm_aws.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

/// Whose solution runs, and what all of them share.
struct Solver {
  const Entries& entries;
  const Pack& pack;
  const std::string& path;  // the scripts' PATH
  bool alone;
  std::mutex& telling;
};

/// Runs the scripts one after the other. Of several competitors each has the scripts' words in a file of its own.
/// Throws Failure with the script that failed.
void solve_one(const Solver& solver, const std::string& competitor) {
  const fs::path folder = solver.entries.folder_of(competitor), work = folder / "work";
  make_folders(work.string(), 0700);
  const std::string log = (work / "solve.log").string(), credentials = here_credentials(folder).string();
  const Fd words = solver.alone ? Fd() : open_file(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  for (const std::string& script : solver.pack.solution) {
    {
      const std::lock_guard lock(solver.telling);
      std::cout << fmt::format("{}: {}", competitor, script) << std::endl;
    }
    SpawnOptions options{.variables = {{"HANBAT_TASK_FOLDER", work.string()},
                                       {"HANBAT_TASK_PACK", solver.pack.folder.string()},
                                       {"HANBAT_COMPETITOR", competitor},
                                       {"PATH", solver.path}},
                         .folder = solver.pack.folder.string(),
                         .out = words ? Stdio::of(words.get()) : Stdio::inherit(),
                         .err = words ? Stdio::of(words.get()) : Stdio::inherit()};
    options.group = ProcessGroup::kParents;
    Process process = Process::spawn({"bash", "-c", ". \"$0\" && exec bash \"$1\"", credentials, script}, options);
    const Exit end = process.wait();
    if (!end.ok())
      throw Failure(fmt::format("{}: {} ended with {}{}", competitor, script, end.code, words ? "; " + log : ""));
  }
}

}  // namespace

void solve(const Home& home, const fs::path& folder, const std::vector<std::string>& competitors) {
  const Pack pack = require_pack(folder);
  if (pack.solution.empty())
    throw Failure(fmt::format("pack {} has no solution; name its scripts in task.yaml under solution", pack.name));
  const Entries entries(home);
  if (!front_door_answers(front_port()))
    throw Failure("no region runs in " + home.root.string() + "; start it with: hanbat up");
  std::vector<std::string> names;
  for (const std::string& name : require_names(home, competitors)) {
    const Entry entry = entries.require(name);
    // Of all, those who still compete in this pack; somebody who is named must.
    const std::string state = state_of(entry, SystemClock().now());
    if (competitors.empty() && (state != "running" || entry.pack_name != pack.name)) continue;
    if (state != "running") throw Failure(fmt::format("competitor {} is {}; its keys open nothing", name, state));
    names.push_back(name);
  }
  if (names.empty()) throw Failure("nobody competes in " + pack.name + "; hanbat task start PACK --competitor NAME");

  const WarmAws warm(names.size() * pack.solution.size() * 20);  // calls, as many as a script may have
  std::mutex telling;
  const Solver solver{entries, pack, warm.path(), names.size() == 1, telling};
  std::vector<std::future<void>> all;
  for (const std::string& name : names)
    all.push_back(std::async(std::launch::async, [&solver, &name] { solve_one(solver, name); }));
  std::string failed;
  for (auto& one : all) {
    try {
      one.get();
    } catch (const std::exception& error) {
      failed += (failed.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (!failed.empty()) throw Failure(failed);
}

}  // namespace hanbat::cli::task
