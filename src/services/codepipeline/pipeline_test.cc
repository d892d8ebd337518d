// The pipeline machine: which stage runs when, superseding, stopping and retrying, as cases without I/O.
#include "services/codepipeline/pipeline.h"

#include <gtest/gtest.h>

namespace hanbat::codepipeline {
namespace {

constexpr Timestamp kNow{1'000'000};

struct PipelineTest : testing::Test {
  Execution make(const std::string& id, std::int64_t number) {
    Execution out;
    out.id = id;
    out.number = number;
    for (const char* stage : {"Source", "Build", "Deploy"}) {
      StageDeclaration& declared = out.declaration.stages.emplace_back();
      declared.name = stage;
      declared.actions.emplace_back().name = stage;
      if (std::string(stage) == "Build") {
        declared.actions.emplace_back().name = "Test";
        declared.actions.back().run_order = 2;
      }
    }
    return out;
  }

  // Ends the action that runs in the stage.
  void end(const std::string& execution, const std::string& action, bool succeeded = true) {
    Execution* found = machine.find(execution);
    for (ActionRun& run : found->runs)
      if (run.action == action && run.status == "InProgress") {
        machine.finish(at = at + Milliseconds(1), execution, run.id, {succeeded, "JobFailed", "failed"});
        return;
      }
    FAIL() << action << " of " << execution << " does not run";
  }
  std::string running(const std::string& execution) {
    std::string out;
    for (const ActionRun& run : machine.find(execution)->runs)
      if (run.status == "InProgress") out += run.action;
    return out;
  }
  std::string status(const std::string& execution) { return machine.find(execution)->status; }

  int ids = 0;
  Timestamp at = kNow;
  std::map<std::string, Transition> transitions;
  Machine machine{{}, {}, [this] { return "run-" + std::to_string(++ids); }};
};

TEST_F(PipelineTest, an_execution_goes_from_stage_to_stage_and_by_run_order_within) {
  machine.start(at, make("e1", 1));
  EXPECT_EQ(running("e1"), "Source");
  end("e1", "Source");
  EXPECT_EQ(running("e1"), "Build");
  end("e1", "Build");
  EXPECT_EQ(running("e1"), "Test");
  end("e1", "Test");
  EXPECT_EQ(running("e1"), "Deploy");
  end("e1", "Deploy");
  EXPECT_EQ(status("e1"), "Succeeded");
}

TEST_F(PipelineTest, a_stage_holds_one_execution_and_the_newest_waiting_supersedes) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  machine.start(at, make("e2", 2));
  end("e2", "Source");
  machine.start(at, make("e3", 3));
  end("e3", "Source");
  EXPECT_EQ(status("e2"), "Superseded");
  EXPECT_EQ(running("e3"), "");
  end("e1", "Build");
  end("e1", "Test");
  EXPECT_EQ(running("e1"), "Deploy");
  EXPECT_EQ(running("e3"), "Build");
}

TEST_F(PipelineTest, queued_executions_wait_their_turn) {
  for (const int n : {1, 2, 3}) {
    Execution execution = make("e" + std::to_string(n), n);
    execution.declaration.execution_mode = "QUEUED";
    machine.start(at, execution);
  }
  end("e1", "Source");
  EXPECT_EQ(running("e2"), "Source");
  EXPECT_EQ(status("e3"), "InProgress");
}

TEST_F(PipelineTest, a_failed_action_fails_stage_and_execution_and_frees_the_stage) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build", false);
  EXPECT_EQ(status("e1"), "Failed");
  EXPECT_EQ(machine.find("e1")->find_stage("Build")->status, "Failed");
  machine.start(at, make("e2", 2));
  end("e2", "Source");
  EXPECT_EQ(running("e2"), "Build");
}

TEST_F(PipelineTest, a_retry_runs_what_failed_and_goes_on) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build");
  end("e1", "Test", false);
  Execution failed = *machine.find("e1");
  Machine again({}, {}, [this] { return "run-" + std::to_string(++ids); });
  again.retry(at, failed, Machine::Retry::kFailedActions);
  EXPECT_EQ(again.find("e1")->runs.back().action, "Test");
  again.finish(at + Milliseconds(5), "e1", again.find("e1")->runs.back().id, {true, "", ""});
  EXPECT_EQ(again.find("e1")->runs.back().action, "Deploy");
  EXPECT_EQ(again.find("e1")->status, "InProgress");

  Machine all({}, {}, [this] { return "run-" + std::to_string(++ids); });
  all.retry(at + Milliseconds(9), failed, Machine::Retry::kAllActions);
  EXPECT_EQ(all.find("e1")->runs.back().action, "Build");
  all.finish(at + Milliseconds(10), "e1", all.find("e1")->runs.back().id, {true, "", ""});
  EXPECT_EQ(all.find("e1")->runs.back().action, "Test");
}

TEST_F(PipelineTest, a_stop_waits_for_the_actions_unless_they_are_abandoned) {
  machine.start(at, make("e1", 1));
  machine.stop(at, "e1", Machine::Stop::kAfterActions, "why");
  EXPECT_EQ(status("e1"), "Stopping");
  end("e1", "Source");
  EXPECT_EQ(status("e1"), "Stopped");
  machine.start(at, make("e2", 2));
  const Effects effects = machine.stop(at, "e2", Machine::Stop::kAbandonActions, "why");
  EXPECT_EQ(status("e2"), "Stopped");
  EXPECT_EQ(machine.find("e2")->runs.back().status, "Abandoned");
}

TEST_F(PipelineTest, a_disabled_transition_holds_executions_back) {
  Machine held({{"Build", Transition{.enabled = false}}}, {}, [this] { return "run-" + std::to_string(++ids); });
  held.start(at, make("e1", 1));
  held.finish(at, "e1", held.find("e1")->runs.back().id, {true, "", ""});
  EXPECT_FALSE(held.find("e1")->inside);
  Machine freed({}, held.executions(), [this] { return "run-" + std::to_string(++ids); });
  EXPECT_FALSE(freed.go_on(at).empty());
  EXPECT_EQ(freed.find("e1")->runs.back().action, "Build");
}

TEST_F(PipelineTest, an_action_ends_once) {
  machine.start(at, make("e1", 1));
  const std::string run = machine.find("e1")->runs.back().id;
  machine.finish(at, "e1", run, {true, "", ""});
  EXPECT_TRUE(machine.finish(at, "e1", run, {false, "", ""}).empty());
}

TEST_F(PipelineTest, survives_being_written_down) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build", false);
  const Json json = machine.find("e1")->to_json();
  EXPECT_EQ(Execution::from_json(Json::parse(json.dump())).to_json().dump(), json.dump());
}

}  // namespace
}  // namespace hanbat::codepipeline
