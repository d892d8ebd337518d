// The root daemon's inside: what carries the actions out, and how requests for them arrive.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/json.h"
#include "host/client.h"
#include "host/edge_range.h"
#include "os/fd.h"

namespace hanbat::host {

class Balancers;
class Incus;
class Listening;
class Machines;
class Networks;
class SshServer;

/// What an action answers: its result, and a descriptor for listen.
struct ActionResult {
  Json result;
  Fd descriptor;
};

/// Carries out actions by name. Every argument is decoded strictly and validated before anything is done. Safe from all
/// threads.
class Actions final : private Host {
 public:
  /// `state_folder` is the region's; what is root's own lies in its host/ folder. `ssh_programs` is the folder of what
  /// sshd runs for git clients; "": none are served.
  explicit Actions(std::string state_folder, const EdgeRange& range = {}, const std::string& ssh_programs = {});
  ~Actions() override;

  /// Makes the edge and brings back what was applied before; the machines' daemon comes up meanwhile on a thread of its
  /// own, and actions on machines wait for it.
  void start();
  /// Throws HostError; an action of another name is kInvalid.
  ActionResult run(std::string_view action, const Json& arguments);
  /// Leaves nothing behind but the data.
  void down(const std::function<void(const std::string&)>& progress, StopMode machines);
  /// What there is, for `hanbat status`.
  Json status();
  /// Makes the image of that folder (metadata.tar.*, rootfs.*) known under the name.
  void import_image(const std::string& name, const std::string& folder);

 private:
#define HANBAT_DECLARE(name, Argument, Result) Result name(const Argument& argument) override;
  HANBAT_HOST_ACTIONS(HANBAT_DECLARE)
#undef HANBAT_DECLARE

  Machines& ready_machines();
  void watch();
  void check_links();

  const std::string state_folder_;
  const EdgeRange range_;
  std::unique_ptr<Incus> incus_;
  std::unique_ptr<Networks> networks_;
  std::unique_ptr<Machines> machines_;
  std::unique_ptr<Balancers> balancers_;
  std::unique_ptr<SshServer> ssh_;
  std::unique_ptr<Listening> listening_;
  std::mutex ready_mutex_;
  std::condition_variable ready_;
  bool incus_ready_ = false;
  std::string incus_failure_;
  std::set<std::string> links_missed_;  // at the last look; the watching thread's own
  std::chrono::steady_clock::time_point next_look_{};
  std::atomic<bool> stopping_ = false;
  std::thread incus_thread_;
};

/// Serves the requests of one hanbatd until its end of the socket closes. Each request runs on a thread of its own, at
/// most 32 at once. Returns when all are done.
void serve_actions(Actions& actions, int socket);

}  // namespace hanbat::host
