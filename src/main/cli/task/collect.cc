// Everything that a competitor has made, as one archive.
#include <fmt/format.h>

#include "main/cli/env.h"
#include "main/cli/parts.h"
#include "main/cli/task/account.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/warm_aws.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

void collect(const Home& home, const std::vector<std::string>& names, const fs::path& folder) {
  const Entries entries(home);
  make_folders(folder.string());
  constexpr std::size_t kCalls = 60;  // as many as an account of usual size takes
  const WarmAws warm(kCalls);
  for (const std::string& name : require_names(home, names)) {
    const Entry entry = entries.require(name);
    if (entry.account.empty()) {
      print_step(name + ": has no account; nothing to collect");
      continue;
    }
    Management management(home, entry.region);
    const Keys judge = management.judge(entry.account);
    const TemporaryFolder work("hanbat-collect");
    const std::string lines = work.path() + "/judge.sh", inside = work.path() + "/" + name;
    write_file_atomic(lines, shell_lines(entry.region, home, {judge.id, judge.secret, judge.token}), 0600);
    make_folders(inside, 0700);
    CaptureOptions options{.timeout = std::chrono::minutes(30), .output_limit = 1u << 20};
    options.spawn.variables = {{"HANBAT_ENV", lines}, {"HOME", work.path()}};
    if (!warm.path().empty()) options.spawn.variables["PATH"] = warm.path();
    run_checked({"bash", (Parts::find().task / "collect.sh").string(), inside}, options);
    const fs::path archive = fs::absolute(folder) / (name + ".tar.gz");
    const std::string half = archive.string() + ".partial";
    run_checked({"tar", "-C", work.path(), "-czf", half, "--owner=0", "--group=0", "--", name}, options);
    fs::rename(half, archive);
    print_step(fmt::format("{}: {} ({:.1f} MB)", name, archive.string(), double(fs::file_size(archive)) / 1e6));
  }
}

}  // namespace hanbat::cli::task
