// Scripts of commands: what comes back of them, and how they end.
#include <gtest/gtest.h>

#include <thread>

#include "guest/ssm_agent/runner.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

TEST(ScriptTest, outputsAndCodeComeBack) {
  TemporaryFolder t;
  const Json a = run_script({{"echo out", "echo err >&2", "exit 3"}, "", 10, t.path() + "/c"}, {});
  EXPECT_EQ(a.integer("code"), 3);
  EXPECT_EQ(a.text("out"), "out\n");
  EXPECT_EQ(a.text("err"), "err\n");
  EXPECT_FALSE(path_exists(t.path() + "/c"));
}

TEST(ScriptTest, timeAndCancellationEndIt) {
  TemporaryFolder t;
  EXPECT_TRUE(run_script({{"sleep 20"}, "", 1, t.path() + "/c"}, {}).flag("timed_out"));
  std::stop_source source;
  std::jthread canceller([&] { source.request_stop(); });
  EXPECT_TRUE(run_script({{"sleep 20"}, "", 10, t.path() + "/c"}, source.get_token()).flag("cancelled"));
}

TEST(ScriptTest, whatItLeavesInTheBackgroundDoesNotHoldIt) {
  TemporaryFolder t;
  EXPECT_EQ(run_script({{"sleep 5 & echo done"}, "", 4, t.path() + "/c"}, {}).text("out"), "done\n");
}

}  // namespace
}  // namespace hanbat::guest
