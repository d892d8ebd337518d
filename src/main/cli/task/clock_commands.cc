// What is done to the clocks of competitors who have started: shown, moved, ended.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "main/cli/task/account.h"
#include "main/cli/task/board.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

/// Moves the end in the file, then in the account: after a cut, the same command puts the account right.
void move_end(const Home& home, const Entries& entries, Entry& entry, Timestamp end, Stage stage) {
  Management management(home, entry.region);
  entry.end = end;
  entries.save(entry);
  entry.policy = management.set_clock(entry.policy, "hanbat-task-" + entry.email.substr(0, entry.email.find('@')),
                                      entry.account, end);
  entry.stage = stage;
  entries.save(entry);
}

/// The newest sheet's folder, or "".
std::string last_sheet(const Entries& entries, const Entry& entry) {
  const auto folder = entries.folder_of(entry.competitor) / "sheets";
  if (!path_exists(folder.string())) return "";
  const auto names = list_folder(folder.string());
  return names.empty() ? "" : (folder / names.back()).string();
}

/// "0.52 of 5 USD", "0.52 USD" without a limit; "-" when nobody can tell: no account yet, or no region that runs.
struct Spending {
  std::optional<double> spent, limit;
  std::string text() const {
    if (!spent) return "-";
    return limit ? fmt::format("{:.2f} of {:g} USD", *spent, *limit) : fmt::format("{:.2f} USD", *spent);
  }
};

Spending spending_of(const Home& home, const Entry& entry) {
  Spending out;
  try {
    if (const Pack pack = require_pack(entry.pack); pack.cost_limit_usd) out.limit = *pack.cost_limit_usd;
    if (!entry.account.empty()) out.spent = Management(home, entry.region).spent(entry.account);
  } catch (const std::exception&) {
    // The status of what is written does not depend on what runs.
  }
  return out;
}

}  // namespace

std::vector<std::string> require_names(const Home& home, const std::vector<std::string>& names) {
  const Entries entries(home);
  if (!names.empty()) {
    for (const std::string& name : names) entries.require(name);
    return names;
  }
  std::vector<std::string> all;
  for (const Entry& one : entries.list()) all.push_back(one.competitor);
  if (all.empty()) throw Failure("nobody has started; hanbat task start PACK --competitor NAME");
  return all;
}

void print_status(const Home& home, const std::vector<std::string>& names, Form form) {
  const Entries entries(home);
  std::vector<Entry> all;
  if (names.empty()) all = entries.list();
  for (const std::string& name : names) all.push_back(entries.require(name));
  const Timestamp now = SystemClock().now();
  Json rows = Json::array();
  if (form == Form::kTable && !all.empty())
    std::cout << fmt::format("{:<20} {:<16} {:<12} {:<8} {:<20} {:<9} {:<16} {}\n", "COMPETITOR", "PACK", "ACCOUNT",
                             "STATE", "END", "LEFT", "SPENT", "LAST SHEET");
  for (const Entry& one : all) {
    const std::string state = state_of(one, now), sheet = last_sheet(entries, one);
    const auto left = state == "paused"    ? one.left
                      : state == "running" ? std::chrono::duration_cast<Seconds>(*one.end - now)
                                           : Seconds(0);
    const Spending spending = spending_of(home, one);
    if (form == Form::kTable) {
      std::cout << fmt::format("{:<20} {:<16} {:<12} {:<8} {:<20} {:<9} {:<16} {}\n", one.competitor, one.pack_name,
                               one.account.empty() ? "-" : one.account, state, one.end ? iso8601(*one.end) : "-",
                               left.count() > 0 ? clock_text(left) : "-", spending.text(), sheet.empty() ? "-" : sheet);
      continue;
    }
    rows.push_back(Json::object({{"competitor", one.competitor},
                                 {"label", one.label},
                                 {"pack", one.pack.string()},
                                 {"account", one.account},
                                 {"state", state},
                                 {"start", one.start ? Json(iso8601(*one.start)) : Json()},
                                 {"end", one.end ? Json(iso8601(*one.end)) : Json()},
                                 {"left_seconds", static_cast<std::int64_t>(left.count())},
                                 {"spent_usd", spending.spent ? Json(*spending.spent) : Json()},
                                 {"cost_limit_usd", spending.limit ? Json(*spending.limit) : Json()},
                                 {"kit", (entries.folder_of(one.competitor) / "kit").string()},
                                 {"sheet", sheet.empty() ? Json() : Json(sheet)}}));
  }
  if (form == Form::kJson)
    std::cout << rows.pretty() << "\n";
  else if (all.empty())
    std::cout << "nobody has started; hanbat task start PACK --competitor NAME\n";
}

void extend(const Home& home, const std::vector<std::string>& names, Seconds by) {
  const Entries entries(home);
  const FileLock lock = entries.lock();
  std::vector<Entry> all;
  for (const std::string& name : require_names(home, names)) {
    all.push_back(entries.require(name));
    if (all.back().stage == Stage::kRunning) continue;
    // Of all, those that run; of named ones, each must.
    if (names.empty())
      all.pop_back();
    else
      throw Failure("competitor " + name + " does not run: " + state_of(all.back(), SystemClock().now()));
  }
  for (Entry& entry : all) {
    move_end(home, entries, entry, *entry.end + by, Stage::kRunning);
    print_step(fmt::format("{}: until {}", entry.competitor, iso8601(*entry.end)));
  }
  post_clocks(home, entries, all);
}

void stop(const Home& home, const std::vector<std::string>& names) {
  const Entries entries(home);
  const FileLock lock = entries.lock();
  std::vector<Entry> stopped;
  for (const std::string& name : require_names(home, names)) {
    Entry entry = entries.require(name);
    if (entry.stage == Stage::kStopped) {
      print_step(name + ": was stopped already");
      continue;
    }
    if (entry.stage == Stage::kPaused)
      throw Failure("competitor " + name + " is paused and its machines stand; hanbat task resume first");
    if (entry.account.empty()) {  // nothing was made that could be closed
      entry.stage = Stage::kStopped;
      entries.save(entry);
    } else {
      const Timestamp now = SystemClock().now();
      if (!entry.start) entry.start = now;
      move_end(home, entries, entry, entry.end ? std::min(*entry.end, now) : now, Stage::kStopped);
    }
    print_step(name + ": stopped; what was built stays");
    stopped.push_back(std::move(entry));
  }
  post_clocks(home, entries, stopped);
}

}  // namespace hanbat::cli::task
