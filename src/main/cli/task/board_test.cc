// What a contest's board says, without a region.
#include "main/cli/task/board.h"

#include <gtest/gtest.h>

#include "main/cli/task/handed_out.h"

namespace hanbat::cli::task {
namespace {

TEST(BoardPolicy, LetsEachAccountOfTheOrganizationReadItsOwnPartAndWriteNothing) {
  const Json policy = Json::parse(board_policy(board_of("123456789012", "ap-northeast-2"), "o-abc"));
  ASSERT_EQ(policy["Statement"].items().size(), 2u);
  const Json &read = policy["Statement"].items()[0], &list = policy["Statement"].items()[1];
  EXPECT_EQ(read.text("Action"), "s3:GetObject");
  EXPECT_EQ(read.text("Resource"),
            "arn:aws:s3:::hanbat-task-123456789012-ap-northeast-2/competitors/${aws:PrincipalAccount}/*");
  EXPECT_EQ(list.text("Action"), "s3:ListBucket");
  EXPECT_EQ(list["Condition"]["StringEquals"].text("s3:prefix"), "competitors/${aws:PrincipalAccount}/");
  for (const Json* one : {&read, &list})
    EXPECT_EQ((*one)["Condition"]["StringEquals"].text("aws:PrincipalOrgID"), "o-abc");
}

TEST(BoardClock, HasNoKeysAndNoFiles) {
  Entry entry;
  entry.stage = Stage::kPaused;
  entry.keys = {"AKIAANN", "secret", ""};
  entry.pack = "/somewhere";
  entry.start = Timestamp{1'700'000'000'000};
  entry.left = Seconds(90);
  EXPECT_EQ(clock_json(entry).dump(),
            R"({"stage":"paused","start":"2023-11-14T22:13:20Z","end":null,"left_seconds":90})");
}

TEST(BoardHandout, HasWhatAnObjectCanBe) {
  for (const char* key : {"competitors/1/handout/app.py", "competitors/1/handout/자료 1.pdf", "handout/<b>&\"'.txt"})
    EXPECT_TRUE(can_be_posted(key, 1000)) << key;
  EXPECT_TRUE(can_be_posted("k", 32 << 20));
  EXPECT_FALSE(can_be_posted("k", (32 << 20) + 1));
  EXPECT_FALSE(can_be_posted("handout/\xff.txt", 1));
  EXPECT_FALSE(can_be_posted("handout/a\nb", 1));
  EXPECT_FALSE(can_be_posted(std::string(1025, 'k'), 1));
}

}  // namespace
}  // namespace hanbat::cli::task
