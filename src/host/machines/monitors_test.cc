// The machines that run when nobody can be asked: told by their monitors, and ended without anybody's help.
#include "host/machines/monitors.h"

#include <gtest/gtest.h>

#include <thread>

#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

/// A process that is called as LXC's monitors are, with a child that would go on for ever.
Process monitor(const std::string& incus_dir, const std::string& name) {
  return Process::spawn(
      {"bash", "-c", "exec -a \"[lxc monitor] $0/containers $1\" bash -c 'sleep 600; exit 0'", incus_dir, name});
}

/// Once there are just so many: a child is called as its parent until it is something else.
std::vector<Monitor> wait_for(const std::string& incus_dir, std::size_t count) {
  std::vector<Monitor> found;
  for (int i = 0; i < 500 && (found = monitors_of(incus_dir)).size() != count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return found;
}

TEST(Monitors, AreThoseOfTheFolder) {
  const TemporaryFolder folder;
  Process one = monitor(folder.path() + "/dir", "i-1"), other = monitor(folder.path() + "/dir2", "i-2");
  const auto found = wait_for(folder.path() + "/dir", 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].pid, one.pid());
  EXPECT_TRUE(found[0].machine.starts_with("i-1")) << found[0].machine;
  EXPECT_EQ(wait_for(folder.path() + "/dir2", 1).size(), 1u);
}

TEST(Monitors, WithoutPowerNoneIsLeft) {
  const TemporaryFolder folder;
  Process one = monitor(folder.path(), "i-1"), two = monitor(folder.path(), "i-2");
  ASSERT_EQ(wait_for(folder.path(), 2).size(), 2u);
  cut_power(folder.path());
  EXPECT_TRUE(monitors_of(folder.path()).empty());
}

}  // namespace
}  // namespace hanbat::host
