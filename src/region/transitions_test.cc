// Transition tables: only what a table has happens.
#include "region/transitions.h"

#include <gtest/gtest.h>

namespace hanbat::region {
namespace {

enum class Door { kOpen, kClosed, kLocked };
enum class Push { kShut, kOpen, kLock };

constexpr Transition<Door, Push> kDoor[] = {{Door::kOpen, Push::kShut, Door::kClosed},
                                            {Door::kClosed, Push::kOpen, Door::kOpen},
                                            {Door::kClosed, Push::kLock, Door::kLocked}};

TEST(Transitions, OnlyWhatTheTableHasHappens) {
  EXPECT_EQ(find_next(kDoor, Door::kClosed, Push::kLock), Door::kLocked);
  EXPECT_EQ(find_next(kDoor, Door::kOpen, Push::kLock), std::nullopt);
  EXPECT_TRUE(is_final(kDoor, Door::kLocked));
  EXPECT_FALSE(is_final(kDoor, Door::kOpen));
}

}  // namespace
}  // namespace hanbat::region
