// hostd's control socket, over which the command line asks: one JSON line each way, progress lines between.
//
//   {"action":"status"}                                   → {"done":true,…what status() said}
//   {"action":"import-image","name":"x","folder":"/y"}    → {"progress":"…"}… {"done":true}
//   {"action":"call","method":"x","arguments":{}}         → {"done":true,"result":…}
//   {"action":"down","machines":"graceful" or "force"}    → {"progress":"…"}… {"done":true}; graceful by default
// An action that fails ends with {"error":"…"}. The socket is root's alone (0600), so there is nothing to sign.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/json.h"
#include "base/words.h"
#include "host/machines/spec.h"
#include "os/fd.h"

namespace hanbat::host {

enum class ControlRequest { kStatus, kImportImage, kCall, kDown };

/// Reports to the one who asked how it goes; a line each.
using Progress = std::function<void(const std::string&)>;

/// What can be asked. Methods are called from several threads and say what went wrong by throwing std::exception.
class ControlActions {
 public:
  virtual ~ControlActions() = default;

  /// The processes by name ("hostd", "hanbatd", "incusd": pids) and what there is ("machines", "networks", "images").
  virtual Json status() = 0;
  /// Makes the image of that folder (metadata.tar.gz, rootfs.squashfs, manifest.json) known under the name. Quick when
  /// it is.
  virtual void import_image(const std::string& name, const std::string& folder, const Progress& progress) = 0;
  /// Any action by its name, for tests and the curious.
  virtual Json call(const std::string& action, const Json& arguments) = 0;
  /// Takes everything down but the data. The daemon ends soon after it has returned.
  virtual void down(const Progress& progress, StopMode machines) = 0;
};

/// Serves the socket from its construction to its destruction, which waits for the actions that are under way.
class ControlServer {
 public:
  ControlServer(const std::string& path, ControlActions& actions);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Conversation {
    std::jthread thread;
    bool ended = false;
  };

  void accept_until(const std::stop_token& stop);
  void serve(Fd socket);
  void forget_ended();

  std::string path_;
  ControlActions& actions_;
  Fd listener_;
  std::mutex mutex_;
  std::list<Conversation> conversations_;  // guarded by mutex_
  std::jthread acceptor_;
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::ControlRequest> =
    std::to_array<Word<host::ControlRequest>>({{host::ControlRequest::kStatus, "status"},
                                               {host::ControlRequest::kImportImage, "import-image"},
                                               {host::ControlRequest::kCall, "call"},
                                               {host::ControlRequest::kDown, "down"}});

}  // namespace hanbat
