// A private Incus daemon: started, watched and adopted again, and spoken to over its Unix socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "host/machines/spec.h"

namespace hanbat::http {
class Client;
}

namespace hanbat::host {

/// One incusd with its own INCUS_DIR. Its instances are processes of their own and outlive it.
class Incus {
 public:
  /// `folder` holds INCUS_DIR, the storage pool and the log.
  explicit Incus(std::string folder);
  ~Incus();

  /// Starts the daemon when it does not run, waits until it answers, and sets it up the first time. Blocks some
  /// seconds.
  void start();
  /// Stops all instances (they start again with the daemon) and the daemon, and lets go of the pool. `machines`: in
  /// order, each with half a minute, or by their power.
  void down(const std::function<void(const std::string&)>& progress, StopMode machines);
  /// Starts the daemon anew when it has died. Called every few seconds.
  void watch();
  int pid() const;

  /// GET and so on of the REST API; returns the answer's metadata. An operation is waited for, at most that long.
  /// Throws HostError: NotFound for 404, Failed with Incus's own words otherwise.
  Json request(std::string_view method, const std::string& path, const Json& body = {},
               std::chrono::seconds longest = std::chrono::seconds(120));
  /// A GET whose answer is not JSON.
  std::string fetch(const std::string& path);
  /// Runs the `incus` command against this daemon; for uploads. Returns its output.
  std::string command(const std::vector<std::string>& arguments);

  const std::string& folder() const { return folder_; }

 private:
  bool answers();
  void spawn();
  void set_up();
  void limit_machines(const std::string& pool);
  std::string socket_path() const;
  void wait_for_machines(const std::function<void(const std::string&)>& progress) const;

  const std::string folder_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace hanbat::host
