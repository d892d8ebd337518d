#include "main/cli/browser.h"

#include <cstdlib>
#include <exception>

#include "main/cli/spawn.h"
#include "main/cli/terminal.h"

namespace hanbat::cli {
namespace {

bool has_desktop() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"})
    if (const char* value = std::getenv(name); value && *value) return true;
  return false;
}

}  // namespace

void browse(const std::string& address, Browser browser) {
  if (browser == Browser::kLeave || !output_is_terminal() || !has_desktop()) return;
  try {
    start_daemon({"xdg-open", address}, "/dev/null");
  } catch (const std::exception&) {
    // There is no xdg-open here.
  }
}

}  // namespace hanbat::cli
