// An explanation as people read it in a terminal.
#pragma once

#include <string>

#include "base/json.h"

namespace hanbat::cli {

enum class Language { kEnglish, kKorean };

/// The language of a locale's name: "ko_KR.UTF-8" is Korean, all others are English.
Language language_of(const std::string& locale);

/// The explanation (services/explain/README.md has its form) in lines: what is asked about, the path, the chain of
/// causes down to the first with evidence and the way out, what could not be seen. `now` is in seconds.
std::string explanation_text(const Json& explanation, Language language, double now);

}  // namespace hanbat::cli
