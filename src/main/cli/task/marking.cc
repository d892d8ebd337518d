#include "main/cli/task/marking.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "main/cli/parts.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

class CheckRun {
 public:
  CheckRun(const Pack& pack, const Judging& judging) : pack_(pack), judging_(judging) {
    write_file_atomic(file("judge.sh"), judging.judge_lines, 0600);
    write_file_atomic(file("owner.sh"), judging.owner_lines, 0600);
    make_folders(file("shared"), 0700);
  }

  ItemMark mark(const Item& item) const {
    const std::string work = file("item-" + item.id), record = work + "/record";
    make_folders(work, 0700);
    write_file_atomic(record, "");
    CaptureOptions options{.timeout = item.limit, .output_limit = 1u << 20};
    options.spawn.variables = {{"HANBAT_ENV", file("judge.sh")},
                               {"HANBAT_CHECKS", (pack_.folder / "checks").string()},
                               {"HANBAT_PACK", pack_.folder.string()},
                               {"HANBAT_RECORD", record},
                               {"HANBAT_WORK", work},
                               {"HANBAT_SHARED", file("shared")},
                               {"HANBAT_ITEM", item.id},
                               {"HANBAT_ACCOUNT", judging_.account},
                               {"HANBAT_KEY", judging_.key.string()},
                               {"HANBAT_OWNER_KEYS", item.live ? file("owner.sh") : ""},
                               // Nobody's own settings, and no proxy between us and the region.
                               {"HOME", work},
                               {"TMPDIR", work}};
    const std::string runner = (Parts::find().task / "run-check.sh").string();
    const Captured ran = run_capture({"bash", runner, item.file, item.function}, options);
    std::string failure;
    if (ran.timed_out)
      failure = fmt::format("the check took longer than {}", limit_text(item.limit));
    else if (!ran.ok())
      failure = fmt::format("the check ended with {}", ran.exit_code);
    ItemMark out = mark_of(item, read_file(record), failure);
    if (!trim(ran.out + ran.err).empty())
      out.evidence.push_back({"what the check itself printed", (ran.out + ran.err).substr(0, 4000), ran.exit_code});
    return out;
  }

 private:
  std::string file(const std::string& name) const { return work_.path() + "/" + name; }

  const Pack& pack_;
  const Judging& judging_;
  TemporaryFolder work_{"hanbat-mark"};
};

/// Marks all items whose `live` is that, in `marks` at their places.
void mark_side_by_side(const CheckRun& run, const std::vector<Item>& items, bool live, int jobs,
                       std::vector<ItemMark>& marks, const std::function<void(const ItemMark&)>& done) {
  std::atomic<std::size_t> next{0};
  std::mutex telling;
  std::vector<std::jthread> threads;
  for (int i = 0; i < jobs; ++i)
    threads.emplace_back([&] {
      for (std::size_t at; (at = next++) < items.size();) {
        if (items[at].live != live) continue;
        try {
          marks[at] = run.mark(items[at]);
        } catch (const std::exception& error) {
          marks[at] = ItemMark{.item = items[at], .broken = error.what()};
        }
        const std::lock_guard lock(telling);
        done(marks[at]);
      }
    });
}

}  // namespace

std::vector<ItemMark> run_checks(const Pack& pack, const std::vector<Item>& items, const Judging& judging,
                                 const std::function<void(const ItemMark&)>& done) {
  const CheckRun run(pack, judging);
  std::vector<ItemMark> marks(items.size());
  mark_side_by_side(run, items, false, judging.jobs, marks, done);
  mark_side_by_side(run, items, true, 1, marks, done);
  return marks;
}

}  // namespace hanbat::cli::task
