#include "os/proc.h"

#include <cerrno>
#include <system_error>

#include "os/files.h"

namespace hanbat {

std::string of_process(pid_t pid, std::string_view file) {
  try {
    return find_file("/proc/" + std::to_string(pid) + "/" + std::string(file)).value_or("");
  } catch (const std::system_error& error) {
    if (error.code().value() != ESRCH) throw;
    return "";
  }
}

}  // namespace hanbat
