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

constexpr Seconds kUndoLimit{1800};

class CheckRun {
 public:
  CheckRun(const Pack& pack, const Judging& judging) : pack_(pack), judging_(judging) {
    write_file_atomic(file("judge.sh"), judging.judge_lines, 0600);
    write_file_atomic(file("owner.sh"), judging.owner_lines, 0600);
    make_folders(file("shared"), 0700);
    if (!judging.undo.empty()) make_folders(judging.undo.string(), 0700);
  }

  ItemMark mark(const Item& item) const {
    const std::string record = prepare(item);
    const Captured ran = run(item, item.function, item.limit);
    std::string failure;
    if (ran.timed_out)
      failure = fmt::format("the check took longer than {}", limit_text(item.limit));
    else if (!ran.ok())
      failure = fmt::format("the check ended with {}", ran.exit_code);
    const Captured back = take_back(item);
    ItemMark out = mark_of(item, read_file(record), failure);
    if (!trim(ran.out + ran.err).empty())
      out.evidence.push_back({"what the check itself printed", (ran.out + ran.err).substr(0, 4000), ran.exit_code});
    if (!back.ok()) {
      out.left = "what the check made is not all taken away; the next marking tries it again";
      out.evidence.push_back(
          {"taking away what the check made", (back.out + back.err).substr(0, 4000), back.exit_code});
    }
    return out;
  }

  /// What a marking that was cut short has left of that item.
  void take_back_left(const Item& item) const {
    if (!path_exists(undo_file(item))) return;
    prepare(item);
    take_back(item);
  }

 private:
  std::string file(const std::string& name) const { return work_.path() + "/" + name; }
  std::string undo_file(const Item& item) const {
    return item.live && !judging_.undo.empty() ? (judging_.undo / item.id).string() : "";
  }

  /// The item's folder, with an empty record, whose path it returns.
  std::string prepare(const Item& item) const {
    const std::string work = file("item-" + item.id);
    make_folders(work, 0700);
    write_file_atomic(work + "/record", "");
    return work + "/record";
  }

  Captured run(const Item& item, const std::string& function, Seconds limit) const {
    const std::string work = file("item-" + item.id);
    CaptureOptions options{.timeout = limit, .output_limit = 1u << 20};
    options.spawn.variables = {{"HANBAT_ENV", file("judge.sh")},
                               {"HANBAT_CHECKS", (pack_.folder / "checks").string()},
                               {"HANBAT_PACK", pack_.folder.string()},
                               {"HANBAT_RECORD", work + "/record"},
                               {"HANBAT_WORK", work},
                               {"HANBAT_SHARED", file("shared")},
                               {"HANBAT_ITEM", item.id},
                               {"HANBAT_ACCOUNT", judging_.account},
                               {"HANBAT_COMPETITOR", judging_.competitor},
                               {"HANBAT_KEY", judging_.key.string()},
                               {"HANBAT_CA", judging_.ca.string()},
                               {"HANBAT_QUICK", judging_.pace == Pace::kQuick ? "yes" : ""},
                               {"HANBAT_OWNER_KEYS", item.live ? file("owner.sh") : ""},
                               {"HANBAT_UNDO", undo_file(item)},
                               // Nobody's own settings, and no proxy between us and the region.
                               {"HOME", work},
                               {"TMPDIR", work}};
    if (!judging_.path.empty()) options.spawn.variables["PATH"] = judging_.path;
    // A marking that is cut short leaves no check that goes on making things.
    options.spawn.parent_death = ParentDeath::kKill;
    const std::string runner = (Parts::find().task / "run-check.sh").string();
    return run_capture({"bash", runner, item.file, function}, options);
  }

  Captured take_back(const Item& item) const {
    if (const std::string left = undo_file(item); left.empty() || !path_exists(left)) return {};
    return run(item, "undo_all_", kUndoLimit);
  }

  const Pack& pack_;
  const Judging& judging_;
  TemporaryFolder work_{"hanbat-mark"};
};

constexpr int kThreads = 8;

/// Marks all items whose `live` is that, in `marks` at their places.
void mark_side_by_side(const CheckRun& run, const std::vector<Item>& items, bool live, Turns& turns,
                       std::vector<ItemMark>& marks, const std::function<void(const ItemMark&)>& done) {
  std::atomic<std::size_t> next{0};
  std::mutex telling;
  std::vector<std::jthread> threads;
  for (int i = 0; i < (live ? 1 : kThreads); ++i)
    threads.emplace_back([&] {
      for (std::size_t at; (at = next++) < items.size();) {
        if (items[at].live != live) continue;
        try {
          const Turn turn(live ? turns.live : turns.looking);
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

std::vector<ItemMark> run_checks(const Pack& pack, const std::vector<Item>& items, const Judging& judging, Turns& turns,
                                 const std::function<void(const ItemMark&)>& done) {
  const CheckRun run(pack, judging);
  for (const Item& item : pack.items) run.take_back_left(item);
  std::vector<ItemMark> marks(items.size());
  mark_side_by_side(run, items, false, turns, marks, done);
  mark_side_by_side(run, items, true, turns, marks, done);
  return marks;
}

}  // namespace hanbat::cli::task
