// Where a message ends when its connection does.
#include "http/parser.h"

#include <gtest/gtest.h>

namespace hanbat::http {
namespace {

TEST(MessageParser, TakesNoConnectionThatEndsBeforeAHeadForAMessage) {
  MessageParser parser(MessageParser::Kind::kResponse, 8192);
  EXPECT_THROW(parser.feed_end(), Error);
  EXPECT_FALSE(parser.done());
}

}  // namespace
}  // namespace hanbat::http
