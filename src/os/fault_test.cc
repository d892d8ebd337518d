// Fault points, each case in a process of its own: what the environment asks for is read once.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "os/fault.h"
#include "os/files.h"

namespace hanbat {
namespace {

class Faults : public testing::Test {
 protected:
  // The child starts the program anew, and runs this case alone up to its end.
  Faults() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~Faults() override {
    ::unsetenv("HANBAT_FAULT");
    ::unsetenv("HANBAT_FAULT_LOG");
  }
};
using FaultsDeathTest = Faults;

TEST_F(FaultsDeathTest, KillTheProcessThatPassesThePoint) {
  ::setenv("HANBAT_FAULT", "commit:before:s3.PutObject", 1);
  const auto pass = [] {
    fault_point("commit:before");
    fault_point("commit:before", "s3.GetObject");
    const FaultScope scope("s3", ".", "PutObject");
    fault_point("commit:after");
    {
      const FaultScope inner("task:", "x");
      fault_point("commit:before");
    }
    std::thread([] { fault_point("commit:before"); }).join();
  };
  EXPECT_EXIT(
      {
        pass();
        ::_exit(7);
      },
      testing::ExitedWithCode(7), "");
  EXPECT_EXIT(
      {
        pass();
        const FaultScope scope("s3.PutObject");
        fault_point("commit:before");
        ::_exit(7);
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST_F(FaultsDeathTest, KillAtThePassThatIsAskedForAndAtAnyOfTheNamedPoints) {
  ::setenv("HANBAT_FAULT", "a:x#3,b:y", 1);
  const auto pass = [](int times) {
    for (int i = 0; i < times; ++i) fault_point("a", "x");
  };
  EXPECT_EXIT(
      {
        pass(2);
        ::_exit(7);
      },
      testing::ExitedWithCode(7), "");
  EXPECT_EXIT(
      {
        pass(3);
        ::_exit(7);
      },
      testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(
      {
        fault_point("b", "y");
        ::_exit(7);
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST_F(FaultsDeathTest, AreWrittenDownOnceEach) {
  // The child keeps the path that its parent chose.
  ::setenv("HANBAT_FAULT_LOG", (testing::TempDir() + "faults." + std::to_string(::getpid())).c_str(), 0);
  const std::string log = ::getenv("HANBAT_FAULT_LOG");
  const auto pass = [] {
    for (int i = 0; i < 3; ++i) fault_point("a");
    FaultScope scope("task:", "x");
    fault_point("a");
    scope.rename("lease:", "y");
    fault_point("a");
    ::_exit(7);
  };
  EXPECT_EXIT(pass(), testing::ExitedWithCode(7), "");
  EXPECT_EQ(read_file(log), "a:other\na:task:x\na:lease:y\n");
  ::unlink(log.c_str());
}

}  // namespace
}  // namespace hanbat
