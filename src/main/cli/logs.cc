// Shows the end of a daemon's log and, when asked, what is added to it.
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/text.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/log_tail.h"

namespace hanbat::cli {

void logs(const Home& home, const std::string& name, int lines, Follow follow) {
  const std::filesystem::path path = home.logs() / (name + ".log");
  std::ifstream file(path);
  if (!file) throw Failure("there is no " + path.string() + "; a region writes it once it has been started: hanbat up");
  LogTail tail(static_cast<std::size_t>(lines));
  for (std::string line; std::getline(file, line);) tail.add(line);
  for (const std::string& line : tail.lines()) std::cout << line << "\n";
  std::cout.flush();
  while (follow == Follow::kYes && std::cout) {
    file.clear();
    for (std::string line; std::getline(file, line);) std::cout << line << std::endl;
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
}

}  // namespace hanbat::cli
