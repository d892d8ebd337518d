// The two ways in which the command line starts programs, over os/process.h.
#include "main/cli/spawn.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "main/cli/control.h"
#include "os/process.h"

namespace hanbat::cli {
namespace {

Fd open_log(const std::filesystem::path& log) {
  Fd file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (file.get() < 0) throw Failure("open " + log.string() + ": " + std::strerror(errno));
  return file;
}

}  // namespace

pid_t start_daemon(const std::vector<std::string>& command, const std::filesystem::path& log) {
  const Fd output = open_log(log);
  SpawnOptions options;
  options.folder = "/";
  options.out = Stdio::of(output.get());
  options.err = Stdio::of(output.get());
  return Process::spawn(command, options).detach();
}

int run_logged(const std::vector<std::string>& command, const std::filesystem::path& log,
               const std::function<void(const std::string&)>& line) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Failure(std::string("pipe: ") + std::strerror(errno));
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  SpawnOptions options;
  options.out = Stdio::of(writer.get());
  options.err = Stdio::of(writer.get());
  Process child = Process::spawn(command, options);
  writer = Fd();

  std::ofstream file(log, std::ios::app);
  std::string pending;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::read(reader.get(), buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    file.write(buffer, got);
    file.flush();
    pending.append(buffer, static_cast<std::size_t>(got));
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
      if (line) line(pending.substr(0, end));
  }
  return child.wait().code;
}

bool is_running(pid_t pid) {
  ::waitpid(pid, nullptr, WNOHANG);  // a child of ours would stay a zombie otherwise
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return false;
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && name_end + 2 < text.size() && text[name_end + 2] != 'Z';
}

}  // namespace hanbat::cli
