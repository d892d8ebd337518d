// Text of strangers in pages.
#include "base/html.h"

#include <gtest/gtest.h>

namespace hanbat {
namespace {

TEST(Html, TextMeansNothingToABrowser) {
  EXPECT_EQ(html_text("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(html_text("a\n\tb\x01\x7f"), "a\n\tb\uFFFD\uFFFD");
  EXPECT_EQ(html_text("\xff"), "\uFFFD");
  EXPECT_EQ(html_text("한밭"), "한밭");
}

}  // namespace
}  // namespace hanbat
