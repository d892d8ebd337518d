// Regular expressions of Java's, which AWS's services read, in the words of PCRE2.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace hanbat::ssm {

/// What Java would not take, or what is not carried over (a Unicode block that is not in our table).
struct JavaPatternError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The same expression for PCRE2 (PCRE2_UTF). Classes of characters in Java are sets: [a-z&&[^m]] is an intersection,
/// [a-c[x-z]] a union; its \p{…} have names of their own; and what PCRE2 alone has (recursion, verbs, conditions) is
/// none. Throws JavaPatternError; what is still no regular expression PCRE2 finds itself.
/// Source: java.util.regex.Pattern, "Summary of regular-expression constructs".
std::string to_pcre(std::string_view java);

}  // namespace hanbat::ssm
