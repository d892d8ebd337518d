// The end of a daemon's log as people want to see it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace hanbat::cli {

/// The last lines of a log, in which a refused call stands once: where it came last, with how often it came.
class LogTail {
 public:
  explicit LogTail(std::size_t most) : most_(most) {}

  void add(const std::string& line);
  std::deque<std::string> lines() const;

 private:
  struct Line {
    std::string text, refusal;  // what was refused, or ""
    int times = 1;
  };
  std::size_t most_;
  std::deque<Line> lines_;
};

}  // namespace hanbat::cli
