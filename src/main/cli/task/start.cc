// Starting competitors. What is wanted is written before it is made, so a start that was cut short goes on.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "base/utf8.h"
#include "main/cli/task/account.h"
#include "main/cli/task/board.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/hand_out.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

/// Refuses what cannot be started, before anything is made.
void require_startable(const Entries& entries, const Pack& pack, const std::vector<Named>& competitors) {
  std::set<std::string> seen;
  for (const Named& one : competitors) {
    if (!is_competitor_name(one.competitor))
      throw Failure(fmt::format("\"{}\" cannot be a competitor's name: at most 30 of a-z, 0-9 and -", one.competitor));
    if (!seen.insert(one.competitor).second) throw Failure("competitor " + one.competitor + " is named twice");
    const auto there = entries.find(one.competitor);
    if (!there || there->stage == Stage::kStopped) continue;
    if (there->stage == Stage::kRunning || there->stage == Stage::kPaused)
      throw Failure(
          fmt::format("competitor {} has started already ({}, account {}, until {}); hanbat task stop "
                      "--competitor {} ends that, or take another name",
                      one.competitor, there->pack_name, there->account, iso8601(*there->end), one.competitor));
    if (there->pack != pack.folder)
      throw Failure(
          fmt::format("the start of competitor {} with {} was cut short; hanbat task stop --competitor {} "
                      "gives it up",
                      one.competitor, there->pack.string(), one.competitor));
  }
}

/// The entry to go on with, or a new one, saved.
Entry begun(const Entries& entries, const Pack& pack, const Named& named) {
  if (auto there = entries.find(named.competitor)) {
    if (there->stage == Stage::kMaking) return *there;
    entries.put_aside(named.competitor, SystemClock().now());
  }
  Entry entry;
  entry.competitor = named.competitor;
  entry.label = named.label.empty() ? named.competitor : named.label;
  entry.pack = pack.folder;
  entry.pack_name = pack.name;
  entry.region = pack.region;
  // Accounts are never closed, so each start needs an address of its own.
  entry.email = fmt::format("{}.{}@hanbat.invalid", named.competitor, random_hex(8));
  entries.save(entry);
  return entry;
}

/// Everything but the clock.
void make_account(const Home& home, const Entries& entries, const Pack& pack, Management& management, Entry& entry) {
  const fs::path folder = entries.folder_of(entry.competitor);
  if (entry.account.empty()) {
    entry.account = management.require_account(entry.email, entry.competitor);
    entries.save(entry);
  }
  RegionApi owner(entry.region, management.enter(entry.account));
  if (entry.keys.id.empty()) {
    entry.keys = make_competitor_user(owner);
    entries.save(entry);
  }
  management.judge(entry.account);
  if (pack.cost_limit_usd) management.set_cost_limit(entry.account, *pack.cost_limit_usd);
  make_key_pair(pack, folder, owner);
  make_whole_kit(home, entry, pack, folder, owner);
}

void start_clock(const Entries& entries, Management& management, Entry& entry, Timestamp at, Seconds limit) {
  if (!entry.start) {
    entry.start = at;
    entry.end = at + limit;
    entries.save(entry);
  }
  entry.policy = management.set_clock(entry.policy, "hanbat-task-" + entry.email.substr(0, entry.email.find('@')),
                                      entry.account, *entry.end);
  entry.stage = Stage::kRunning;
  entries.save(entry);
}

}  // namespace

std::vector<Named> read_class(const std::string& text) {
  std::vector<Named> out;
  int number = 0;
  for (const std::string& line : split(to_utf8(text), '\n')) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#') continue;
    const std::size_t comma = content.find(',');
    Named one;
    one.competitor = trim(content.substr(0, comma));
    if (comma != std::string_view::npos) one.label = trim(content.substr(comma + 1));
    if (!is_competitor_name(one.competitor))
      throw Failure(fmt::format("line {}: \"{}\" cannot be a competitor's name: at most 30 of a-z, 0-9 and -", number,
                                one.competitor));
    out.push_back(std::move(one));
  }
  if (out.empty()) throw Failure("the class's file names nobody; write a name on each line, or name,label");
  return out;
}

void start(const Home& home, const fs::path& folder, const std::vector<Named>& competitors) {
  const Pack pack = require_pack(folder);
  Management management(home, pack.region);
  const Entries entries(home);
  const FileLock lock = entries.lock();
  require_startable(entries, pack, competitors);
  management.prepare_organization();
  Board board(management, pack.region);
  board.open_to_competitors();

  std::vector<Entry> all;
  for (const Named& named : competitors) {
    all.push_back(begun(entries, pack, named));
    make_account(home, entries, pack, management, all.back());
    board.post_task(all.back(), pack, entries.folder_of(named.competitor) / "kit");
    print_step(fmt::format("{}: account {}", named.competitor, all.back().account));
  }
  const Timestamp now = SystemClock().now();
  for (Entry& entry : all) {
    start_clock(entries, management, entry, now, pack.time_limit);
    print_step(fmt::format("{}: until {} ({}); hand out {}", entry.competitor, iso8601(*entry.end),
                           limit_text(pack.time_limit), (entries.folder_of(entry.competitor) / "kit").string()));
  }
  post_clocks(home, entries, all);
}

}  // namespace hanbat::cli::task
