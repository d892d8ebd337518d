// Patterns of users: what they match, and that none can hold up the region.
#include "services/ssm/parameters/allowed_pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

std::string refusal(const std::string& pattern, std::string_view value) {
  return wire::code_of([&] { require_match(pattern, value); });
}

TEST(AllowedPattern, TheWholeValueMustMatch) {
  EXPECT_EQ(refusal("^\\d+$", "2026"), "");
  EXPECT_EQ(refusal("\\d+", "2026"), "");
  EXPECT_EQ(refusal("\\d+", "2026a"), "ParameterPatternMismatchException");
  EXPECT_EQ(refusal("[가-힣]{2}", "한밭"), "");
  EXPECT_EQ(refusal("(?<year>\\d{4})-(?=1)1[0-2]", "2026-11"), "");
}

TEST(AllowedPattern, WhatIsNoRegularExpressionIsAnInvalidPattern) {
  for (const char* pattern : {"[", "(", "a{2,1}", "*"})
    EXPECT_EQ(refusal(pattern, "a"), "InvalidAllowedPatternException") << pattern;
}

// What java.util.regex says of each, by its documentation.
TEST(AllowedPattern, TheyAreJavas) {
  struct Case {
    const char* pattern;
    const char* matches;
    const char* does_not;
  };
  const std::vector<Case> cases = {{"[a-z&&[^a]]+", "bcd", "abc"},
                                   {"[a-z&&[def]]+", "de", "ag"},
                                   {"[a-z&&[def]x]+", "dex", "a"},
                                   {"[a-z&&[^bc]&&[^x-z]]+", "adw", "ab"},
                                   {"[\\w&&[^_]]*", "ab9", "a_b"},
                                   {"[a-c[x-z]]+", "axb", "m"},
                                   {"[^a-c[x-z]]+", "mn", "x"},
                                   {"[^a-z&&[def]]+", "abc", "d"},
                                   {"[^[^a]]", "a", "b"},
                                   {"[[:alpha:]]+", "alpha:", "xyz"},
                                   {"[]a]+", "]a", "b"},
                                   {"[a\\]&&\\]]", "]", "a"},
                                   {"\\p{Alnum}+", "aZ9", "a-"},
                                   {"\\p{Punct}+", "!]^~", "a"},
                                   {"\\P{Alpha}+", "123", "1a"},
                                   {"[\\p{Upper}\\d]+", "AB1", "Ab"},
                                   {"[\\P{Digit}x]+", "ax", "a1"},
                                   {"\\p{IsAlphabetic}+", "한밭a", "1"},
                                   {"\\p{IsHangul}+", "한밭", "ab"},
                                   {"\\p{InGreek}+", "αβ", "ab"},
                                   {"\\p{InHangulSyllables}+", "한", "ㅎ"},
                                   {"\\p{L}\\p{Lu}\\pN", "aB1", "ab1"},
                                   {"\\p{gc=Lu}\\p{sc=Latin}", "Aa", "aA"},
                                   {"\\p{javaLowerCase}+", "ab", "aB"},
                                   {"\\u0041\\x42\\x{43}\\0104", "ABCD", "abcd"},
                                   {"(?i)abc(?d)", "ABC", "abd"},
                                   {"(?i:a)b", "Ab", "AB"},
                                   {"\\Qa.b\\E+", "a.bb", "axb"},
                                   {"a{2}b{1,}c{0,1}", "aabb", "ab"},
                                   {"(?<n>a)\\k<n>", "aa", "ab"},
                                   {"(?>a+)b", "aab", "b"},
                                   {"a++b", "aab", "b"},
                                   {"\\$\\{x\\}", "${x}", "x"}};
  for (const Case& c : cases) {
    EXPECT_EQ(refusal(c.pattern, c.matches), "") << c.pattern;
    EXPECT_EQ(refusal(c.pattern, c.does_not), "ParameterPatternMismatchException") << c.pattern;
  }
}

TEST(AllowedPattern, WhatPcreAloneHasIsNone) {
  for (const char* pattern :
       {"(?R)",  "a(?1)",        "(?&x)",          "(?P<x>a)", "(?|a|b)", "(?(1)a)", "(?#a)a", "(?'x'a)",  "(*ACCEPT)",
        "a\\Kb", "\\y",          "\\g1",           "\\C",      "a{",      "{a}",     "a{,2}",  "\\u00",    "\\x4",
        "\\09",  "\\p{Nothing}", "\\p{InNowhere}", "\\p{^L}",  "[a&&",    "[a[b]",   "(?J)a",  "(?<1a>b)", "\\"})
    EXPECT_EQ(refusal(pattern, "a"), "InvalidAllowedPatternException") << pattern;
  EXPECT_EQ(refusal(std::string(2000, '['), "a"), "InvalidAllowedPatternException");
}

TEST(AllowedPattern, APatternWhoseMatchingNeverEndsIsGivenUpSoon) {
  const auto began = std::chrono::steady_clock::now();
  const std::string value = std::string(4000, 'a') + "!";
  EXPECT_EQ(refusal("(a+)+", value), "InvalidAllowedPatternException");
  EXPECT_EQ(refusal("(a|aa)+", value), "InvalidAllowedPatternException");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

}  // namespace
}  // namespace hanbat::ssm
