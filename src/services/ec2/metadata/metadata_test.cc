// Tokens of the metadata service.
#include "services/ec2/metadata/metadata.h"

#include <gtest/gtest.h>

namespace hanbat::ec2 {
namespace {

TEST(Metadata, AnswersATokenToItsOwnInstanceAloneAndUntilItEnds) {
  Metadata metadata;
  const std::string token = metadata.issue_token("i-1", Timestamp{0}, Seconds(10));
  EXPECT_TRUE(metadata.is_token("i-1", token, Timestamp{9'999}));
  EXPECT_FALSE(metadata.is_token("i-1", token, Timestamp{10'000}));
  EXPECT_FALSE(metadata.is_token("i-2", token, Timestamp{0}));
  EXPECT_FALSE(metadata.is_token("i-1", "", Timestamp{0}));
}

TEST(Metadata, KeepsSoManyTokensOfAnInstanceThatNoneFillsItsMemory) {
  Metadata metadata;
  const std::string other = metadata.issue_token("i-2", Timestamp{0}, Seconds(10));
  const std::string first = metadata.issue_token("i-1", Timestamp{0}, Seconds(10));
  std::string last;
  for (int i = 0; i < 256; ++i) last = metadata.issue_token("i-1", Timestamp{0}, Seconds(10));
  EXPECT_FALSE(metadata.is_token("i-1", first, Timestamp{0}));
  EXPECT_TRUE(metadata.is_token("i-1", last, Timestamp{0}));
  EXPECT_TRUE(metadata.is_token("i-2", other, Timestamp{0}));
}

}  // namespace
}  // namespace hanbat::ec2
