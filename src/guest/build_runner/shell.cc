// The shell reads names of files from descriptor 9 and sources each; descriptor 8 carries the exit codes. Both are
// closed while a command runs, so what it leaves in the background holds neither.
#include "guest/build_runner/shell.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/text.h"
#include "os/files.h"

namespace hanbat::guest {

std::string shell_quote(const std::string& text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

Shell::Shell(ShellOptions options) : options_(std::move(options)), state_file_(options_.scratch + "/state") { start(); }

void Shell::start() {
  std::array<int, 2> commands{}, results{};
  if (::pipe2(commands.data(), O_CLOEXEC) != 0 || ::pipe2(results.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  const Fd command_reader(commands[0]), result_writer(results[1]);
  commands_ = Fd(commands[1]);
  results_ = Fd(results[0]);
  SpawnOptions spawn;
  spawn.environment = Environment::kEmpty;
  spawn.variables = options_.environment;
  spawn.folder = options_.folder;
  spawn.user = options_.user;
  spawn.out = Stdio::pipe();
  spawn.descriptors = {{command_reader.get(), 9}, {result_writer.get(), 8}};
  const std::string program = options_.program.starts_with('/') ? options_.program : "/bin/" + options_.program;
  const std::string state = shell_quote(state_file_);
  // The state is only read back when a command ended the shell.
  const std::string loop =
      "exec 2>&1; trap '{ export -p; printf \"cd %s\\n\" \"$(pwd | sed \"s/ /\\\\\\\\ /g\")\"; } >" + state_file_ +
      " 2>/dev/null' EXIT; [ ! -e " + state + " ] || . " + state +
      "; while IFS= read -r hanbat_command <&9; do . \"$hanbat_command\" </dev/null 8>&- 9<&-; echo $? >&8; done";
  process_ = Process::spawn({program, "-c", loop}, spawn);
}

void Shell::take_output(int timeout_ms) {
  while (true) {
    pollfd fd{process_.out.get(), POLLIN, 0};
    if (::poll(&fd, 1, timeout_ms) <= 0) return;
    std::array<char, 16384> chunk;
    const ssize_t n = ::read(process_.out.get(), chunk.data(), chunk.size());
    if (n <= 0) return;
    partial_.append(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t at; (at = partial_.find('\n')) != std::string::npos; partial_.erase(0, at + 1))
      options_.on_line(partial_.substr(0, at));
    if (partial_.size() > 60000) {  // no newline at all: a line must fit into a log event
      options_.on_line(partial_);
      partial_.clear();
    }
    timeout_ms = 0;
  }
}

int Shell::run(const std::string& command) {
  if (!process_.running()) start();
  const std::string file = options_.scratch + "/command-" + std::to_string(++count_);
  write_file_atomic(file, command + "\n", 0644);
  const std::string line = file + "\n";
  if (::write(commands_.get(), line.data(), line.size()) < 0 && errno != EPIPE)
    throw std::system_error(errno, std::generic_category(), "write to the shell");
  std::string result;
  int code = -1;
  while (code < 0) {
    std::array<pollfd, 3> fds{
        {{results_.get(), POLLIN, 0}, {process_.out.get(), POLLIN, 0}, {process_.pidfd(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), 60000) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    if (fds[1].revents & POLLIN) take_output(0);
    if (fds[0].revents & POLLIN) {
      std::array<char, 64> chunk;
      const ssize_t n = ::read(results_.get(), chunk.data(), chunk.size());
      if (n > 0) result.append(chunk.data(), static_cast<std::size_t>(n));
      if (result.ends_with('\n')) code = static_cast<int>(parse_int(trim(result)).value_or(1));
    } else if (fds[2].revents) {
      if (auto exit = process_.wait(std::chrono::milliseconds(0))) {
        code = exit->code;
        take_output(0);
        process_ = Process();
      }
    }
  }
  if (process_.running()) take_output(0);
  if (!partial_.empty()) options_.on_line(partial_);
  partial_.clear();
  ::unlink(file.c_str());
  return code;
}

std::string Shell::variable(const std::string& name) {
  const std::string file = options_.scratch + "/value";
  run("printf %s \"${" + name + "-}\" >" + shell_quote(file));
  const std::string value = find_file(file).value_or("");
  ::unlink(file.c_str());
  return value;
}

void Shell::set(const std::string& name, const std::string& value) {
  options_.environment[name] = value;
  run("export " + name + "=" + shell_quote(value));
}

}  // namespace hanbat::guest
