#include "main/cli/task/entry.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/text.h"
#include "base/words.h"
#include "os/files.h"
#include "os/proc.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

constexpr const char* kEnded = ".ended";
constexpr auto kLookAgain = std::chrono::milliseconds(100);

/// The command that has the lock, as its caller wrote it, with its process.
std::string command_of(const fs::path& holder) {
  const std::string pid = find_file(holder.string()).value_or("");
  const auto number = parse_int(pid);
  std::string command = number ? of_process(static_cast<pid_t>(*number), "cmdline") : "";
  while (!command.empty() && command.back() == '\0') command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  return command.empty() ? "another hanbat task" : fmt::format("\"{}\" (process {})", command, pid);
}

std::string word_of_stage(Stage stage) {
  switch (stage) {
    case Stage::kMaking:
      return "making";
    case Stage::kRunning:
      return "running";
    case Stage::kPaused:
      return "paused";
    case Stage::kStopped:
      return "stopped";
  }
  return "";
}

Stage stage_of(const std::string& word) {
  if (word == "running") return Stage::kRunning;
  if (word == "paused") return Stage::kPaused;
  return word == "stopped" ? Stage::kStopped : Stage::kMaking;
}

Json time_json(const std::optional<Timestamp>& at) { return at ? Json(iso8601(*at)) : Json(); }

}  // namespace

Json Entry::to_json() const {
  return Json::object({{"format", 1},
                       {"competitor", competitor},
                       {"label", label},
                       {"pack", pack.string()},
                       {"pack_name", pack_name},
                       {"region", region},
                       {"stage", word_of_stage(stage)},
                       {"email", email},
                       {"account", account},
                       {"key_id", keys.id},
                       {"key_secret", keys.secret},
                       {"policy", policy},
                       {"start", time_json(start)},
                       {"end", time_json(end)},
                       {"left_seconds", static_cast<std::int64_t>(left.count())},
                       {"machines", Json(machines)}});
}

Entry Entry::of_json(const Json& json) {
  Entry out;
  out.competitor = json.text("competitor");
  out.label = json.text("label", out.competitor);
  out.pack = json.text("pack");
  out.pack_name = json.text("pack_name");
  out.region = json.text("region");
  out.stage = stage_of(json.text("stage"));
  out.email = json.text("email");
  out.account = json.text("account");
  out.keys = {json.text("key_id"), json.text("key_secret"), ""};
  out.policy = json.text("policy");
  out.start = parse_iso8601(json.text("start"));
  out.end = parse_iso8601(json.text("end"));
  out.left = Seconds(json.integer("left_seconds"));
  out.machines = json.texts("machines");
  return out;
}

std::string state_of(const Entry& entry, Timestamp now) {
  if (entry.stage == Stage::kRunning && entry.end && now >= *entry.end) return "over";
  return word_of_stage(entry.stage);
}

bool is_competitor_name(const std::string& name) {
  if (name.empty() || name.size() > 30 || name.front() == '-' || name.back() == '-') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Entries::Entries(const Home& home) : root_(home.root / "task") {}

std::optional<Entry> Entries::find(const std::string& competitor) const {
  if (!is_competitor_name(competitor)) return std::nullopt;
  const auto text = find_file((folder_of(competitor) / "entry.json").string());
  if (!text) return std::nullopt;
  return Entry::of_json(Json::parse(*text));
}

Entry Entries::require(const std::string& competitor) const {
  if (auto found = find(competitor)) return *found;
  std::vector<std::string> names;
  for (const Entry& one : list()) names.push_back(one.competitor);
  throw Failure(fmt::format(
      "there is no competitor {}; {}", competitor,
      names.empty() ? "hanbat task start PACK --competitor NAME makes one" : "there are " + join(names, ", ")));
}

std::vector<Entry> Entries::list() const {
  std::vector<Entry> out;
  if (!path_exists(root_.string())) return out;
  for (const std::string& name : list_folder(root_.string()))
    if (auto entry = find(name)) out.push_back(*entry);
  return out;
}

void Entries::save(const Entry& entry) const {
  make_folders(root_.string(), 0700);
  make_folders(folder_of(entry.competitor).string(), 0700);
  write_file_atomic((folder_of(entry.competitor) / "entry.json").string(), entry.to_json().pretty() + "\n", 0600);
}

void Entries::put_aside(const std::string& competitor, Timestamp now) const {
  const fs::path ended = root_ / kEnded;
  make_folders(ended.string(), 0700);
  fs::rename(folder_of(competitor), ended / (competitor + "-" + basic_iso8601(now)));
  sync_folder(ended.string());
  sync_folder(root_.string());
}

FileLock Entries::lock(Seconds patience, std::ostream& words) const {
  make_folders(root_.string(), 0700);
  const fs::path file = root_ / ".lock", holder = root_ / ".lock-holder";
  const auto until = std::chrono::steady_clock::now() + patience;
  for (bool told = false;; std::this_thread::sleep_for(kLookAgain)) {
    if (auto lock = FileLock::try_take(file.string(), FileLock::Mode::kAlone)) {
      write_file_atomic(holder.string(), std::to_string(::getpid()), 0600);
      return std::move(*lock);
    }
    if (std::chrono::steady_clock::now() >= until)
      throw Failure(command_of(holder) + " is still at work; try again when it has ended");
    if (!told) words << "waiting for " << command_of(holder) << " to end" << std::endl;
    told = true;
  }
}

}  // namespace hanbat::cli::task
