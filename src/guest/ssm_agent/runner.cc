#include "guest/ssm_agent/runner.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "base/text.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

using border::CommandReply;

constexpr std::size_t kKept = 24000;

void take(int fd, std::string& into, bool& open) {
  std::array<char, 8192> chunk;
  const ssize_t n = ::read(fd, chunk.data(), chunk.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0)
    open = false;
  else if (into.size() < kKept)
    into.append(chunk.data(), std::min(static_cast<std::size_t>(n), kKept - into.size()));
}

Process start(const border::ShellCommand& command, const std::string& folder) {
  const std::string script = folder + "/_script.sh";
  const bool names_shell = !command.commands.empty() && command.commands.front().starts_with("#!");
  write_file_atomic(script, (names_shell ? "" : "#!/bin/sh\n") + join(command.commands, "\n") + "\n", 0700);
  SpawnOptions options;
  options.folder = command.working_directory.empty() ? folder : command.working_directory;
  options.variables = {
      {"HOME", "/root"}, {"USER", "root"}, {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  options.out = Stdio::pipe();
  options.err = Stdio::pipe();
  // A shell of its own says, and as a code, when the one that the script names is not there.
  return Process::spawn({"/bin/sh", "-c", "exec \"$0\"", script}, options);
}

/// Reads the outputs until the script has ended by itself, by time or by the stop request.
CommandReply follow(Process& child, int timeout_s, const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  CommandReply reply;
  bool out_open = true, err_open = true;
  const auto deadline = Clock::now() + std::chrono::seconds(timeout_s);
  std::optional<Exit> exit;
  auto closing = Clock::time_point::max();
  while (!exit || ((out_open || err_open) && Clock::now() < closing)) {
    if (!exit && (stop.stop_requested() || Clock::now() >= deadline)) {
      reply.ending = stop.stop_requested() ? CommandReply::Ending::kCancelled : CommandReply::Ending::kTimedOut;
      exit = child.stop(std::chrono::seconds(2));
      break;
    }
    std::array<pollfd, 3> fds{{{out_open ? child.out.get() : -1, POLLIN, 0},
                               {err_open ? child.err.get() : -1, POLLIN, 0},
                               {exit ? -1 : child.pidfd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), 200);
    if (fds[0].revents) take(child.out.get(), reply.out, out_open);
    if (fds[1].revents) take(child.err.get(), reply.err, err_open);
    if (fds[2].revents && (exit = child.wait(std::chrono::milliseconds(0))))
      // What the script left in the background may keep its outputs open for ever; what is there now is read.
      closing = Clock::now() + std::chrono::milliseconds(500);
  }
  reply.code = exit->code;
  return reply;
}

}  // namespace

CommandReply run_script(const border::ShellCommand& command, const std::string& folder, std::stop_token stop) {
  make_folders(folder, 0700);
  Process child;
  try {
    child = start(command, folder);
  } catch (const std::exception& e) {
    return {.err = std::string("the script could not be started: ") + e.what()};
  }
  CommandReply reply = follow(child, command.execution_timeout_s, stop);
  remove_tree(folder);
  return reply;
}

}  // namespace hanbat::guest
