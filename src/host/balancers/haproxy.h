// One HAProxy process: started in a namespace, reloaded without refusing a connection, spoken to, found again by its
// pid file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/balancers/haproxy_config.h"
#include "os/fd.h"

namespace hanbat::host {

/// A process that serves: the newest takes what is new, others end what they have.
struct HaproxyWorker {
  std::string pid;
  bool is_newest = false;
};

/// What becomes of a worker at a reload: it ends when it has served all, or waits then until it is let go, so that what
/// it has counted can be read.
enum class OldWorkers { kEnd, kHeld };

/// Not safe from several threads; its owner has a lock.
class Haproxy {
 public:
  /// `name_of_namespace` "" is the host's.
  Haproxy(std::string folder, std::string name_of_namespace, OldWorkers old_workers = OldWorkers::kEnd);

  int pid() const;
  /// Whether it runs, in the namespace that has its name now: one that was removed by hand lives on as long as what
  /// runs in it.
  bool serves() const;
  /// What runs was started or reloaded with exactly these files.
  bool has(const HaproxyFiles& files) const;
  /// Starts it with the files, or reloads it. `states` as server_states() makes them.
  void apply(const HaproxyFiles& files, const std::string& states);
  /// A command to the newest worker, and its answer. Waits at most 5 s.
  std::string ask(std::string_view command) const;
  /// The oldest first. There is none while it is being started.
  std::vector<HaproxyWorker> workers() const;
  /// A command to one of them, and its answer; of one that has ended the master's words that there is none.
  std::string ask_worker(const std::string& pid, std::string_view command) const;
  /// All but these need not wait any more.
  void let_go_all_but(const std::set<std::string>& pids) {
    std::erase_if(held_, [&](const auto& one) { return !pids.contains(one.first); });
  }
  void end();

  const std::string& folder() const { return folder_; }

 private:
  static std::string text_of(const HaproxyFiles& files);
  std::string secrets_folder() const;
  void write_secrets(const std::map<std::string, std::string>& secrets);
  void remove_secrets();
  void start();
  void reload();
  std::string newest_worker() const;
  void hold_newest();
  std::string query_master(std::string_view command) const;

  const std::string folder_;
  const std::string namespace_;
  const OldWorkers old_workers_;
  std::string config_;
  std::map<std::string, Fd> held_;  // by worker: a session with it, without which it is free to end
};

}  // namespace hanbat::host
