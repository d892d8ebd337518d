// UTF-8: what is, and what is made of what is not.
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace hanbat {
namespace {

TEST(Utf8, IsToldFromWhatIsNot) {
  for (const char* good : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\xFF", "\x80", "\xC0\x80", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xC3z"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, PutsTheReplacementCharacterWhereNoUtf8Is) {
  EXPECT_EQ(to_utf8("a\xFFz\xC3"), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("\xC3\xA9"), "\xC3\xA9");
}

}  // namespace
}  // namespace hanbat
