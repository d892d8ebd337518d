// What standard output is: a terminal or not, how wide, and whether it may have colours.
#pragma once

#include <string>

namespace hanbat::cli {

bool output_is_terminal();

/// Marks words where that is wanted: on a terminal that is not dumb, unless NO_COLOR is set (no-color.org).
class Colours {
 public:
  static Colours of_output();
  explicit Colours(bool wanted) : wanted_(wanted) {}

  std::string good(const std::string& text) const { return in("32", text); }
  std::string bad(const std::string& text) const { return in("31", text); }
  std::string busy(const std::string& text) const { return in("33", text); }
  std::string faint(const std::string& text) const { return in("2", text); }
  std::string bold(const std::string& text) const { return in("1", text); }

 private:
  std::string in(const std::string& code, const std::string& text) const {
    return wanted_ && !text.empty() ? "\x1b[" + code + "m" + text + "\x1b[0m" : text;
  }
  bool wanted_;
};

}  // namespace hanbat::cli
