// Scripts of commands: what comes back of them, and how they end.
#include <gtest/gtest.h>

#include <thread>

#include "guest/ssm_agent/kept_commands.h"
#include "guest/ssm_agent/runner.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

using border::CommandReply;

border::ShellCommand script(std::vector<std::string> lines, int timeout_s) {
  return {.command_id = "c", .commands = std::move(lines), .execution_timeout_s = timeout_s};
}

TEST(ScriptTest, OutputsAndCodeComeBack) {
  TemporaryFolder t;
  const CommandReply a = run_script(script({"echo out", "echo err >&2", "exit 3"}, 10), t.path() + "/c", {});
  EXPECT_EQ(a, (CommandReply{3, "out\n", "err\n"}));
  EXPECT_FALSE(path_exists(t.path() + "/c"));
}

TEST(ScriptTest, ItsFirstLineMayNameAnotherShell) {
  TemporaryFolder t;
  EXPECT_EQ(run_script(script({"#!/bin/bash", "both=(a b)", "echo ${both[1]}"}, 10), t.path() + "/c", {}),
            (CommandReply{0, "b\n", ""}));
  EXPECT_EQ(run_script(script({"#!/none/such", "true"}, 10), t.path() + "/c", {}).code, 127);
}

TEST(ScriptTest, TimeAndCancellationEndIt) {
  TemporaryFolder t;
  EXPECT_TRUE(run_script(script({"sleep 20"}, 1), t.path() + "/c", {}).ending == CommandReply::Ending::kTimedOut);
  std::stop_source source;
  std::jthread canceller([&] { source.request_stop(); });
  EXPECT_TRUE(run_script(script({"sleep 20"}, 10), t.path() + "/c", source.get_token()).ending ==
              CommandReply::Ending::kCancelled);
}

TEST(ScriptTest, WhatItLeavesInTheBackgroundDoesNotHoldIt) {
  TemporaryFolder t;
  EXPECT_EQ(run_script(script({"sleep 5 & echo done"}, 4), t.path() + "/c", {}).out, "done\n");
}

TEST(ScriptTest, AFolderThatIsNotThereIsTheScriptsFailure) {
  TemporaryFolder t;
  border::ShellCommand command = script({"true"}, 4);
  command.working_directory = t.path() + "/none";
  const CommandReply reply = run_script(command, t.path() + "/c", {});
  EXPECT_EQ(reply.code, 1);
  EXPECT_NE(reply.err.find("could not be started"), std::string::npos);
}

TEST(KeptCommandsTest, WhatWasTakenIsThereForTheNextAgentUntilItIsAnswered) {
  TemporaryFolder t;
  const border::ShellCommand command = script({"echo out"}, 10);
  const std::string id = "aws.ssm.c.i-1/../x";
  EXPECT_TRUE(KeptCommands(t.path() + "/current").list().empty());
  KeptCommands(t.path() + "/current").keep({.message_id = id, .command = command});
  KeptCommands(t.path() + "/current").keep({.message_id = id, .runs = 2, .command = command});
  const auto kept = KeptCommands(t.path() + "/current").list();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].message_id, id);
  EXPECT_EQ(kept[0].runs, 2);
  EXPECT_EQ(kept[0].command, command);
  KeptCommands(t.path() + "/current").forget(id);
  EXPECT_TRUE(KeptCommands(t.path() + "/current").list().empty());
}

TEST(KeptCommandsTest, WhatWasNotWrittenToItsEndIsNoSecondCommand) {
  TemporaryFolder t;
  const KeptCommands kept(t.path());
  kept.keep({.message_id = "m", .command = script({"echo out"}, 10)});
  write_file_atomic(t.path() + "/6d.new58.3", read_file(t.path() + "/6d"));
  EXPECT_EQ(kept.list().size(), 1u);
  EXPECT_EQ(list_folder(t.path()).size(), 1u);
}

TEST(KeptCommandsTest, AFileThatSaysNothingIsRemoved) {
  TemporaryFolder t;
  write_file_atomic(t.path() + "/61", "{");
  write_file_atomic(t.path() + "/62", "{}");
  EXPECT_TRUE(KeptCommands(t.path()).list().empty());
  EXPECT_TRUE(list_folder(t.path()).empty());
}

}  // namespace
}  // namespace hanbat::guest
