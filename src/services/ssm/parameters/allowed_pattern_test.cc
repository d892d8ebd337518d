// Patterns of users: what they match, and that none can hold up the region.
#include "services/ssm/parameters/allowed_pattern.h"

#include <gtest/gtest.h>

#include <chrono>

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

TEST(AllowedPattern, APatternWhoseMatchingNeverEndsIsGivenUpSoon) {
  const auto began = std::chrono::steady_clock::now();
  const std::string value = std::string(4000, 'a') + "!";
  EXPECT_EQ(refusal("(a+)+", value), "InvalidAllowedPatternException");
  EXPECT_EQ(refusal("(a|aa)+", value), "InvalidAllowedPatternException");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

}  // namespace
}  // namespace hanbat::ssm
