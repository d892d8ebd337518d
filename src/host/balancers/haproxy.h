// One HAProxy process: started in a namespace, reloaded without refusing a connection, spoken to, found again by its
// pid file.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "host/balancers/haproxy_config.h"

namespace hanbat::host {

/// Not safe from several threads; its owner has a lock.
class Haproxy {
 public:
  /// `name_of_namespace` "" is the host's.
  Haproxy(std::string folder, std::string name_of_namespace);

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
  /// The process that takes new connections, by its id; "" while there is none.
  std::string newest_worker() const;
  void end();

  const std::string& folder() const { return folder_; }

 private:
  static std::string text_of(const HaproxyFiles& files);
  std::string secrets_folder() const;
  void write_secrets(const std::map<std::string, std::string>& secrets);
  void remove_secrets();
  void start();
  void reload();
  std::string query_master(std::string_view command) const;

  const std::string folder_;
  const std::string namespace_;
  std::string config_;
};

}  // namespace hanbat::host
