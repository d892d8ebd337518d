// Sign-in tokens under a clock that a test moves.
#include "console/sign_in.h"

#include <gtest/gtest.h>

namespace hanbat::console {
namespace {

struct SignInTest : testing::Test {
  FakeClock clock;
  SignIn sign_in{clock};

  std::string keep(const std::string& id) { return sign_in.keep({id, "secret", "token", clock.now() + Seconds(3600)}); }
};

TEST_F(SignInTest, GivesTheCredentialsOfATokenOnce) {
  const std::string token = keep("ASIA1");
  const auto session = sign_in.take(token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->id, "ASIA1");
  EXPECT_FALSE(sign_in.take(token));
}

TEST_F(SignInTest, ForgetsATokenAfterTwoMinutes) {
  const std::string token = keep("ASIA1");
  clock.advance(SignIn::kTokenLife);
  EXPECT_FALSE(sign_in.take(token));
}

TEST_F(SignInTest, KnowsNoTokenThatItDidNotGive) {
  keep("ASIA1");
  EXPECT_FALSE(sign_in.take(""));
  EXPECT_FALSE(sign_in.take(std::string(64, '0')));
}

TEST_F(SignInTest, EndsTheOldestTokenWhenThereAreTooMany) {
  const std::string oldest = keep("ASIA0");
  clock.advance(Seconds(1));
  std::string newest;
  for (std::size_t i = 0; i < SignIn::kMostTokens; ++i) newest = keep("ASIA1");
  EXPECT_FALSE(sign_in.take(oldest));
  EXPECT_TRUE(sign_in.take(newest));
}

TEST_F(SignInTest, LetsNobodyTryAfterTooManyFailuresUntilTheyAreAMinuteAgo) {
  for (std::size_t i = 0; i < SignIn::kMostFailures; ++i) {
    EXPECT_TRUE(sign_in.may_try());
    sign_in.failed();
  }
  EXPECT_FALSE(sign_in.may_try());
  clock.advance(SignIn::kFailureWindow);
  EXPECT_TRUE(sign_in.may_try());
}

}  // namespace
}  // namespace hanbat::console
