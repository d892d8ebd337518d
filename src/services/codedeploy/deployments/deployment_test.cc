// The Deployment machine: which events lead where, and what they ask for.
#include "services/codedeploy/deployments/deployment.h"

#include <gtest/gtest.h>

namespace hanbat::codedeploy {
namespace {

using Instances = std::vector<std::pair<std::string, bool>>;
constexpr Timestamp kNow{1'000'000};

Deployment make(std::string_view config, bool traffic = false) {
  Deployment d;
  d.info.deployment_id = "d-1";
  d.info.status = "Created";
  d.info.deployment_config_name = std::string(config);
  d.info.deployment_style.emplace();
  d.info.deployment_style->deployment_option = traffic ? "WITH_TRAFFIC_CONTROL" : "WITHOUT_TRAFFIC_CONTROL";
  d.health_rule.type = "FLEET_PERCENT";
  d.health_rule.value = config == kHalfAtATime ? 50 : config == kOneAtATime ? 99 : 0;
  return d;
}

std::vector<std::string> commands_of(const Effects& effects) {
  std::vector<std::string> out;
  for (const Effect& effect : effects) {
    if (const auto* send = std::get_if<SendCommand>(&effect)) out.push_back(send->instance + ":" + send->event);
    if (const auto* move = std::get_if<MoveTraffic>(&effect))
      out.push_back(move->instance + ":" + std::string(word_of(move->event)));
  }
  return out;
}

// Lets every event of the instance succeed; returns the names that were run.
std::vector<std::string> run_through(Deployment& d, const std::string& instance, Effects* last = nullptr) {
  std::vector<std::string> out;
  while (d.find_host(instance)->target.status == "InProgress") {
    std::string current;
    for (const LifecycleEvent& event : *d.find_host(instance)->target.lifecycle_events)
      if (event.status == "InProgress") current = *event.lifecycle_event_name;
    out.push_back(current);
    Effects effects = d.report(kNow, instance, current, {true, {}});
    if (last) *last = effects;
  }
  return out;
}

TEST(Deployment, WithABalancerAnInstanceGoesThroughThirteenEvents) {
  Deployment d = make(kAllAtOnce, true);
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(run_through(d, "i-1"),
            (std::vector<std::string>{"BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic", "ApplicationStop",
                                      "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart",
                                      "ValidateService", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"}));
  EXPECT_EQ(d.info.status, "Succeeded");
  EXPECT_EQ(d.info.deployment_overview->succeeded, 1);
}

TEST(Deployment, NoBalancerHasAnOnPremisesInstance) {
  Deployment d = make(kAllAtOnce, true);
  d.begin(kNow, {{"web-1", true}}, {{"web-1", "arn:aws:codedeploy:x:1:instance/web-1_abc"}});
  EXPECT_EQ(run_through(d, "web-1").size(), 7u);
  EXPECT_EQ(d.hosts[0].target.target_arn, "arn:aws:codedeploy:x:1:instance/web-1_abc");
}

TEST(Deployment, OneAtATimeStartsTheSecondWhenTheFirstIsDone) {
  Deployment d = make(kOneAtATime);
  EXPECT_EQ(commands_of(d.begin(kNow, {{"i-1", true}, {"i-2", true}})),
            std::vector<std::string>{"i-1:ApplicationStop"});
  Effects last;
  run_through(d, "i-1", &last);
  EXPECT_EQ(commands_of(last), std::vector<std::string>{"i-2:ApplicationStop"});
  run_through(d, "i-2");
  EXPECT_EQ(d.info.status, "Succeeded");
}

TEST(Deployment, OneAtATimeFailsAtOnceAndLeavesTheOtherUntouched) {
  Deployment d = make(kOneAtATime);
  d.begin(kNow, {{"i-1", true}, {"i-2", true}});
  const Effects effects = d.report(kNow, "i-1", "ApplicationStop", {false, {}});
  EXPECT_TRUE(commands_of(effects).empty());
  EXPECT_EQ(d.info.status, "Failed");
  EXPECT_EQ(d.info.error_information->code, "HEALTH_CONSTRAINTS");
  EXPECT_EQ(d.find_host("i-2")->target.status, "Skipped");
  EXPECT_EQ(d.find_host("i-1")->target.lifecycle_events->back().status, "Skipped");
}

TEST(Deployment, OneAtATimeForgivesTheLastOfManyButNotAnOnlyOne) {
  Deployment d = make(kOneAtATime);
  d.begin(kNow, {{"i-1", true}, {"i-2", true}});
  run_through(d, "i-1");
  d.report(kNow, "i-2", "ApplicationStop", {false, {}});
  EXPECT_EQ(d.info.status, "Succeeded");
  Deployment single = make(kOneAtATime);
  single.begin(kNow, {{"i-1", false}});
  single.report(kNow, "i-1", "ApplicationStop", {false, {}});
  EXPECT_EQ(single.info.status, "Failed");
}

TEST(Deployment, HalfAtATimeKeepsHalfOfThemServing) {
  Deployment d = make(kHalfAtATime);
  Instances nine;
  for (int i = 1; i <= 9; ++i) nine.emplace_back("i-" + std::to_string(i), true);
  EXPECT_EQ(commands_of(d.begin(kNow, nine)).size(), 4u);
  for (const char* failed : {"i-1", "i-2", "i-3", "i-4"}) d.report(kNow, failed, "ApplicationStop", {false, {}});
  EXPECT_EQ(d.info.status, "Failed");  // five healthy are left and none of them may be taken
}

TEST(Deployment, AllAtOnceSucceedsWhenOneDoes) {
  Deployment d = make(kAllAtOnce);
  EXPECT_EQ(commands_of(d.begin(kNow, {{"i-1", true}, {"i-2", true}, {"i-3", false}})).size(), 3u);
  d.report(kNow, "i-1", "ApplicationStop", {false, {}});
  d.report(kNow, "i-2", "ApplicationStop", {false, {}});
  EXPECT_EQ(d.info.status, "InProgress");
  run_through(d, "i-3");
  EXPECT_EQ(d.info.status, "Succeeded");
  EXPECT_EQ(d.info.deployment_overview->failed, 2);
}

TEST(Deployment, CannotBeginWithoutInstancesOrWithTooFew) {
  Deployment none = make(kAllAtOnce);
  none.begin(kNow, {});
  EXPECT_EQ(none.info.error_information->code, "NO_INSTANCES");
  Deployment few = make("mine");
  few.health_rule.type = "HOST_COUNT";
  few.health_rule.value = 2;
  few.begin(kNow, {{"i-1", true}, {"i-2", true}});
  EXPECT_EQ(few.info.error_information->code, "HEALTH_CONSTRAINTS_INVALID");
}

TEST(Deployment, AnAgentThatDoesNotPollFailsItsInstanceAfterFiveMinutes) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(d.wake(kNow + Seconds(299), "i-1").size(), 1u);
  d.wake(kNow + Seconds(300), "i-1");
  EXPECT_EQ(d.info.status, "Failed");
  EXPECT_EQ(d.hosts[0].target.lifecycle_events->front().diagnostics->error_code, "UnknownError");
}

TEST(Deployment, AnAgentThatTookTheOrderHasAnHour) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  Effects effects;
  EXPECT_TRUE(d.acknowledge(kNow + Seconds(1), "i-1", "ApplicationStop", effects));
  d.wake(kNow + Seconds(300), "i-1");
  EXPECT_EQ(d.info.status, "InProgress");
  d.wake(kNow + Seconds(3661), "i-1");
  EXPECT_EQ(d.info.status, "Failed");
}

TEST(Deployment, TheFirstReportWins) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  d.report(kNow, "i-1", "ApplicationStop", {true, {}});
  EXPECT_TRUE(d.report(kNow, "i-1", "ApplicationStop", {false, {}}).empty());
  EXPECT_EQ(d.info.status, "InProgress");
}

TEST(Deployment, AStopSkipsWhatHasNotBegunAndLetsWhatRunsFinish) {
  Deployment d = make(kOneAtATime);
  d.begin(kNow, {{"i-1", true}, {"i-2", true}});
  Effects effects;
  d.acknowledge(kNow + Seconds(1), "i-1", "ApplicationStop", effects);
  d.stop(kNow + Seconds(2), "stopped");
  EXPECT_EQ(d.info.status, "Stopped");
  EXPECT_EQ(d.find_host("i-2")->target.status, "Skipped");
  EXPECT_EQ(d.find_host("i-1")->target.status, "InProgress");
  EXPECT_TRUE(commands_of(d.report(kNow + Seconds(3), "i-1", "ApplicationStop", {true, {}})).empty());
  EXPECT_EQ(d.find_host("i-1")->target.status, "Skipped");
  EXPECT_EQ(d.info.status, "Stopped");
  EXPECT_FALSE(d.acknowledge(kNow, "i-1", "DownloadBundle", effects));
}

TEST(Deployment, FailuresOfTheOldRevisionAreForgivenWhenAsked) {
  Deployment d = make(kAllAtOnce);
  d.info.ignore_application_stop_failures = true;
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(commands_of(d.report(kNow, "i-1", "ApplicationStop", {false, {}})),
            std::vector<std::string>{"i-1:DownloadBundle"});
}

TEST(Deployment, SurvivesBeingWrittenDown) {
  Deployment d = make(kOneAtATime, true);
  d.begin(kNow, {{"i-1", true}, {"i-2", false}});
  const Deployment again = Deployment::from_json(Json::parse(d.to_json().dump()));
  EXPECT_EQ(again.to_json().dump(), d.to_json().dump());
}

// Walks every status with every event: what the table has happens, nothing else does.
TEST(DeploymentMachine, EveryStatusTakesOnlyTheEventsOfItsTable) {
  for (const auto& from : kWords<DeploymentStatus>) {
    const auto walk = [&](DeploymentEvent event, auto&& act) {
      Deployment d = make(kAllAtOnce);
      d.begin(kNow, {{"i-1", true}});
      d.info.status = from.word;
      if (from.value == DeploymentStatus::kCreated) d.hosts.clear();
      act(d);
      const auto to = region::find_next(kDeploymentMachine, from.value, event);
      EXPECT_EQ(d.info.status, word_of(to.value_or(from.value))) << from.word << " " << static_cast<int>(event);
    };
    walk(DeploymentEvent::kBegin, [](Deployment& d) { d.begin(kNow, {{"i-2", true}}); });
    walk(DeploymentEvent::kRefuse, [](Deployment& d) { d.fail(kNow, "INTERNAL_ERROR", "why"); });
    walk(DeploymentEvent::kStop, [](Deployment& d) { d.stop(kNow, "stopped"); });
    if (from.value == DeploymentStatus::kCreated) continue;
    walk(DeploymentEvent::kFail, [](Deployment& d) { d.report(kNow, "i-1", "ApplicationStop", {false, {}}); });
    walk(DeploymentEvent::kSucceed, [](Deployment& d) { run_through(d, "i-1"); });
  }
}

TEST(DeploymentMachine, AStatusThatGoesOnIsOneThatIsNotFinal) {
  for (const auto& status : kWords<DeploymentStatus>) {
    const bool built = status.value != DeploymentStatus::kQueued && status.value != DeploymentStatus::kBaking &&
                       status.value != DeploymentStatus::kReady;
    if (built) {
      EXPECT_NE(is_active(status.value), region::is_final(kDeploymentMachine, status.value)) << status.word;
    } else {
      EXPECT_TRUE(is_active(status.value)) << status.word;
    }
  }
}

TEST(DeploymentMachine, ACommandThatIsOverStaysAsItIs) {
  for (const auto& from : kWords<CommandStatus>)
    for (const CommandEvent event :
         {CommandEvent::kAcknowledge, CommandEvent::kCancel, CommandEvent::kSucceed, CommandEvent::kFail}) {
      const bool over = from.value == CommandStatus::kSucceeded || from.value == CommandStatus::kFailed;
      EXPECT_EQ(region::find_next(kCommandMachine, from.value, event).has_value(), !over) << from.word;
    }
}

TEST(DeploymentMachine, AnInstanceAndItsEventsTakeTheSameSteps) {
  for (const auto& from : kWords<EventStatus>)
    for (const StepEvent step : {StepEvent::kStart, StepEvent::kSucceed, StepEvent::kFail, StepEvent::kSkip}) {
      const auto event = region::find_next(kEventMachine, from.value, step);
      const auto target = region::find_next(kTargetMachine, require_word<TargetStatus>(from.word), step);
      ASSERT_EQ(event.has_value(), target.has_value()) << from.word;
      if (event) {
        EXPECT_EQ(word_of(*event), word_of(*target));
      }
    }
}

}  // namespace
}  // namespace hanbat::codedeploy
