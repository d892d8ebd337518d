#include "services/ssm/parameters/allowed_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>

#include "gen/ssm/model.h"
#include "services/ssm/parameters/java_pattern.h"

namespace hanbat::ssm {
namespace {

// Of PCRE2's steps; each takes some ten nanoseconds. And KiB of memory.
constexpr std::uint32_t kMostSteps = 200'000;
constexpr std::uint32_t kMostMemory = 4096;

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Code = std::unique_ptr<pcre2_code, Freeing<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freeing<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freeing<pcre2_match_context_free>>;

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

InvalidAllowedPatternException invalid_pattern(const std::string& pattern) {
  return InvalidAllowedPatternException("The parameter's allowedPattern is no regular expression: " + pattern);
}

}  // namespace

void require_match(const std::string& pattern, std::string_view value) {
  std::string own;
  try {
    own = to_pcre(pattern);
  } catch (const JavaPatternError&) {
    throw invalid_pattern(pattern);
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  const Code code(
      pcre2_compile(bytes(own), own.size(), PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF, &error, &offset, nullptr));
  if (!code) throw invalid_pattern(pattern);
  const MatchData data(pcre2_match_data_create_from_pattern(code.get(), nullptr));
  const MatchContext context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMostSteps);
  pcre2_set_heap_limit(context.get(), kMostMemory);
  const int result = pcre2_match(code.get(), bytes(value), value.size(), 0, 0, data.get(), context.get());
  if (result >= 0) return;
  if (result == PCRE2_ERROR_NOMATCH)
    throw ParameterPatternMismatchException("Parameter value, cannot be validated against allowedPattern: " + pattern);
  throw invalid_pattern(pattern);
}

}  // namespace hanbat::ssm
