#include "main/cli/log_tail.h"

#include <algorithm>

namespace hanbat::cli {
namespace {

/// What a line says was refused, without the time, the request's id and the daemon's own count; "" of other lines.
std::string refusal_of(const std::string& line) {
  constexpr std::string_view kMark = " refused: ";
  const auto at = line.find(kMark);
  if (at == std::string::npos) return "";
  std::string what = line.substr(at + kMark.size());
  if (const auto count = what.rfind(" (");
      what.ends_with(")") && what.find(" times since ", count) != std::string::npos)
    what.resize(count);
  return what;
}

}  // namespace

void LogTail::add(const std::string& text) {
  Line line{text, refusal_of(text)};
  if (!line.refusal.empty()) {
    const auto before =
        std::find_if(lines_.begin(), lines_.end(), [&](const Line& each) { return each.refusal == line.refusal; });
    if (before != lines_.end()) {
      line.times += before->times;
      lines_.erase(before);
    }
  }
  lines_.push_back(std::move(line));
  if (lines_.size() > most_) lines_.pop_front();
}

std::deque<std::string> LogTail::lines() const {
  std::deque<std::string> out;
  for (const Line& line : lines_) {
    const bool counted = line.times == 1 || line.text.ends_with(")");
    out.push_back(counted ? line.text : line.text + " (" + std::to_string(line.times) + " times)");
  }
  return out;
}

}  // namespace hanbat::cli
