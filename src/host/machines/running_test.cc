// The machines that run when nobody can be asked: told by their monitors, and ended without anybody's help.
#include "host/machines/running.h"

#include <gtest/gtest.h>

#include <thread>

#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

using std::chrono::seconds;

/// A process that is called as Incus's monitors are, with a child that would go on for ever.
Process monitor(const std::string& incus_dir, const std::string& name) {
  return Process::spawn(
      {"bash", "-c", "exec -a \"[lxc monitor] $0/containers $1\" bash -c 'sleep 600; exit 0'", incus_dir, name});
}

TEST(RunningMachines, AreThoseOfTheFolder) {
  const TemporaryFolder folder;
  Process one = monitor(folder.path() + "/dir", "i-1"), other = monitor(folder.path() + "/dir2", "i-2");
  std::vector<RunningMachine> found;
  for (int i = 0; i < 500 && (found = list_running(folder.path() + "/dir")).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].monitor, one.pid());
  EXPECT_TRUE(found[0].name.starts_with("i-1")) << found[0].name;
  EXPECT_EQ(list_running(folder.path() + "/dir2").size(), 1u);
}

TEST(RunningMachines, WithoutPowerNoneIsLeft) {
  const TemporaryFolder folder;
  Process one = monitor(folder.path(), "i-1"), two = monitor(folder.path(), "i-2");
  for (int i = 0; i < 500 && list_running(folder.path()).size() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(list_running(folder.path()).size(), 2u);
  EXPECT_TRUE(cut_power(folder.path(), seconds(10)).empty());
  EXPECT_TRUE(list_running(folder.path()).empty());
}

TEST(Patience, LastsAsLongAsSomethingMoves) {
  const Patience::Time start{};
  Patience patience(seconds(90), start);
  EXPECT_TRUE(patience.goes_on(40, start));
  // Forty machines, two at a time, half a minute each: longer than any of them alone may take.
  for (int pair = 1; pair <= 20; ++pair)
    EXPECT_TRUE(patience.goes_on(40 - 2 * static_cast<std::size_t>(pair), start + seconds(30) * pair)) << pair;
  EXPECT_TRUE(patience.goes_on(0, start + seconds(600 + 89)));
  EXPECT_FALSE(patience.goes_on(0, start + seconds(600 + 90)));
}

TEST(Patience, MoreAgainIsNoMove) {
  const Patience::Time start{};
  Patience patience(seconds(90), start);
  EXPECT_TRUE(patience.goes_on(3, start + seconds(1)));
  EXPECT_TRUE(patience.goes_on(5, start + seconds(80)));
  EXPECT_FALSE(patience.goes_on(4, start + seconds(91)));
}

}  // namespace
}  // namespace hanbat::host
