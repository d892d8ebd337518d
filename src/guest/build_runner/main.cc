// build-runner <folder>: runs the build whose job.json lies in the folder, and reports everything in events.jsonl
// there.
#include <csignal>
#include <cstdio>

#include "border/fields.h"
#include "guest/build_runner/job.h"
#include "os/files.h"

int main(int argc, char** argv) {
  using namespace hanbat;
  using namespace hanbat::guest;
  if (argc != 2) return std::fprintf(stderr, "usage: build-runner FOLDER\n"), 2;
  std::signal(SIGPIPE, SIG_IGN);
  const std::string folder = argv[1], events = folder + "/events.jsonl";
  try {
    // When the machine was started anew in the middle of the build, running it twice would do things twice.
    if (path_exists(events)) throw std::runtime_error("the build's machine was restarted");
    const Json job = border::parse_message(read_file(folder + "/job.json"), "job.json");
    return Build(folder, border::BuildJob::from_json(job)).run() ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "build-runner: %s\n", e.what());
    EventLog(events).write(border::BuildEnded{border::BuildOutcome::kFault, e.what()});
    return 1;
  }
}
