// Starts other programs: daemons that stay, and helpers whose output is logged and whose end is awaited.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hanbat::cli {

/// Starts a program with its output appended to `log`, and leaves it running. Returns its pid.
pid_t start_daemon(const std::vector<std::string>& command, const std::filesystem::path& log);

/// Runs a program to its end; each line of its output goes to `line` and to `log`. Returns its exit code.
int run_logged(const std::vector<std::string>& command, const std::filesystem::path& log,
               const std::function<void(const std::string&)>& line);

/// Whether the process exists and has not ended (a zombie has).
bool is_running(pid_t pid);

}  // namespace hanbat::cli
