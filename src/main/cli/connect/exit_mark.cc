#include "main/cli/connect/exit_mark.h"

#include "base/text.h"

namespace hanbat::cli {
namespace {

constexpr char kMarkEnd = '\a';
constexpr std::string_view kBeginWord = "begin";

}  // namespace

std::string ExitMark::wrap(const std::string& command) const {
  // ESC and BEL by their numbers, so that the terminal's echo of this text is no mark itself.
  const std::string mark = "\\033" + open_.substr(1);
  return "printf '" + mark + std::string(kBeginWord) + "\\007'; ( " + command + "\n); printf '" + mark + "%d\\007' $?";
}

std::string ExitMark::take(std::string_view bytes) {
  if (status_) return "";
  held_ += bytes;
  std::string own;
  while (true) {
    const std::size_t at = held_.find(open_);
    if (at == std::string::npos) break;
    own += held_.substr(0, at);
    held_.erase(0, at);
    const std::size_t end = held_.find(kMarkEnd, open_.size());
    if (end == std::string::npos && held_.size() - open_.size() <= kBeginWord.size()) return own;
    if (end == std::string::npos) break;  // it only begins as one
    const std::string value = held_.substr(open_.size(), end - open_.size());
    held_.erase(0, end + 1);
    if (value == kBeginWord) {
      begun_ = true;
      continue;
    }
    status_ = static_cast<int>(parse_int(value).value_or(1));
    held_.clear();
    return own;
  }
  // The longest end of it that the mark begins with.
  std::size_t keep = std::min(open_.size() - 1, held_.size());
  while (keep > 0 && !held_.ends_with(open_.substr(0, keep))) --keep;
  own += held_.substr(0, held_.size() - keep);
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
