#include "guest/ssm_agent/far_end.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

#include "base/text.h"
#include "os/files.h"
#include "os/poller.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::guest {
namespace {

constexpr const char* kUser = "ssm-user";
constexpr const char* kHome = "/home/ssm-user";
constexpr const char* kRules = "/etc/sudoers.d/ssm-agent-users";
constexpr std::size_t kReadAtATime = 1024;  // as much as AWS's agent puts into a message

/// What both kinds share: reading and writing one descriptor until somebody ends it. The reader writes, too, so that
/// neither waits for the other.
class Descriptor : public FarEnd {
 public:
  explicit Descriptor(Fd fd) : fd_(std::move(fd)) { set_nonblocking(fd_.get()); }

  std::string read() override {
    std::array<char, kReadAtATime> buffer;
    while (!ended_) {
      const bool more = write_some();
      std::array<pollfd, 2> fds{
          {{fd_.get(), static_cast<short>(POLLIN | (more ? POLLOUT : 0)), 0}, {wake_.fd(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), -1);
      if (fds[1].revents) wake_.clear();
      const ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
      if (n > 0) return {buffer.data(), static_cast<std::size_t>(n)};
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      return "";  // a terminal that nobody has open any more answers EIO
    }
    return "";
  }

  void write(std::string_view bytes) override {
    {
      const std::lock_guard lock(mutex_);
      queue_ += bytes;
    }
    wake_.set();
  }

  std::size_t backlog() const override {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

  void end() override {
    ended_ = true;
    wake_.set();
  }

 protected:
  int fd() const { return fd_.get(); }

 private:
  /// Whether more is to be written.
  bool write_some() {
    const std::lock_guard lock(mutex_);
    const ssize_t n = queue_.empty() ? 0 : ::write(fd_.get(), queue_.data(), queue_.size());
    if (n > 0) queue_.erase(0, static_cast<std::size_t>(n));
    return !queue_.empty();
  }

  Fd fd_;
  WakeUp wake_;
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;
  std::string queue_;
};

class Terminal final : public Descriptor {
 public:
  Terminal(Fd master, Process child) : Descriptor(std::move(master)), child_(std::move(child)) {}
  ~Terminal() override { child_.stop(std::chrono::seconds(1)); }

  void resize(int columns, int rows) override {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = static_cast<unsigned short>(rows);
    ::ioctl(fd(), TIOCSWINSZ, &size);
  }

  void end() override {
    Descriptor::end();
    child_.signal(SIGHUP);
  }

 private:
  Process child_;
};

void run(const std::vector<std::string>& argv) {
  Process child = Process::spawn(argv);
  if (!child.wait().ok()) throw std::runtime_error(argv.front() + " failed for the user " + kUser);
}

void make_user() {
  const std::string users = find_file("/etc/passwd").value_or("");
  bool there = false;
  for (const std::string& line : split(users, '\n')) there = there || line.starts_with(std::string(kUser) + ":");
  if (!there) run({"useradd", "--create-home", "--home-dir", kHome, kUser});
  if (!path_exists(kRules)) {
    make_folders("/etc/sudoers.d", 0750);
    write_file_atomic(kRules, std::string("# User rules for ") + kUser + "\n" + kUser + " ALL=(ALL) NOPASSWD:ALL\n",
                      0440);
  }
}

}  // namespace

std::unique_ptr<FarEnd> open_terminal(const std::vector<std::string>& argv, const std::string& folder,
                                      const std::string& home, const std::string& user) {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name{};
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), name.data(), name.size()) != 0)
    throw_errno("make a terminal");
  const Fd slave = open_file(name.data(), O_RDWR | O_NOCTTY);
  SpawnOptions options;
  options.environment = Environment::kEmpty;
  options.folder = folder;
  options.variables = {{"HOME", home},
                       {"USER", user},
                       {"LOGNAME", user},
                       {"SHELL", "/bin/sh"},
                       {"LANG", "C.UTF-8"},
                       {"TERM", "xterm-256color"},
                       {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  options.in = options.out = options.err = Stdio::of(slave.get());
  // setsid makes the terminal its controlling one; as no leader of a group it is the program itself and no child is.
  options.group = ProcessGroup::kParents;
  std::vector<std::string> whole{"setsid", "--ctty"};
  whole.insert(whole.end(), argv.begin(), argv.end());
  Process child = Process::spawn(whole, options);
  return std::make_unique<Terminal>(std::move(master), std::move(child));
}

std::unique_ptr<FarEnd> open_port(std::uint16_t port) {
  return std::make_unique<Descriptor>(connect_tcp("127.0.0.1", port, std::chrono::seconds(10)));
}

std::unique_ptr<FarEnd> open_far_end(const border::SessionStart& start) {
  if (start.type == border::SessionType::kPort) {
    const auto port = parse_int(start.port);
    if (!port || *port < 1 || *port > 65535) throw std::runtime_error(start.port + " is no port");
    return open_port(static_cast<std::uint16_t>(*port));
  }
  make_user();
  std::vector<std::string> argv{"runuser", "-u", kUser, "--", "/bin/sh"};
  if (start.type == border::SessionType::kInteractiveCommand) {
    argv.push_back("-c");
    argv.push_back(start.command);
  }
  return open_terminal(argv, "/usr/bin", kHome, kUser);
}

}  // namespace hanbat::guest
