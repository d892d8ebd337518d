#include "wire/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace hanbat::wire {
namespace {

/// Compiled patterns. AWS matches them against the whole value, as Java does.
class Patterns {
 public:
  /// Whether the text matches; a pattern that this engine cannot read lets everything through, a text that it cannot
  /// (no UTF-8, too much work) nothing.
  bool matches(std::string_view pattern, std::string_view text) {
    const pcre2_code* code = find(pattern);
    if (!code) return true;
    std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
        pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
    std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
        pcre2_match_context_create(nullptr), &pcre2_match_context_free);
    pcre2_set_match_limit(context.get(), 1'000'000);
    const int result =
        pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data.get(), context.get());
    return result >= 0;
  }

 private:
  using Code = std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)>;

  const pcre2_code* find(std::string_view pattern) {
    const std::lock_guard lock(mutex_);
    auto found = codes_.find(pattern);
    if (found == codes_.end()) {
      int error = 0;
      PCRE2_SIZE offset = 0;
      // AWS writes \uXXXX as Java does; PCRE2 wants \x{XXXX}.
      std::string own;
      for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\' && i + 5 < pattern.size() && pattern[i + 1] == 'u') {
          own += "\\x{" + std::string(pattern.substr(i + 2, 4)) + "}";
          i += 5;
        } else {
          own += pattern[i];
          if (pattern[i] == '\\' && i + 1 < pattern.size()) own += pattern[++i];
        }
      }
      Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(own.data()), own.size(),
                              PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF, &error, &offset, nullptr),
                &pcre2_code_free);
      found = codes_.emplace(std::string(pattern), std::move(code)).first;
    }
    return found->second.get();
  }

  std::mutex mutex_;
  std::map<std::string, Code, std::less<>> codes_;
};

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  static Patterns patterns;
  return patterns.matches(pattern, text);
}

}  // namespace hanbat::wire
