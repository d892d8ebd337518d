// The regular expression that a parameter's values must match, which is its user's, in Java's dialect: read and matched
// within bounds.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::ssm {

/// Throws ParameterPatternMismatchException unless the whole value matches the pattern, InvalidAllowedPatternException
/// for a pattern that is none or whose matching would take too much work. Takes some milliseconds at most.
/// Source: PutParameter in the Systems Manager API reference.
void require_match(const std::string& pattern, std::string_view value);

}  // namespace hanbat::ssm
