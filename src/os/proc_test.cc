// What a process tells of itself, and what one that has ended does not.
#include "os/proc.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hanbat {
namespace {

TEST(Proc, AProcessThatEndedTellsNothing) {
  EXPECT_NE(of_process(::getpid(), "stat").find("("), std::string::npos);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_GT(child, 0);
  // Ended, and known to the kernel: its command line is empty.
  while (of_process(child, "stat").find(") Z ") == std::string::npos) ::usleep(1000);
  EXPECT_EQ(of_process(child, "cmdline"), "");
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(of_process(child, "stat"), "");
}

}  // namespace
}  // namespace hanbat
