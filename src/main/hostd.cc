// hanbat-hostd: the one program of a region that is root. Makes networks, machines and balancers for hanbatd, which it
// starts and watches.
#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "base/text.h"
#include "host/attendance.h"
#include "host/clashes.h"
#include "host/control.h"
#include "host/daemon.h"
#include "host/edge_range.h"
#include "host/listening/setting.h"
#include "host/ssh/ssh_server.h"
#include "host/supervisor.h"
#include "host/users.h"
#include "os/fd.h"
#include "os/files.h"

namespace hanbat {
namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string home = "/var/lib/hanbat";
  std::string hanbatd;
  std::string guest;
  std::string ssh;
  std::string user = "hanbat";
  int port = 4566;
  std::string edge;
};

/// A program or folder that hanbatd's user can read: the same, or a copy below the state folder when it lies in
/// someone's home.
std::string readable(const std::string& path, const std::string& home) {
  if (host::reachable_by_all(path)) return path;
  const fs::path copy = fs::path(home) / "programs" / fs::path(path).filename();
  fs::create_directories(copy.parent_path());
  fs::remove_all(copy);
  fs::copy(path, copy, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  return copy;
}

/// The state folder is root's, with the sticky bit: hanbatd makes its own files there and cannot touch those of root.
void prepare(const Flags& flags) {
  const host::Owner owner = host::require_user(flags.user);
  for (const char* name : {"", "/log", "/run", "/host", "/shared"}) make_folders(flags.home + name);
  const auto own = [&](const std::string& path, unsigned uid, unsigned gid, unsigned mode) {
    if (::chown(path.c_str(), uid, gid) != 0 || ::chmod(path.c_str(), mode) != 0) throw_errno("prepare " + path);
  };
  own(flags.home, 0, owner.gid, 01775);
  own(flags.home + "/host", 0, 0, 0711);
  own(flags.home + "/run", 0, 0, 0755);
  own(flags.home + "/shared", owner.uid, owner.gid, 0755);
  // hanbatd's door for what sshd runs: what hanbatd makes there is of that group.
  make_folders(flags.home + "/ssh");
  own(flags.home + "/ssh", owner.uid, host::require_user(host::kSshUser).gid, 02750);
  host::give_key_to(flags.home, owner.uid, owner.gid);
}

/// What the command line may ask.
class ControlCommands final : public host::ControlActions {
 public:
  ControlCommands(host::Actions& actions, host::Supervisor& supervisor) : actions_(actions), supervisor_(supervisor) {}

  Json status() override {
    Json out = Json::object(
        {{"hostd", static_cast<std::int64_t>(::getpid())}, {"hanbatd", static_cast<std::int64_t>(supervisor_.pid())}});
    const Json rest = actions_.status();
    for (const auto& [name, value] : rest.members()) out[name] = value;
    return out;
  }
  void import_image(const std::string& name, const std::string& folder, const host::Progress&) override {
    actions_.import_image(name, folder);
  }
  Json call(const std::string& action, const Json& arguments) override {
    return actions_.run(action, arguments).result;
  }
  void down(const host::Progress& progress, host::StopMode machines) override {
    progress("stopping hanbatd");
    supervisor_.stop();
    actions_.down(progress, machines);
    ::kill(::getpid(), SIGTERM);
  }

 private:
  host::Actions& actions_;
  host::Supervisor& supervisor_;
};

/// systemd in each machine and each VPC's resolver watch files, and all of them count as root's, who may have 128 such
/// watchers by the kernel's default: enough for some sixty machines. Raised, never lowered; it stays until a reboot.
void raise_watch_limit() {
  constexpr std::int64_t kEnough = 8192;
  const std::string path = "/proc/sys/fs/inotify/max_user_instances";
  const auto now = find_file(path);
  if (!now || parse_int(trim(*now)).value_or(kEnough) >= kEnough) return;
  try {
    write_all(open_file(path, O_WRONLY | O_CLOEXEC).get(), std::to_string(kEnough));
  } catch (const std::exception& error) {
    spdlog::warn("{} stays at {}, which may be too few for many machines: {}", path, trim(*now), error.what());
  }
}

int run(const Flags& flags) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  if (::geteuid() != 0) throw std::runtime_error("networks and machines take root");
  ::umask(022);
  raise_open_files_limit();
  raise_watch_limit();

  prepare(flags);
  const Fd lock = open_file(flags.home + "/run/hostd.lock", O_RDWR | O_CREAT, 0600);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("another hanbat-hostd runs for " + flags.home);

  // The edge, its addresses and the host's routes to them are one per machine.
  const Fd machine_lock = open_file("/run/hanbat-hostd.lock", O_RDWR | O_CREAT, 0600);
  if (::flock(machine_lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("another region runs on this machine (in " + read_file("/run/hanbat-hostd.lock") +
                             "), and one machine holds one at a time: hanbat down there first");
  if (::ftruncate(machine_lock.get(), 0) == 0) write_all(machine_lock.get(), flags.home);

  const host::EdgeRange edge = host::settle_edge_range(flags.home, flags.edge);
  host::require_room(edge);
  host::Actions actions(flags.home, edge, flags.ssh.empty() ? "" : readable(flags.ssh, flags.home));
  actions.start();
  std::vector<std::string> command = {readable(flags.hanbatd, flags.home), "--home", flags.home, "--port",
                                      std::to_string(flags.port)};
  if (!flags.guest.empty()) command.insert(command.end(), {"--guest", readable(flags.guest, flags.home)});
  host::Attendance attendance(
      actions, {.command = command, .user = flags.user, .log = flags.home + "/log/hanbatd.log", .folder = flags.home});
  host::Supervisor supervisor([&] { return attendance.start(); },
                              [](const std::string& line) { spdlog::info("hanbatd: {}", line); });
  ControlCommands commands(actions, supervisor);
  const host::ControlServer control(flags.home + "/run/control.sock", commands);
  spdlog::info("hostd serves {}", flags.home);

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("hostd ends on signal {}", signal);
  return 0;
}

}  // namespace
}  // namespace hanbat

int main(int argc, char** argv) {
  hanbat::Flags flags;
  CLI::App app{"hanbat-hostd: the root side of a region. Started by 'hanbat up'."};
  app.add_option("--home", flags.home, "folder of everything that survives")->capture_default_str();
  app.add_option("--port", flags.port, "port of the front door on 127.0.0.1")->capture_default_str();
  app.add_option("--edge", flags.edge, "the /15 of the edge's and all public addresses; asked of a new region only");
  app.add_option("--hanbatd", flags.hanbatd, "the program hanbatd")->required();
  app.add_option("--guest", flags.guest, "folder of the programs that run inside instances and builds");
  app.add_option("--ssh", flags.ssh, "folder of what sshd runs for git clients");
  app.add_option("--user", flags.user, "whom hanbatd runs as")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return hanbat::run(flags);
  } catch (const std::exception& error) {
    spdlog::critical("hanbat-hostd cannot run: {}", error.what());
    return 1;
  }
}
