// Scripts of lifecycle events as strangers write them, and what is reported of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "guest/deploy_agent/hooks.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Code = Diagnostics::Code;

class HookTest : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text, mode_t mode = 0644) {
    write_file_atomic(t_.path() + "/" + name, text, mode);
  }
  HookRun a_run() {
    HookRun run;
    run.event = "ApplicationStart";
    run.archive = t_.path();
    run.environment = {{"LIFECYCLE_EVENT", "ApplicationStart"}, {"DEPLOYMENT_ID", "d-1"}};
    run.scripts_log = t_.path() + "/scripts.log";
    run.deployments_log = t_.path() + "/deployments.log";
    return run;
  }
  Diagnostics run(const HookScript& script) { return run_hooks({script}, a_run()); }
  Diagnostics run_text(const std::string& text) {
    put("a.sh", text);
    return run({"a.sh", 10, ""});
  }
  TemporaryFolder t_;
};

TEST_F(HookTest, AScriptThatFailsIsReportedWithItsOutput) {
  const Diagnostics d = run_text("#!/bin/sh\necho out $LIFECYCLE_EVENT; echo err >&2; exit 3\n");
  EXPECT_EQ(d.code, Code::kScriptFailed);
  EXPECT_EQ(d.script_name, "a.sh");
  EXPECT_EQ(d.message, "Script at specified location: a.sh failed with exit code 3");
  EXPECT_THAT(d.log, HasSubstr("LifecycleEvent - ApplicationStart\nScript - a.sh\n"));
  EXPECT_THAT(d.log, AllOf(HasSubstr("[stdout]out ApplicationStart\n"), HasSubstr("[stderr]err\n")));
  EXPECT_THAT(read_file(t_.path() + "/scripts.log"), HasSubstr(" Script - a.sh\n"));
  EXPECT_THAT(read_file(t_.path() + "/deployments.log"), HasSubstr("] [d-1][stderr]err\n"));
}

TEST_F(HookTest, TheMessageNamesTheUserThatTheScriptRunsAs) {
  put("a.sh", "exit 4\n");
  EXPECT_EQ(run({"a.sh", 10, "root"}).message,
            "Script at specified location: a.sh run as user root failed with exit code 4");
}

TEST_F(HookTest, AUserThatIsNotThereFailsAsSuDoes) {
  put("a.sh", "#!/bin/sh\n");
  const Diagnostics d = run({"a.sh", 10, "nobody-of-that-name"});
  EXPECT_EQ(d.code, Code::kScriptFailed);
  EXPECT_EQ(d.message, "Script at specified location: a.sh run as user nobody-of-that-name failed with exit code 1");
  EXPECT_THAT(d.log, HasSubstr("[stderr]su: user nobody-of-that-name does not exist"));
}

TEST_F(HookTest, TimeAndMissingScriptsHaveTheirOwnCodes) {
  put("slow.sh", "#!/bin/sh\nsleep 20\n");
  const Diagnostics slow = run({"slow.sh", 1, ""});
  EXPECT_EQ(slow.code, Code::kScriptTimedOut);
  EXPECT_EQ(slow.message, "Script at specified location: slow.sh failed to complete in 1 seconds");
  const Diagnostics none = run({"scripts/none.sh", 1, ""});
  EXPECT_EQ(none.code, Code::kScriptMissing);
  EXPECT_EQ(none.message, "Script does not exist at specified location: " + t_.path() + "/scripts/none.sh");
}

TEST_F(HookTest, ScriptsOfAnEventTogetherHaveNoLongerThanTheEvent) {
  put("slow.sh", "#!/bin/sh\nsleep 20\n");
  HookRun run = a_run();
  run.longest = std::chrono::seconds(1);
  EXPECT_EQ(run_hooks({{"slow.sh", 7200, ""}}, run).code, Code::kScriptTimedOut);
}

TEST_F(HookTest, AProgramLeftInTheBackgroundWithItsOutputOpenHasItsOwnCode) {
  put("a.sh", "#!/bin/sh\nsleep 3 &\n");
  const Diagnostics d = run({"a.sh", 1, ""});
  EXPECT_EQ(d.code, Code::kOutputsLeftOpen);
  EXPECT_EQ(d.message, "Script at specified location: a.sh failed to close STDOUT");
}

TEST_F(HookTest, ScriptsRunWithoutABitOrAShebangOrAnything) {
  EXPECT_EQ(run_text("echo no shebang\n").code, Code::kSuccess);
  EXPECT_EQ(run_text("").code, Code::kSuccess);
  put("a.sh", "#!/bin/sh\nexit 0\n", 0600);
  EXPECT_EQ(run({"a.sh", 10, ""}).code, Code::kSuccess);
}

TEST_F(HookTest, AShebangWithACarriageReturnNamesNoProgram) {
  const Diagnostics d = run_text("#!/bin/bash\r\necho hi\r\n");
  EXPECT_EQ(d.code, Code::kScriptFailed);
  EXPECT_EQ(
      d.message,
      "Script at specified location: a.sh failed with error Errno::ENOENT with message No such file or directory - " +
          t_.path() + "/a.sh");
}

TEST_F(HookTest, OutputThatIsNoTextIsReportedAsFarAsItIs) {
  const Diagnostics d = run_text("#!/bin/sh\nprintf 'caf\\351 \\377\\n'; exit 1\n");
  EXPECT_TRUE(is_utf8(d.log));
  EXPECT_THAT(d.log, HasSubstr("[stdout]caf"));
}

TEST_F(HookTest, TheLogIsTheLastLinesThatFit) {
  const Diagnostics d = run_text("#!/bin/sh\nfor i in $(seq 1000); do echo line $i; done; exit 1\n");
  EXPECT_LE(d.log.size(), 2048u);
  EXPECT_TRUE(d.log.starts_with("[stdout]line ")) << d.log.substr(0, 40);
  EXPECT_TRUE(d.log.ends_with("line 1000\n"));
  EXPECT_THAT(d.log, Not(HasSubstr("Script - ")));
}

TEST_F(HookTest, TheFirstScriptThatFailsIsTheLast) {
  put("one.sh", "#!/bin/sh\nexit 1\n");
  put("two.sh", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n");
  EXPECT_EQ(run_hooks({{"one.sh", 10, ""}, {"two.sh", 10, ""}}, a_run()).script_name, "one.sh");
  EXPECT_FALSE(path_exists(t_.path() + "/ran"));
}

}  // namespace
}  // namespace hanbat::guest
