// A hanbatd that ends closes its end of the socket, which ends the thread that answers it.
#include "host/attendance.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "host/protocol.h"
#include "host/users.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::host {

Attendance::~Attendance() {
  std::lock_guard lock(mutex_);
  for (auto& server : servers_) server.join();
}

Process Attendance::start() {
  auto [ours, theirs] = message_socket_pair();
  // A spec of a large VPC is one message: the usual limit of 208 KiB is too small for it.
  const int size = static_cast<int>(kMessageLimit);
  for (const int fd : {ours.get(), theirs.get()}) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  const Owner owner = require_user(how_.user);
  const Fd log = open_file(how_.log, O_WRONLY | O_CREAT | O_APPEND, 0640);
  SpawnOptions options;
  options.folder = how_.folder;
  options.out = Stdio::of(log.get());
  options.err = Stdio::of(log.get());
  options.descriptors = {{theirs.get(), 3}};
  options.user = User{.uid = owner.uid, .gid = owner.gid, .groups = {}};
  options.privileges = Privileges::kGiveUp;
  options.parent_death = ParentDeath::kKill;
  options.variables = {{"HOME", how_.folder}, {"USER", how_.user}};
  std::vector<std::string> command = how_.command;
  command.insert(command.end(), {"--host-fd", "3"});
  Process process = Process::spawn(command, options);
  std::lock_guard lock(mutex_);
  servers_.emplace_back([this, socket = std::move(ours)] { serve_actions(actions_, socket.get()); });
  return process;
}

bool reachable_by_all(const std::string& path) {
  struct stat about{};
  for (std::size_t at = 0; (at = path.find('/', at + 1)) != std::string::npos;)
    if (::stat(path.substr(0, at).c_str(), &about) != 0 || (about.st_mode & S_IXOTH) == 0) return false;
  return ::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0 && (about.st_mode & S_IXOTH) != 0;
}

}  // namespace hanbat::host
