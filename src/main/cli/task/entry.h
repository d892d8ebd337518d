// What is known of each competitor of a contest, and where it lies: a folder of the region's state folder.
//
//     task/<competitor>/entry.json    the account, its keys, the clock; replaced as a whole, so a cut leaves old or new
//     task/<competitor>/kit/          what is handed out
//     task/<competitor>/sheets/<time> mark sheets
//     task/<competitor>/work/         what the model solution keeps
//
// A start writes what it wants before it makes it: after a cut, the same start goes on where it was.
#pragma once

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "main/cli/home.h"
#include "main/cli/region_api.h"
#include "os/files.h"

namespace hanbat::cli::task {

enum class Stage {
  kMaking,   // the account and what belongs to it
  kRunning,  // handed out; whether it is over says the clock
  kPaused,   // the clock stands, and so do the machines
  kStopped,
};

struct Entry {
  std::string competitor;
  std::string label;  // as the sheet names the competitor; the same as `competitor` unless a class's file says more
  std::filesystem::path pack;
  std::string pack_name, region;
  Stage stage = Stage::kMaking;
  std::string email;    // the account's, by which a start that was cut short finds it again
  std::string account;  // "" until it is made
  Keys keys;            // the competitor's
  std::string policy;   // id of the service control policy that holds the clock
  std::optional<Timestamp> start, end;
  Seconds left{0};                    // while paused: what the clock stands at
  std::vector<std::string> machines;  // while paused: the instances that ran

  Json to_json() const;
  static Entry of_json(const Json& json);
};

/// What `status` calls it: "making", "running", "paused", "over", "stopped".
std::string state_of(const Entry& entry, Timestamp now);

/// Whether it can be the name of a competitor: lower-case letters, digits and hyphens, at most 30.
bool is_competitor_name(const std::string& name);

/// The competitors of a region, in their files.
class Entries {
 public:
  explicit Entries(const Home& home);

  std::filesystem::path folder_of(const std::string& competitor) const { return root_ / competitor; }
  std::optional<Entry> find(const std::string& competitor) const;
  /// Throws Failure that names those there are.
  Entry require(const std::string& competitor) const;
  std::vector<Entry> list() const;
  /// Durable when it returns. The file is root's alone.
  void save(const Entry& entry) const;
  /// Puts what is there of a competitor aside, as task/.ended/<competitor>-<time>.
  void put_aside(const std::string& competitor, Timestamp now) const;
  /// Keeps other commands from changing competitors until it is let go. While one does already, it waits, and says for
  /// which; throws Failure when that takes too long.
  FileLock lock(Seconds patience = std::chrono::minutes(30), std::ostream& words = std::cerr) const;

 private:
  std::filesystem::path root_;
};

}  // namespace hanbat::cli::task
