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

std::vector<std::string> commands(const Effects& effects) {
  std::vector<std::string> out;
  for (const Effect& effect : effects) {
    if (const auto* send = std::get_if<SendCommand>(&effect)) out.push_back(send->instance + ":" + send->event);
    if (const auto* move = std::get_if<MoveTraffic>(&effect)) out.push_back(move->instance + ":" + move->event);
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

TEST(Deployment, with_a_balancer_an_instance_goes_through_thirteen_events) {
  Deployment d = make(kAllAtOnce, true);
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(run_through(d, "i-1"),
            (std::vector<std::string>{"BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic", "ApplicationStop",
                                      "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart",
                                      "ValidateService", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"}));
  EXPECT_EQ(d.info.status, "Succeeded");
  EXPECT_EQ(d.info.deployment_overview->succeeded, 1);
}

TEST(Deployment, one_at_a_time_starts_the_second_when_the_first_is_done) {
  Deployment d = make(kOneAtATime);
  EXPECT_EQ(commands(d.begin(kNow, {{"i-1", true}, {"i-2", true}})), std::vector<std::string>{"i-1:ApplicationStop"});
  Effects last;
  run_through(d, "i-1", &last);
  EXPECT_EQ(commands(last), std::vector<std::string>{"i-2:ApplicationStop"});
  run_through(d, "i-2");
  EXPECT_EQ(d.info.status, "Succeeded");
}

TEST(Deployment, one_at_a_time_fails_at_once_and_leaves_the_other_untouched) {
  Deployment d = make(kOneAtATime);
  d.begin(kNow, {{"i-1", true}, {"i-2", true}});
  const Effects effects = d.report(kNow, "i-1", "ApplicationStop", {false, {}});
  EXPECT_TRUE(commands(effects).empty());
  EXPECT_EQ(d.info.status, "Failed");
  EXPECT_EQ(d.info.error_information->code, "HEALTH_CONSTRAINTS");
  EXPECT_EQ(d.find_host("i-2")->target.status, "Skipped");
  EXPECT_EQ(d.find_host("i-1")->target.lifecycle_events->back().status, "Skipped");
}

TEST(Deployment, one_at_a_time_forgives_the_last_of_many_but_not_an_only_one) {
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

TEST(Deployment, half_at_a_time_keeps_half_of_them_serving) {
  Deployment d = make(kHalfAtATime);
  Instances nine;
  for (int i = 1; i <= 9; ++i) nine.emplace_back("i-" + std::to_string(i), true);
  EXPECT_EQ(commands(d.begin(kNow, nine)).size(), 4u);
  for (const char* failed : {"i-1", "i-2", "i-3", "i-4"}) d.report(kNow, failed, "ApplicationStop", {false, {}});
  EXPECT_EQ(d.info.status, "Failed");  // five healthy are left and none of them may be taken
}

TEST(Deployment, all_at_once_succeeds_when_one_does) {
  Deployment d = make(kAllAtOnce);
  EXPECT_EQ(commands(d.begin(kNow, {{"i-1", true}, {"i-2", true}, {"i-3", false}})).size(), 3u);
  d.report(kNow, "i-1", "ApplicationStop", {false, {}});
  d.report(kNow, "i-2", "ApplicationStop", {false, {}});
  EXPECT_EQ(d.info.status, "InProgress");
  run_through(d, "i-3");
  EXPECT_EQ(d.info.status, "Succeeded");
  EXPECT_EQ(d.info.deployment_overview->failed, 2);
}

TEST(Deployment, cannot_begin_without_instances_or_with_too_few) {
  Deployment none = make(kAllAtOnce);
  none.begin(kNow, {});
  EXPECT_EQ(none.info.error_information->code, "NO_INSTANCES");
  Deployment few = make("mine");
  few.health_rule.type = "HOST_COUNT";
  few.health_rule.value = 2;
  few.begin(kNow, {{"i-1", true}, {"i-2", true}});
  EXPECT_EQ(few.info.error_information->code, "HEALTH_CONSTRAINTS_INVALID");
}

TEST(Deployment, an_agent_that_does_not_poll_fails_its_instance_after_five_minutes) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(d.wake(kNow + Seconds(299), "i-1").size(), 1u);
  d.wake(kNow + Seconds(300), "i-1");
  EXPECT_EQ(d.info.status, "Failed");
  EXPECT_EQ(d.hosts[0].target.lifecycle_events->front().diagnostics->error_code, "UnknownError");
}

TEST(Deployment, an_agent_that_took_the_order_has_an_hour) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  Effects effects;
  EXPECT_TRUE(d.acknowledge(kNow + Seconds(1), "i-1", "ApplicationStop", effects));
  d.wake(kNow + Seconds(300), "i-1");
  EXPECT_EQ(d.info.status, "InProgress");
  d.wake(kNow + Seconds(3661), "i-1");
  EXPECT_EQ(d.info.status, "Failed");
}

TEST(Deployment, the_first_report_wins) {
  Deployment d = make(kAllAtOnce);
  d.begin(kNow, {{"i-1", true}});
  d.report(kNow, "i-1", "ApplicationStop", {true, {}});
  EXPECT_TRUE(d.report(kNow, "i-1", "ApplicationStop", {false, {}}).empty());
  EXPECT_EQ(d.info.status, "InProgress");
}

TEST(Deployment, a_stop_skips_what_has_not_begun_and_lets_what_runs_finish) {
  Deployment d = make(kOneAtATime);
  d.begin(kNow, {{"i-1", true}, {"i-2", true}});
  Effects effects;
  d.acknowledge(kNow + Seconds(1), "i-1", "ApplicationStop", effects);
  d.stop(kNow + Seconds(2), "stopped");
  EXPECT_EQ(d.info.status, "Stopped");
  EXPECT_EQ(d.find_host("i-2")->target.status, "Skipped");
  EXPECT_EQ(d.find_host("i-1")->target.status, "InProgress");
  EXPECT_TRUE(commands(d.report(kNow + Seconds(3), "i-1", "ApplicationStop", {true, {}})).empty());
  EXPECT_EQ(d.find_host("i-1")->target.status, "Skipped");
  EXPECT_EQ(d.info.status, "Stopped");
  EXPECT_FALSE(d.acknowledge(kNow, "i-1", "DownloadBundle", effects));
}

TEST(Deployment, failures_of_the_old_revision_are_forgiven_when_asked) {
  Deployment d = make(kAllAtOnce);
  d.info.ignore_application_stop_failures = true;
  d.begin(kNow, {{"i-1", true}});
  EXPECT_EQ(commands(d.report(kNow, "i-1", "ApplicationStop", {false, {}})),
            std::vector<std::string>{"i-1:DownloadBundle"});
}

TEST(Deployment, survives_being_written_down) {
  Deployment d = make(kOneAtATime, true);
  d.begin(kNow, {{"i-1", true}, {"i-2", false}});
  const Deployment again = Deployment::from_json(Json::parse(d.to_json().dump()));
  EXPECT_EQ(again.to_json().dump(), d.to_json().dump());
}

}  // namespace
}  // namespace hanbat::codedeploy
