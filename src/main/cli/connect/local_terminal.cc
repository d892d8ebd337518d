#include "main/cli/connect/local_terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace hanbat::cli {

RawInput::RawInput() {
  termios now{};
  if (!input_is_terminal() || ::tcgetattr(STDIN_FILENO, &now) != 0) return;
  before_ = now;
  ::cfmakeraw(&now);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

RawInput::~RawInput() {
  if (before_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
}

bool input_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

std::optional<WindowSize> window_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return WindowSize{size.ws_col, size.ws_row};
}

}  // namespace hanbat::cli
