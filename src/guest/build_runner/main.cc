// build-runner <folder>: runs the build whose job.json lies in the folder, and tells everything in events.jsonl there.
#include <csignal>
#include <cstdio>

#include "guest/build_runner/job.h"
#include "os/files.h"

int main(int argc, char** argv) {
  using namespace hanbat;
  using namespace hanbat::guest;
  if (argc != 2) return std::fprintf(stderr, "usage: build-runner FOLDER\n"), 2;
  std::signal(SIGPIPE, SIG_IGN);
  const std::string folder = argv[1];
  try {
    if (path_exists(folder + "/events.jsonl")) {
      // The machine was started anew in the middle of the build; running it twice would do things twice.
      EventLog(folder + "/events.jsonl")
          .write("end", {{"status", "FAULT"}, {"message", "the build's machine was restarted"}});
      return 1;
    }
    return Build(folder, Json::parse(read_file(folder + "/job.json"))).run() ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "build-runner: %s\n", e.what());
    EventLog(folder + "/events.jsonl").write("end", {{"status", "FAULT"}, {"message", std::string(e.what())}});
    return 1;
  }
}
