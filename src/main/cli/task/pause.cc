// A contest that stands still: the clocks, the competitors' calls, and their machines.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "main/cli/task/account.h"
#include "main/cli/task/board.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"

namespace hanbat::cli::task {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters instances_parameter(const std::vector<std::string>& ids) {
  Parameters out;
  for (std::size_t i = 0; i < ids.size(); ++i) out.emplace_back(fmt::format("InstanceId.{}", i + 1), ids[i]);
  return out;
}

std::vector<std::string> instances_in(RegionApi& owner, const std::string& state) {
  return xml_texts(
      owner.query("ec2", "DescribeInstances", {{"Filter.1.Name", "instance-state-name"}, {"Filter.1.Value.1", state}}),
      "instanceId");
}

/// Waits, at most two minutes, until none is in that state any more.
void wait_until_none(RegionApi& owner, const std::string& state) {
  for (int i = 0; i < 240 && !instances_in(owner, state).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

/// What is wanted is written first; done again, it stops what a cut left running.
void pause_one(const Entries& entries, Management& management, Entry& entry, Timestamp now) {
  RegionApi owner(entry.region, management.enter(entry.account));
  if (entry.stage != Stage::kPaused) {
    entry.left = std::chrono::duration_cast<Seconds>(*entry.end - now);
    entry.stage = Stage::kPaused;
  }
  for (const std::string& id : instances_in(owner, "running"))
    if (std::find(entry.machines.begin(), entry.machines.end(), id) == entry.machines.end())
      entry.machines.push_back(id);
  entries.save(entry);
  management.set_clock(entry.policy, "", entry.account, now);
  const auto running = instances_in(owner, "running");
  if (!running.empty()) owner.query("ec2", "StopInstances", instances_parameter(running));
}

void resume_one(const Entries& entries, Management& management, Entry& entry, Timestamp now) {
  RegionApi owner(entry.region, management.enter(entry.account));
  wait_until_none(owner, "stopping");
  std::vector<std::string> start;
  for (const std::string& id : instances_in(owner, "stopped"))
    if (std::find(entry.machines.begin(), entry.machines.end(), id) != entry.machines.end()) start.push_back(id);
  if (!start.empty()) owner.query("ec2", "StartInstances", instances_parameter(start));
  entry.end = now + entry.left;
  management.set_clock(entry.policy, "", entry.account, *entry.end);
  entry.stage = Stage::kRunning;
  entry.machines.clear();
  entries.save(entry);
}

/// Of all (an empty list), those of that state; of named ones, each must be.
std::vector<Entry> those_in(const Home& home, const Entries& entries, const std::vector<std::string>& names,
                            const std::vector<std::string>& states) {
  const Timestamp now = SystemClock().now();
  std::vector<Entry> out;
  for (const std::string& name : require_names(home, names)) {
    Entry entry = entries.require(name);
    if (std::find(states.begin(), states.end(), state_of(entry, now)) != states.end())
      out.push_back(std::move(entry));
    else if (!names.empty())
      throw Failure("competitor " + name + " is " + state_of(entry, now));
  }
  return out;
}

}  // namespace

void pause(const Home& home, const std::vector<std::string>& names) {
  const Entries entries(home);
  const FileLock lock = entries.lock();
  const Timestamp now = SystemClock().now();
  std::vector<Entry> all = those_in(home, entries, names, {"running", "paused"});
  for (Entry& entry : all) {
    Management management(home, entry.region);
    pause_one(entries, management, entry, now);
    print_step(fmt::format("{}: paused at {}, {} machine(s) stop", entry.competitor, clock_text(entry.left),
                           entry.machines.size()));
  }
  post_clocks(home, entries, all);
}

void resume(const Home& home, const std::vector<std::string>& names) {
  const Entries entries(home);
  const FileLock lock = entries.lock();
  std::vector<Entry> all = those_in(home, entries, names, {"paused"});
  for (Entry& entry : all) {
    Management management(home, entry.region);
    resume_one(entries, management, entry, SystemClock().now());
    print_step(fmt::format("{}: until {}", entry.competitor, iso8601(*entry.end)));
  }
  post_clocks(home, entries, all);
}

}  // namespace hanbat::cli::task
