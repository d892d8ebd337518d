// Regular expressions of AWS's models, as its services match them.
#pragma once

#include <string_view>

namespace hanbat::wire {

/// Whether the whole text, which is UTF-8, matches the pattern of a model. A pattern that PCRE2 cannot read lets
/// everything through, a text that it cannot (no UTF-8, too much work) nothing. Patterns are compiled once and kept, so
/// they must not come from callers. Any thread.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace hanbat::wire
