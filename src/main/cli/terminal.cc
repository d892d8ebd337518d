#include "main/cli/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace hanbat::cli {

bool output_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

Colours Colours::of_output() {
  const char* none = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = !terminal || std::string_view(terminal) == "dumb";
  return Colours(output_is_terminal() && !dumb && !(none && *none));
}

}  // namespace hanbat::cli
