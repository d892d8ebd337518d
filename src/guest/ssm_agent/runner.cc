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

}  // namespace

Json run_script(const ScriptRun& run, std::stop_token stop) {
  make_folders(run.folder, 0700);
  const std::string script = run.folder + "/_script.sh";
  write_file_atomic(script, "#!/bin/sh\n" + join(run.commands, "\n") + "\n", 0700);
  SpawnOptions options;
  options.folder = run.working_directory.empty() ? run.folder : run.working_directory;
  options.variables = {
      {"HOME", "/root"}, {"USER", "root"}, {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  options.out = Stdio::pipe();
  options.err = Stdio::pipe();
  Json answer = Json::object({{"code", 1}, {"out", ""}, {"err", ""}});
  Process child;
  try {
    child = Process::spawn({"/bin/sh", script}, options);
  } catch (const std::exception& e) {
    answer["err"] = std::string("the script could not be started: ") + e.what();
    return answer;
  }
  std::string out, err;
  bool out_open = true, err_open = true;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(run.timeout_s);
  std::optional<Exit> exit;
  auto closing = std::chrono::steady_clock::time_point::max();
  while (!exit || ((out_open || err_open) && std::chrono::steady_clock::now() < closing)) {
    if (!exit && (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline)) {
      answer[stop.stop_requested() ? "cancelled" : "timed_out"] = true;
      exit = child.stop(std::chrono::seconds(2));
      break;
    }
    std::array<pollfd, 3> fds{{{out_open ? child.out.get() : -1, POLLIN, 0},
                               {err_open ? child.err.get() : -1, POLLIN, 0},
                               {exit ? -1 : child.pidfd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), 200);
    if (fds[0].revents) take(child.out.get(), out, out_open);
    if (fds[1].revents) take(child.err.get(), err, err_open);
    if (fds[2].revents && (exit = child.wait(std::chrono::milliseconds(0))))
      // What the script left in the background may keep its outputs open for ever; what is there now is read.
      closing = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  }
  answer["code"] = exit->code;
  answer["out"] = out;
  answer["err"] = err;
  remove_tree(run.folder);
  return answer;
}

}  // namespace hanbat::guest
