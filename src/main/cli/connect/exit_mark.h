// How a command's exit status comes through a terminal, which carries none: the command is followed by a mark that no
// program prints, and the mark is taken out of what is shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat::cli {

class ExitMark {
 public:
  /// `secret`: letters and digits that the command cannot know.
  explicit ExitMark(std::string secret) : open_("\x1b]hanbat;" + std::move(secret) + ";") {}

  /// The shell text that prints a first mark, runs `command`, and then prints the mark with its status.
  std::string wrap(const std::string& command) const;
  /// What of these bytes is the command's own. Holds back what may be the beginning of the mark.
  std::string take(std::string_view bytes);
  /// What was held back and is no mark, once no more comes.
  std::string rest();
  /// Whether the command has begun: what is typed before that would be shown by the terminal.
  bool begun() const { return begun_; }
  std::optional<int> status() const { return status_; }

 private:
  std::string open_;
  std::string held_;
  bool begun_ = false;
  std::optional<int> status_;
};

/// Words as one shell text: a single word as it is, several each as it is.
std::string shell_text(const std::vector<std::string>& words);

}  // namespace hanbat::cli
