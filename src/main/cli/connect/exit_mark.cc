#include "main/cli/connect/exit_mark.h"

#include "base/text.h"

namespace hanbat::cli {
namespace {

constexpr char kMarkEnd = '\a';
constexpr std::size_t kLongestStatus = 4;

}  // namespace

std::string ExitMark::wrap(const std::string& command) const {
  // ESC and BEL by their numbers, so that the terminal's echo of this text is no mark itself.
  return "( " + command + "\n); printf '\\033" + open_.substr(1) + "%d\\007' $?";
}

std::string ExitMark::take(std::string_view bytes) {
  if (status_) return "";
  held_ += bytes;
  const std::size_t at = held_.find(open_);
  if (at != std::string::npos) {
    const std::size_t end = held_.find(kMarkEnd, at + open_.size());
    if (end != std::string::npos) {
      const auto number = parse_int(held_.substr(at + open_.size(), end - at - open_.size()));
      status_ = static_cast<int>(number.value_or(1));
      std::string own = held_.substr(0, at);
      held_.clear();
      return own;
    }
    if (held_.size() - at - open_.size() <= kLongestStatus) {
      std::string own = held_.substr(0, at);
      held_.erase(0, at);
      return own;
    }
  }
  // The longest end of it that the mark begins with.
  std::size_t keep = std::min(open_.size() - 1, held_.size());
  while (keep > 0 && !held_.ends_with(open_.substr(0, keep))) --keep;
  std::string own = held_.substr(0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return own;
}

std::string ExitMark::rest() { return std::exchange(held_, ""); }

std::string shell_text(const std::vector<std::string>& words) {
  if (words.size() == 1) return words.front();
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "'" : " '") + replace_all(word, "'", "'\\''") + "'";
  return text;
}

}  // namespace hanbat::cli
