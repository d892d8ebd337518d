// A request's head: the parts of its target and its fields.
#include "http/message.h"

#include <gtest/gtest.h>

#include <optional>

namespace hanbat::http {
namespace {

TEST(RequestHead, TakesItsTargetApart) {
  RequestHead head;
  head.raw_query = "a=1&b=x%20y+z&flag&=e";
  head.headers = {{"hOST", "LocalHost:4566"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(head.query("b"), "x y z");
  EXPECT_EQ(head.query("flag"), "");
  EXPECT_EQ(head.query("none"), std::nullopt);
  EXPECT_EQ(head.host(), "localhost");
  EXPECT_EQ(head.headers.joined("X"), "1,2");
}

}  // namespace
}  // namespace hanbat::http
