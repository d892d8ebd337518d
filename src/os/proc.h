// What the kernel tells of processes.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace hanbat {

/// What the file of that name below the process's folder in /proc holds; "" when the process has ended, which it may
/// do at any moment. Throws as `find_file` for other reasons.
std::string of_process(pid_t pid, std::string_view file);

}  // namespace hanbat
