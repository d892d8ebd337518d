// Words of enumerations, and the visitor that handles every alternative.
#include "base/words.h"

#include <gtest/gtest.h>

#include <variant>

#include "base/overloaded.h"

namespace {
enum class Light { kRed, kGreen, kBroken };
}

template <>
inline constexpr auto hanbat::kWords<Light> =
    std::to_array<hanbat::Word<Light>>({{Light::kRed, "Red"}, {Light::kGreen, "Green"}});

namespace hanbat {
namespace {

TEST(Words, GoFromValueToWordAndBack) {
  EXPECT_EQ(word_of(Light::kGreen), "Green");
  EXPECT_EQ(find_word<Light>("Red"), Light::kRed);
  EXPECT_EQ(find_word<Light>("red"), std::nullopt);
  EXPECT_THROW(require_word<Light>("Blue"), std::invalid_argument);
  EXPECT_THROW(word_of(Light::kBroken), std::logic_error);
}

TEST(Words, LeftOutMeanTheUsualValue) {
  EXPECT_EQ(require_word(std::nullopt, Light::kGreen), Light::kGreen);
  EXPECT_EQ(require_word("Red", Light::kGreen), Light::kRed);
  EXPECT_THROW(require_word("Blue", Light::kGreen), std::invalid_argument);
}

TEST(Overloaded, PicksTheHandlerOfTheAlternative) {
  const auto name = Overloaded{[](int) { return "number"; }, [](const std::string&) { return "text"; }};
  EXPECT_STREQ(std::visit(name, std::variant<int, std::string>(1)), "number");
  EXPECT_STREQ(std::visit(name, std::variant<int, std::string>("a")), "text");
}

}  // namespace
}  // namespace hanbat
