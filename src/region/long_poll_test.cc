// Calls that wait for something to be committed.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "region/fake_service.h"
#include "region/testing.h"

namespace hanbat::region {
namespace {

struct NoMembers {
  static const wire::Shape& shape() {
    static constexpr wire::Shape kShape{.name = "Nothing"};
    return kShape;
  }
};

class LongPollTest : public testing::Test {
 protected:
  LongPollTest() {
    service_.on<NoMembers, NoMembers>("Poll", [this](Request& rq, const NoMembers&) {
      ++tries_;
      rq.wait_for("topic", Seconds(25));
      return NoMembers();
    });
    test_.start();
  }
  std::jthread poll() {
    return std::jthread([this] {
      const NoMembers in;
      NoMembers out;
      test_.home.call(test_.home.as(test_.user, test_.region), service_, *service_.find_operation("Poll"), &in, &out);
      answered_ = true;
    });
  }
  static bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(Milliseconds(10));
    return condition();
  }

  TestRegion test_;
  FakeService& service_ = test_.add<FakeService>("polled");
  std::atomic<int> tries_ = 0;
  std::atomic<bool> answered_ = false;
};

TEST_F(LongPollTest, AnIdleCallEntersNoTransactionUntilItsTimeIsOver) {
  const auto polling = poll();
  ASSERT_TRUE(eventually([&] { return tries_ == 1; }));
  test_.clock.advance(Seconds(24));
  std::this_thread::sleep_for(Milliseconds(1300));
  EXPECT_EQ(tries_, 1);
  EXPECT_FALSE(answered_);
  test_.clock.advance(Seconds(1));
  EXPECT_TRUE(eventually([&] { return answered_.load(); }));
  EXPECT_EQ(tries_, 2);
}

TEST_F(LongPollTest, ACommitThatNotifiesMakesTheCallLookAgain) {
  const auto polling = poll();
  ASSERT_TRUE(eventually([&] { return tries_ == 1; }));
  test_.db->write([&](store::Tx& tx) { test_.home.notify(tx, "topic"); });
  EXPECT_TRUE(eventually([&] { return tries_ == 2; }));
  EXPECT_FALSE(answered_);
  test_.clock.advance(Seconds(25));
  EXPECT_TRUE(eventually([&] { return answered_.load(); }));
}

TEST_F(LongPollTest, TheEndOfTheDaemonAnswersTheCall) {
  const auto polling = poll();
  ASSERT_TRUE(eventually([&] { return tries_ == 1; }));
  test_.home.notifier.close();
  EXPECT_TRUE(eventually([&] { return answered_.load(); }));
}

}  // namespace
}  // namespace hanbat::region
