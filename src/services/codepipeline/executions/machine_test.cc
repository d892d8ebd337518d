// The Pipeline machine: its tables walked; which stage runs when, superseding, stopping and retrying, as cases without
// I/O.
#include "services/codepipeline/executions/machine.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <utility>

namespace hanbat::codepipeline {
namespace {

constexpr Timestamp kNow{1'000'000};

struct MachineTest : testing::Test {
  static ActionDeclaration action(const std::string& category, int run_order) {
    ActionDeclaration out;
    out.name = category;
    out.action_type_id.category = category;
    out.run_order = run_order;
    return out;
  }
  Execution make(const std::string& id, std::int64_t number) {
    Execution out;
    out.id = id;
    out.number = number;
    for (const char* stage : {"Source", "Build", "Deploy"}) {
      StageDeclaration& declared = out.declaration.stages.emplace_back();
      declared.name = stage;
      declared.actions.push_back(action(stage, 1));
      if (std::string(stage) == "Build") declared.actions.push_back(action("Test", 2));
    }
    return out;
  }

  // Ends the action that runs in the stage.
  void end(const std::string& execution, const std::string& action, bool succeeded = true) {
    const Execution* found = std::as_const(machine).find(execution);
    for (const ActionRun& run : found->runs)
      if (run.action == action && run.status == ActionStatus::kInProgress) {
        machine.finish(at = at + Milliseconds(1), execution, run.id, {succeeded, "JobFailed", "failed"});
        return;
      }
    FAIL() << action << " of " << execution << " does not run";
  }
  std::string running(const std::string& execution) {
    std::string out;
    for (const ActionRun& run : find(machine, execution).runs)
      if (run.status == ActionStatus::kInProgress) out += run.action;
    return out;
  }
  static const Execution& find(const Machine& machine, const std::string& execution) {
    return *machine.find(execution);
  }
  std::string status(const std::string& execution) { return std::string(word_of(find(machine, execution).status)); }

  int ids = 0;
  Timestamp at = kNow;
  Machine machine{{}, {}, [this] { return "run-" + std::to_string(++ids); }};
};

TEST_F(MachineTest, AnExecutionGoesFromStageToStageAndByRunOrderWithin) {
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

TEST_F(MachineTest, AStageHoldsOneExecutionAndTheNewestWaitingSupersedes) {
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

TEST_F(MachineTest, QueuedExecutionsWaitTheirTurn) {
  for (const int n : {1, 2, 3}) {
    Execution execution = make("e" + std::to_string(n), n);
    execution.declaration.execution_mode = "QUEUED";
    machine.start(at, execution);
  }
  end("e1", "Source");
  EXPECT_EQ(running("e2"), "Source");
  EXPECT_EQ(status("e3"), "InProgress");
}

TEST_F(MachineTest, AFailedActionFailsStageAndExecutionAndFreesTheStage) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build", false);
  EXPECT_EQ(status("e1"), "Failed");
  EXPECT_EQ(find(machine, "e1").find_stage("Build")->status, StageStatus::kFailed);
  machine.start(at, make("e2", 2));
  end("e2", "Source");
  EXPECT_EQ(running("e2"), "Build");
}

TEST_F(MachineTest, ARetryRunsWhatFailedAndGoesOn) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build");
  end("e1", "Test", false);
  Execution failed = find(machine, "e1");
  Machine again({}, {}, [this] { return "run-" + std::to_string(++ids); });
  again.retry(at, failed, Machine::Retry::kFailedActions);
  EXPECT_EQ(find(again, "e1").runs.back().action, "Test");
  again.finish(at + Milliseconds(5), "e1", find(again, "e1").runs.back().id, {true, "", ""});
  EXPECT_EQ(find(again, "e1").runs.back().action, "Deploy");
  EXPECT_EQ(find(again, "e1").status, ExecutionStatus::kInProgress);

  Machine all({}, {}, [this] { return "run-" + std::to_string(++ids); });
  all.retry(at + Milliseconds(9), failed, Machine::Retry::kAllActions);
  EXPECT_EQ(find(all, "e1").runs.back().action, "Build");
  all.finish(at + Milliseconds(10), "e1", find(all, "e1").runs.back().id, {true, "", ""});
  EXPECT_EQ(find(all, "e1").runs.back().action, "Test");
}

TEST_F(MachineTest, AStopWaitsForTheActionsUnlessTheyAreAbandoned) {
  machine.start(at, make("e1", 1));
  machine.stop(at, "e1", Machine::Stop::kAfterActions, "why");
  EXPECT_EQ(status("e1"), "Stopping");
  end("e1", "Source");
  EXPECT_EQ(status("e1"), "Stopped");
  machine.start(at, make("e2", 2));
  machine.stop(at, "e2", Machine::Stop::kAbandonActions, "why");
  EXPECT_EQ(status("e2"), "Stopped");
  EXPECT_EQ(find(machine, "e2").runs.back().status, ActionStatus::kAbandoned);
}

TEST_F(MachineTest, ADisabledTransitionHoldsExecutionsBack) {
  Machine held({{"Build", StageTransition{.enabled = false}}}, {}, [this] { return "run-" + std::to_string(++ids); });
  held.start(at, make("e1", 1));
  held.finish(at, "e1", find(held, "e1").runs.back().id, {true, "", ""});
  EXPECT_FALSE(find(held, "e1").inside);
  Machine freed({}, {find(held, "e1")}, [this] { return "run-" + std::to_string(++ids); });
  EXPECT_FALSE(freed.proceed(at).empty());
  EXPECT_EQ(find(freed, "e1").runs.back().action, "Build");
}

TEST_F(MachineTest, AnActionEndsOnce) {
  machine.start(at, make("e1", 1));
  const std::string run = find(machine, "e1").runs.back().id;
  machine.finish(at, "e1", run, {true, "", ""});
  EXPECT_TRUE(machine.finish(at, "e1", run, {false, "", ""}).empty());
}

// Whether the event of the machine leads from the status anywhere, for each: the tables as they are drawn in machine.h.
template <class Status, class Event, std::size_t N, class Table = std::map<Status, std::map<Event, Status>>>
void walk(const region::Transition<Status, Event> (&table)[N], std::initializer_list<Event> events,
          const Table& expected) {
  for (const auto& [status, word] : kWords<Status>)
    for (const Event event : events) {
      const auto next = region::find_next(table, status, event);
      const auto row = expected.find(status);
      const bool leads = row != expected.end() && row->second.contains(event);
      ASSERT_EQ(next.has_value(), leads) << word << " and event " << static_cast<int>(event);
      if (leads) {
        EXPECT_EQ(*next, row->second.at(event)) << word << " and event " << static_cast<int>(event);
      }
    }
}

TEST(Transitions, AnExecutionGoesAsDrawn) {
  using S = ExecutionStatus;
  using E = ExecutionEvent;
  walk(kExecutionTransitions,
       {E::kLastStagePassed, E::kStageFailed, E::kOvertaken, E::kStopRequested, E::kStopCompleted, E::kRetried},
       {{S::kInProgress,
         {{E::kLastStagePassed, S::kSucceeded},
          {E::kStageFailed, S::kFailed},
          {E::kOvertaken, S::kSuperseded},
          {E::kStopRequested, S::kStopping},
          {E::kStopCompleted, S::kStopped}}},
        {S::kStopping, {{E::kStopRequested, S::kStopping}, {E::kStopCompleted, S::kStopped}}},
        {S::kFailed, {{E::kRetried, S::kInProgress}}},
        {S::kStopped, {{E::kRetried, S::kInProgress}}}});
}

TEST(Transitions, AStageGoesAsDrawn) {
  using S = StageStatus;
  using E = StageEvent;
  walk(kStageTransitions, {E::kActionsSucceeded, E::kActionFailed, E::kStopRequested, E::kStopCompleted, E::kRetried},
       {{S::kInProgress,
         {{E::kActionsSucceeded, S::kSucceeded}, {E::kActionFailed, S::kFailed}, {E::kStopRequested, S::kStopping}}},
        {S::kStopping, {{E::kActionFailed, S::kFailed}, {E::kStopCompleted, S::kStopped}}},
        {S::kFailed, {{E::kRetried, S::kInProgress}}},
        {S::kStopped, {{E::kRetried, S::kInProgress}}}});
}

TEST(Transitions, AnActionEndsOnce) {
  using S = ActionStatus;
  using E = ActionEvent;
  walk(kActionTransitions, {E::kSucceeded, E::kFailed, E::kAbandoned},
       {{S::kInProgress, {{E::kSucceeded, S::kSucceeded}, {E::kFailed, S::kFailed}, {E::kAbandoned, S::kAbandoned}}}});
}

TEST_F(MachineTest, OnlyWhatAnEventTouchedHasChanged) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  Machine loaded({}, {find(machine, "e1"), make("e2", 2)}, [this] { return "run-" + std::to_string(++ids); });
  EXPECT_TRUE(loaded.changed().empty());
  loaded.finish(at, "e1", find(loaded, "e1").runs.back().id, {true, "", ""});
  loaded.stop(at, "unknown", Machine::Stop::kAfterActions, "");
  Machine idle({{"Source", StageTransition{.enabled = false}}}, {make("e2", 2)}, [] { return "run"; });
  idle.proceed(at);
  EXPECT_TRUE(idle.changed().empty());
  ASSERT_FALSE(loaded.changed().empty());
  EXPECT_EQ(loaded.changed().front()->id, "e1");
}

TEST_F(MachineTest, AnApprovalGetsATokenAndNobodyWhoCarriesItOut) {
  Execution execution = make("e1", 1);
  execution.declaration.stages[0].actions[0].action_type_id.category = "Approval";
  for (const Effect& effect : machine.start(at, execution)) EXPECT_FALSE(std::holds_alternative<StartAction>(effect));
  EXPECT_EQ(find(machine, "e1").runs.back().token, "run-2");
}

TEST_F(MachineTest, SurvivesBeingWrittenDown) {
  machine.start(at, make("e1", 1));
  end("e1", "Source");
  end("e1", "Build", false);
  const Json json = find(machine, "e1").to_json();
  EXPECT_EQ(Execution::from_json(Json::parse(json.dump())).to_json().dump(), json.dump());
}

}  // namespace
}  // namespace hanbat::codepipeline
