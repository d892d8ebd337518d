// A file below /run for each, which is gone with the machine's next start, and the command by which it is read.
#include "host/networks/link_managers.h"

#include <spdlog/spdlog.h>

#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

struct Manager {
  const char* name;
  const char* sign;  // a folder that is there while it runs
  const char* folder;
  const char* file;
  const char* text;
  std::vector<std::string> reload;
};

const std::array<Manager, 2>& managers() {
  static const std::array<Manager, 2> kAll = {
      Manager{.name = "NetworkManager",
              .sign = "/run/NetworkManager",
              .folder = "/run/NetworkManager/conf.d",
              .file = "hanbat.conf",
              .text = "[device-hanbat]\nmatch-device=interface-name:hb-*\nmanaged=0\n",
              .reload = {"nmcli", "general", "reload"}},
      Manager{.name = "systemd-networkd",
              .sign = "/run/systemd/netif",
              .folder = "/run/systemd/network",
              .file = "00-hanbat.network",
              .text = "[Match]\nName=hb-*\n\n[Link]\nUnmanaged=yes\n",
              .reload = {"networkctl", "reload"}}};
  return kAll;
}

void reload(const Manager& manager) {
  std::string why;
  try {
    const Captured done = run_capture(manager.reload, {.spawn = {}, .input = "", .timeout = std::chrono::seconds(10)});
    if (done.ok()) return;
    why = done.err;
  } catch (const std::exception& error) {
    why = error.what();
  }
  spdlog::warn("{} may not have heard of the region's links: {}", manager.name, trim(why));
}

}  // namespace

void keep_managers_off() {
  for (const Manager& manager : managers()) {
    const std::string file = std::string(manager.folder) + "/" + manager.file;
    if (!path_exists(manager.sign) || find_file(file) == manager.text) continue;
    make_folders(manager.folder);
    write_file_atomic(file, manager.text);
    reload(manager);
  }
}

void let_managers_go() {
  for (const Manager& manager : managers()) {
    const std::string file = std::string(manager.folder) + "/" + manager.file;
    if (!path_exists(file)) continue;
    remove_tree(file);
    if (path_exists(manager.sign)) reload(manager);
  }
}

}  // namespace hanbat::host
