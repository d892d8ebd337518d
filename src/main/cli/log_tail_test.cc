// What `hanbat logs` shows of a log.
#include "main/cli/log_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::cli {
namespace {

using testing::ElementsAre;

TEST(LogTail, ShowsTheLastLines) {
  LogTail tail(2);
  for (const char* line : {"a", "b", "c", "c"}) tail.add(line);
  EXPECT_THAT(tail.lines(), ElementsAre("c", "c"));
}

TEST(LogTail, ShowsARefusedCallOnceWithItsCount) {
  LogTail tail(10);
  for (const char* line : {"10:00 r-1 refused: User: a may not", "10:01 started", "10:02 r-2 refused: User: b may not",
                           "10:03 r-3 refused: User: a may not", "10:06 r-4 refused: User: a may not"})
    tail.add(line);
  EXPECT_THAT(tail.lines(), ElementsAre("10:01 started", "10:02 r-2 refused: User: b may not",
                                        "10:06 r-4 refused: User: a may not (3 times)"));
}

TEST(LogTail, TakesTheDaemonsOwnCount) {
  LogTail tail(10);
  for (const char* line :
       {"10:00 r-1 refused: User: a may not", "10:09 r-9 refused: User: a may not (10 times since 10:00)"})
    tail.add(line);
  EXPECT_THAT(tail.lines(), ElementsAre("10:09 r-9 refused: User: a may not (10 times since 10:00)"));
}

}  // namespace
}  // namespace hanbat::cli
