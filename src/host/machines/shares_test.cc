// Processors are shared by account.
#include "host/machines/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::host {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

MachineState machine(const std::string& name, const std::string& account,
                     MachineStatus status = MachineStatus::kRunning) {
  MachineState state{.name = name, .status = status};
  if (!account.empty()) state.labels = {{"service", "ec2"}, {"account", account}};
  return state;
}

TEST(Shares, AnAccountHasTheSameHoweverManyMachinesItRuns) {
  EXPECT_THAT(shares_of({machine("i-1", "1"), machine("i-2", "2"), machine("i-3", "2"), machine("i-4", "2"),
                         machine("i-5", "2"), machine("i-6", "1", MachineStatus::kStopped), machine("b-1", "")}),
              UnorderedElementsAre(Pair("i-1", 100), Pair("i-2", 25), Pair("i-3", 25), Pair("i-4", 25), Pair("i-5", 25),
                                   Pair("b-1", 100)));
}

TEST(Shares, AreWrittenInTheWordsOfTheControlGroupsThatThereAre) {
  const TemporaryFolder root;
  for (const char* folder : {"/cpu/lxc.payload.i-1", "/lxc.payload.i-2"}) make_folders(root.path() + folder);
  write_file_atomic(root.path() + "/cpu/lxc.payload.i-1/cpu.shares", "1024");
  write_file_atomic(root.path() + "/lxc.payload.i-2/cpu.weight", "100");
  for (const char* name : {"i-1", "i-2", "i-gone"}) give_share(name, 25, root.path());
  EXPECT_EQ(read_file(root.path() + "/cpu/lxc.payload.i-1/cpu.shares"), "128");
  EXPECT_EQ(read_file(root.path() + "/lxc.payload.i-2/cpu.weight"), "12");
  EXPECT_FALSE(path_exists(root.path() + "/cpu/lxc.payload.i-gone"));
}

}  // namespace
}  // namespace hanbat::host
