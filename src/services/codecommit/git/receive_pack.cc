#include "services/codecommit/git/receive_pack.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/ids.h"
#include "base/text.h"
#include "os/fault.h"
#include "os/files.h"
#include "services/codecommit/git/git.h"

namespace hanbat::codecommit {
namespace {

constexpr std::size_t kMostCommands = 10'000;
constexpr std::size_t kLongestName = 1100;  // a branch has at most 256 characters, of at most four bytes each
constexpr std::string_view kNobody = "0000000000000000000000000000000000000000";
constexpr std::size_t kPackHead = 12;
constexpr std::size_t kPackTail = 20;

std::string read_id(std::string_view text) {
  if (!is_object_id(text)) throw http::Error(400, "not an object id in a push command");
  return text == kNobody ? "" : std::string(text);
}

constexpr std::string_view kQuarantine = "incoming-";

/// A folder for objects that are not trusted yet; gone with this object.
class Quarantine {
 public:
  explicit Quarantine(const std::string& folder) : path_(folder + "/" + std::string(kQuarantine) + random_hex(12)) {
    // Not make_folders, which syncs: nothing here has to outlive a power cut.
    std::filesystem::create_directories(path_ + "/pack");
  }
  ~Quarantine() {
    try {
      remove_tree(path_);
    } catch (const std::system_error&) {
      // Left behind it harms nothing: git does not look there. The next start removes it.
    }
  }
  const std::string& path() const { return path_; }

  /// The pack becomes the repository's: its index last, because git finds a pack by that.
  void release_into(const std::string& objects) const {
    make_folders(objects + "/pack");
    auto names = list_folder(path_ + "/pack");
    std::stable_partition(names.begin(), names.end(), [](const auto& name) { return !name.ends_with(".idx"); });
    for (const auto& name : names) {
      if (!name.starts_with("pack-")) continue;
      const std::string from = path_ + "/pack/" + name, to = objects + "/pack/" + name;
      fault_point("pack:before-rename", name.substr(name.rfind('.') + 1));
      if (::rename(from.c_str(), to.c_str()) < 0) throw_errno("move " + from + " to " + to);
    }
    fault_point("pack:after-renames");
    sync_folder(objects + "/pack");
  }

 private:
  std::string path_;
};

/// The client's words, without what a terminal could stumble over.
std::string one_line(std::string text) {
  text = std::string(trim(text));
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  return text.substr(0, 500);
}

// No tree may have an entry ".git", ".." or "a/b", which leads out of whatever it is unpacked into. The faults that are
// let through are of old programs' histories and lead nowhere.
constexpr const char* kStrict =
    "--strict=zeroPaddedFilemode=ignore,badTimezone=ignore,missingSpaceBeforeDate=ignore,missingTaggerEntry=ignore";

/// Feeds the rest of the body to index-pack. What it complains of, "" when nothing.
std::string index_pack(const std::string& head, PacketReader& body, const std::string& folder, const SpawnOptions& base,
                       const WatchProcess& watch) {
  SpawnOptions options = base;
  const Fd errors = open_file(folder + "/.", O_TMPFILE | O_RDWR, 0600);
  options.in = Stdio::pipe();
  options.err = Stdio::of(errors.get());
  Process git = Process::spawn({"git", "--git-dir", folder, "index-pack", "--stdin", "--fix-thin", kStrict}, options);
  if (watch) watch(git.pidfd());
  std::array<char, 65536> buffer;
  bool takes = true;
  try {
    write_all(git.in.get(), head);
    while (const std::size_t n = body.read(buffer)) write_all(git.in.get(), {buffer.data(), n});
  } catch (const std::system_error&) {
    takes = false;  // it gave up; its complaint tells why
  }
  git.in.reset();
  const Exit exit = git.wait();
  if (exit.ok() && takes) return "";
  ::lseek(errors.get(), 0, SEEK_SET);
  const std::size_t n = read_some(errors.get(), buffer);
  return one_line("index-pack failed: " + std::string(buffer.data(), n));
}

}  // namespace

Push read_commands(PacketReader& body) {
  Push push;
  std::string line;
  while (body.next(line)) {
    if (line.starts_with("shallow ")) continue;  // the check for wholeness decides whether its history will do
    std::string_view text = line;
    if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
      for (const auto& word : split(trim(text.substr(zero + 1)), ' ')) {
        push.report |= word == "report-status";
        push.side_band |= word == "side-band-64k";
        push.atomic |= word == "atomic";
      }
      text = text.substr(0, zero);
    }
    text = trim(text);
    if (text.size() < 83 || text[40] != ' ' || text[81] != ' ') throw http::Error(400, "not a push command");
    if (text.size() - 82 > kLongestName) throw http::Error(400, "a reference's name is too long");
    push.commands.push_back(
        {{std::string(text.substr(82)), read_id(text.substr(0, 40)), read_id(text.substr(41, 40))}, ""});
    if (push.commands.size() > kMostCommands) throw http::Error(413, "too many references in one push");
  }
  return push;
}

std::string store_pack(PacketReader& body, const std::string& folder, const Push& push, const WatchProcess& watch) {
  const bool sends_objects = std::any_of(push.commands.begin(), push.commands.end(),
                                         [](const auto& command) { return !command.change.new_id.empty(); });
  if (!sends_objects) return "";
  const std::string head = body.exactly(kPackHead);
  if (!head.starts_with("PACK")) return "no pack came with the push";

  const Quarantine quarantine(folder + "/objects");
  SpawnOptions options = git_options();
  options.variables["GIT_OBJECT_DIRECTORY"] = quarantine.path();
  options.variables["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = folder + "/objects";
  const bool is_empty = head.substr(8) == std::string_view("\0\0\0\0", 4);
  if (is_empty) {
    body.exactly(kPackTail);
  } else if (const std::string wrong = index_pack(head, body, folder, options, watch); !wrong.empty()) {
    return wrong;
  }

  std::string wanted;
  for (const auto& command : push.commands)
    if (!command.change.new_id.empty()) wanted += command.change.new_id + "\n";
  const Captured whole = run_capture(
      {"git", "--git-dir", folder, "rev-list", "--objects", "--stdin", "--not", "--all", "--quiet", "--alternate-refs"},
      {.spawn = options, .input = wanted, .timeout = std::chrono::minutes(10)});
  if (!whole.ok()) return one_line("missing necessary objects: " + whole.err);
  if (!is_empty) quarantine.release_into(folder + "/objects");
  return "";
}

void remove_quarantines(const std::string& folder) {
  const std::string objects = folder + "/objects";
  if (!path_exists(objects)) return;
  for (const std::string& name : list_folder(objects))
    if (name.starts_with(kQuarantine)) remove_tree(objects + "/" + name);
}

std::string report(const Push& push, const std::string& unpacked) {
  if (!push.report) return push.side_band ? std::string(kFlush) : "";
  std::string lines = packet("unpack " + (unpacked.empty() ? "ok" : unpacked) + "\n");
  for (const auto& command : push.commands)
    lines += packet(command.refusal.empty() ? "ok " + command.change.name + "\n"
                                            : "ng " + command.change.name + " " + command.refusal + "\n");
  lines += kFlush;
  if (!push.side_band) return lines;
  std::string banded;
  constexpr std::size_t kMost = 65'000;
  for (std::size_t at = 0; at < lines.size(); at += kMost) banded += packet("\x01" + lines.substr(at, kMost));
  return banded.append(kFlush);
}

std::string advertise(const std::vector<Reference>& references) {
  const std::string abilities = std::string(1, '\0') +
                                "report-status delete-refs side-band-64k quiet atomic ofs-delta object-format=sha1 "
                                "agent=git/hanbat\n";
  std::string out;
  if (references.empty()) out += packet(std::string(kNobody) + " capabilities^{}" + abilities);
  for (std::size_t i = 0; i < references.size(); ++i)
    out += packet(references[i].object_id + " " + references[i].name + (i == 0 ? abilities : "\n"));
  return out.append(kFlush);
}

}  // namespace hanbat::codecommit
