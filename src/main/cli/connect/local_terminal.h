// The user's own terminal while another's shell runs in it.
#pragma once

#include <termios.h>

#include <optional>

namespace hanbat::cli {

/// Keys go through as they are typed, Ctrl-C among them, until it ends; nothing where standard input is no terminal.
class RawInput {
 public:
  RawInput();
  ~RawInput();
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

 private:
  std::optional<termios> before_;
};

struct WindowSize {
  int columns = 80, rows = 24;
  bool operator==(const WindowSize&) const = default;
};

/// Of standard output; nothing where that is no terminal.
std::optional<WindowSize> window_size();
bool input_is_terminal();

}  // namespace hanbat::cli
