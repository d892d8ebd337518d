// EventBridge through its operations: rules, targets and delivery in a region in memory.
#include "services/events/events.h"

#include <gtest/gtest.h>

#include "gen/codebuild/model.h"
#include "gen/codepipeline/client.h"
#include "gen/events/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/error.h"
#include "wire/testing.h"

namespace hanbat::events {
namespace {

constexpr const char* kPipeline = "arn:aws:codepipeline:ap-northeast-2:123456789012:wsi-api-pipeline";
constexpr const char* kProject = "arn:aws:codebuild:ap-northeast-2:123456789012:project/wsi-build";
constexpr const char* kRole = "arn:aws:iam::123456789012:role/wsi-events";

struct EventsTest : testing::Test {
  EventsTest() {
    region.add<Events>();
    auto& builds = region.add<region::FakeService>(codebuild::service_model());
    builds.on<codebuild::StartBuildInput, codebuild::StartBuildOutput>("StartBuild",
                                                                       [this](region::Request&, const auto& in) {
                                                                         built.push_back(in);
                                                                         return codebuild::StartBuildOutput{};
                                                                       });
    pipelines = &region.add<region::FakeService>(codepipeline::service_model());
    pipelines->on<codepipeline::StartPipelineExecutionInput, codepipeline::StartPipelineExecutionOutput>(
        "StartPipelineExecution", [this](region::Request& rq, const auto& in) {
          if (failures-- > 0) throw wire::Error("ThrottlingException", 400, "slow down");
          started.push_back(in);
          callers.push_back(rq.caller);
          return codepipeline::StartPipelineExecutionOutput{};
        });
    region.start();
  }

  void rule(const std::string& name, std::optional<std::string> pattern, std::optional<std::string> schedule = {}) {
    PutRuleInput in;
    in.name = name;
    in.event_pattern = std::move(pattern);
    in.schedule_expression = std::move(schedule);
    client.put_rule(in);
    PutTargetsInput targets;
    targets.rule = name;
    Target& target = targets.targets.emplace_back();
    target.id = "1";
    target.arn = kPipeline;
    target.role_arn = kRole;
    client.put_targets(targets);
  }

  /// Sends one event to a rule whose target is a build with this input, and lets a day go by.
  void build_with(const std::string& input) {
    client.put_rule({.event_pattern = R"({"source":["aws.codecommit"]})", .name = "builds"});
    PutTargetsInput targets;
    targets.rule = "builds";
    Target& target = targets.targets.emplace_back();
    target.id = "1";
    target.arn = kProject;
    target.role_arn = kRole;
    target.input = input;
    client.put_targets(targets);
    region.trail.clear();
    push("main");
    for (int hour = 0; hour < 25; ++hour) {
      region.clock.advance(std::chrono::hours(1));
      region.run_until_idle();
    }
  }
  /// How the starts of builds that were tried ended.
  std::vector<std::string> build_errors() const {
    std::vector<std::string> out;
    for (const auto& entry : region.trail.entries())
      if (entry.operation == "StartBuild") out.push_back(entry.error);
    return out;
  }
  std::int64_t tasks_left() {
    return region.db->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM tasks")->integer(0); });
  }

  void push(const std::string& branch) {
    region.db->write([&](store::Tx& tx) {
      region.home.publish(tx, "123456789012", region.region,
                          {.source = "aws.codecommit",
                           .detail_type = "CodeCommit Repository State Change",
                           .resources = {"arn:aws:codecommit:ap-northeast-2:123456789012:wsi-api-repo"},
                           .detail = Json::object({{"referenceName", branch}})});
    });
    region.run_until_idle();
  }

  region::TestRegion region;
  region::FakeService* pipelines = nullptr;
  std::vector<codepipeline::StartPipelineExecutionInput> started;
  std::vector<codebuild::StartBuildInput> built;
  std::vector<region::Caller> callers;
  int failures = 0;
  Client client{region.home, region.user, "ap-northeast-2"};
};

TEST_F(EventsTest, AServiceEventStartsThePipelineAsTheTargetsRole) {
  rule("main", R"({"source":["aws.codecommit"],"detail":{"referenceName":["main"]}})");
  push("main");
  push("release");
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].name, "wsi-api-pipeline");
  EXPECT_EQ(callers[0].principal_arn, kRole);
  EXPECT_EQ(callers[0].user_agent, "events.amazonaws.com rule/main");
}

TEST_F(EventsTest, AnEventThatNoRuleWantsLeavesNoTask) {
  rule("main", R"({"source":["aws.codecommit"],"detail":{"referenceName":["main"]}})");
  client.put_rule({.event_pattern = R"({"source":["aws.codecommit"]})", .name = "off", .state = "DISABLED"});
  const auto tasks_of = [&](const std::string& branch) {
    return region.db->write([&](store::Tx& tx) {
      region.home.publish(tx, "123456789012", region.region,
                          {.source = "aws.codecommit",
                           .detail_type = "CodeCommit Repository State Change",
                           .resources = {},
                           .detail = Json::object({{"referenceName", branch}})});
      return tx.find("SELECT COUNT(*) FROM tasks")->integer(0);
    });
  };
  EXPECT_EQ(tasks_of("release"), 0);
  EXPECT_EQ(tasks_of("main"), 1);
}

TEST_F(EventsTest, AThrottledTargetIsTriedAgainWithTheSameToken) {
  rule("main", R"({"source":["aws.codecommit"]})");
  failures = 2;
  push("main");
  EXPECT_TRUE(started.empty());
  for (int i = 0; i < 5; ++i) {
    region.clock.advance(Seconds(5));
    region.run_until_idle();
  }
  ASSERT_EQ(started.size(), 1u);
  EXPECT_TRUE(started[0].client_request_token);
}

TEST_F(EventsTest, ATargetsInputIsThatOfItsOperation) {
  build_with(R"({"sourceVersion":"abc","environmentVariablesOverride":[{"name":"A","value":"1"}]})");
  ASSERT_EQ(built.size(), 1u);
  EXPECT_EQ(built[0].project_name, "wsi-build");
  EXPECT_EQ(built[0].source_version, "abc");
  EXPECT_EQ(built[0].environment_variables_override->at(0).value, "1");
  EXPECT_TRUE(built[0].idempotency_token);
}

TEST_F(EventsTest, AnInputThatTheOperationRefusesFromOutsideIsRefusedAndNotSentAgain) {
  build_with(R"({"fleetOverride":{"fleetArn":"arn:aws:codebuild:ap-northeast-2:123456789012:fleet/f:1"}})");
  EXPECT_TRUE(built.empty());
  EXPECT_EQ(build_errors(), std::vector<std::string>{"NotImplemented"});
  EXPECT_EQ(tasks_left(), 0);
}

TEST_F(EventsTest, AnInputOfTheWrongKindEndsTheDelivery) {
  for (const char* input : {R"({"environmentVariablesOverride":"A=1"})", R"({"timeoutInMinutesOverride":"soon"})",
                            R"(["main"])", R"("main")"}) {
    build_with(input);
    EXPECT_EQ(build_errors(), std::vector<std::string>{"SerializationException"}) << input;
  }
  EXPECT_TRUE(built.empty());
  EXPECT_EQ(tasks_left(), 0);
}

TEST_F(EventsTest, AnInputPastALimitOfTheModelEndsTheDelivery) {
  build_with(R"({"timeoutInMinutesOverride":1})");
  EXPECT_TRUE(built.empty());
  EXPECT_EQ(build_errors(), std::vector<std::string>{"InvalidInputException"});
  EXPECT_EQ(tasks_left(), 0);
}

TEST_F(EventsTest, AThrottledTargetIsTriedAsOftenAsItsRetryPolicySays) {
  rule("main", R"({"source":["aws.codecommit"]})");
  PutTargetsInput again;
  again.rule = "main";
  Target& target = again.targets.emplace_back();
  target.id = "1";
  target.arn = kPipeline;
  target.role_arn = kRole;
  target.retry_policy = RetryPolicy{.maximum_retry_attempts = 2};
  client.put_targets(again);
  failures = 100;
  push("main");
  for (int hour = 0; hour < 25; ++hour) {
    region.clock.advance(std::chrono::hours(1));
    region.run_until_idle();
  }
  EXPECT_EQ(failures, 97);  // once, and again twice
  EXPECT_EQ(tasks_left(), 0);
}

TEST_F(EventsTest, ADisabledRuleIsSilent) {
  rule("main", R"({"source":["aws.codecommit"]})");
  DisableRuleInput in;
  in.name = "main";
  client.disable_rule(in);
  push("main");
  EXPECT_TRUE(started.empty());
}

TEST_F(EventsTest, AScheduleFiresEachTimeItsHourComes) {
  rule("tick", {}, "rate(5 minutes)");
  for (int i = 0; i < 11; ++i) {
    region.clock.advance(Seconds(60));
    region.run_until_idle();
  }
  EXPECT_EQ(started.size(), 2u);
}

TEST_F(EventsTest, RefusesByNameWhatItCannotReach) {
  rule("main", R"({"source":["aws.codecommit"]})");
  PutTargetsInput in;
  in.rule = "main";
  Target& target = in.targets.emplace_back();
  target.id = "1";
  target.arn = "arn:aws:lambda:ap-northeast-2:123456789012:function:x";
  try {
    client.put_targets(in);
    FAIL();
  } catch (const wire::Error& error) {
    EXPECT_EQ(error.code(), "NotImplemented");
  }
}

TEST_F(EventsTest, ARuleWithTargetsIsNotDeleted) {
  rule("main", R"({"source":["aws.codecommit"]})");
  DeleteRuleInput in;
  in.name = "main";
  EXPECT_EQ(wire::code_of([&] { client.delete_rule(in); }), "ValidationException");
  RemoveTargetsInput remove;
  remove.rule = "main";
  remove.ids = {"1"};
  client.remove_targets(remove);
  client.delete_rule(in);
  DescribeRuleInput describe;
  describe.name = "main";
  EXPECT_THROW(client.describe_rule(describe), ResourceNotFoundException);
}

TEST_F(EventsTest, PutEventsReachesTheRulesOfItsBus) {
  CreateEventBusInput bus;
  bus.name = "orders";
  client.create_event_bus(bus);
  PutRuleInput in;
  in.name = "r";
  in.event_bus_name = "orders";
  in.event_pattern = R"({"source":["shop"]})";
  client.put_rule(in);
  PutTargetsInput targets;
  targets.rule = "r";
  targets.event_bus_name = "orders";
  Target& target = targets.targets.emplace_back();
  target.id = "1";
  target.arn = kPipeline;
  target.role_arn = kRole;
  client.put_targets(targets);

  PutEventsInput put;
  for (const char* bus_name : {"orders", "default"}) {
    PutEventsRequestEntry& entry = put.entries.emplace_back();
    entry.source = "shop";
    entry.detail_type = "order";
    entry.detail = "{}";
    entry.event_bus_name = bus_name;
  }
  PutEventsRequestEntry& bad = put.entries.emplace_back();
  bad.source = "shop";
  const PutEventsOutput out = client.put_events(put);
  EXPECT_EQ(out.failed_entry_count, 1);
  region.run_until_idle();
  EXPECT_EQ(started.size(), 1u);
}

TEST_F(EventsTest, ADescriptionOfABusIsChangedAlsoThatOfTheDefaultOne) {
  client.create_event_bus({.description = "first", .name = "orders"});
  const auto made = client.describe_event_bus({.name = "orders"});
  region.clock.advance(std::chrono::seconds(5));
  for (const char* name : {"orders", "default"}) {
    const auto updated = client.update_event_bus({.description = "second", .name = name});
    EXPECT_EQ(updated.name, name);
    EXPECT_EQ(updated.description, "second");
    const auto bus = client.describe_event_bus({.name = name});
    EXPECT_EQ(bus.arn, updated.arn);
    EXPECT_EQ(bus.description, "second");
    EXPECT_EQ(bus.last_modified_time->ms, made.creation_time->ms + 5000);
    EXPECT_EQ(client.update_event_bus({.name = name}).description, "second");
  }
  EXPECT_EQ(client.describe_event_bus({.name = "orders"}).creation_time->ms, made.creation_time->ms);
  EXPECT_FALSE(client.describe_event_bus({}).creation_time);
  const auto buses = *client.list_event_buses({}).event_buses;
  ASSERT_EQ(buses.size(), 2U);
  EXPECT_EQ(buses[0].description, "second");
  EXPECT_EQ(wire::code_of([&] { client.update_event_bus({.name = "other"}); }), "ResourceNotFoundException");
  UpdateEventBusInput key{.kms_key_identifier = "alias/k", .name = "orders"};
  EXPECT_EQ(wire::code_of([&] { client.update_event_bus(key); }), "NotImplemented");
}

TEST_F(EventsTest, ABusSaysWhoMayPutEventsAndShowsIt) {
  PutPermissionInput put;
  put.statement_id = "other";
  put.action = "events:PutEvents";
  put.principal = "222222222222";
  client.put_permission(put);
  put.statement_id = "all";
  put.principal = "*";
  client.put_permission(put);
  const Json policy = Json::parse(*client.describe_event_bus({}).policy);
  ASSERT_EQ(policy["Statement"].size(), 2u);
  EXPECT_EQ(policy["Statement"].items()[0]["Principal"].text("AWS"), "arn:aws:iam::222222222222:root");

  // Every question about the bus or one of its rules comes with the policy.
  region.authorizer.asked.clear();
  client.describe_event_bus({});
  EXPECT_EQ(region.authorizer.asked.at(0).resource_policies.size(), 1u);

  RemovePermissionInput remove;
  remove.statement_id = "nobody";
  EXPECT_THROW(client.remove_permission(remove), ResourceNotFoundException);
  remove.statement_id = "all";
  client.remove_permission(remove);
  remove.statement_id = "other";
  client.remove_permission(remove);
  EXPECT_FALSE(client.describe_event_bus({}).policy);
  EXPECT_THROW(client.remove_permission(remove), ResourceNotFoundException);
  PutPermissionInput whole;
  whole.policy = R"({"Statement":{"Effect":"Allow","Action":"events:PutEvents","Resource":"*"}})";
  EXPECT_EQ(wire::code_of([&] { client.put_permission(whole); }), "ValidationException");
}

TEST_F(EventsTest, EventsOfAnotherAccountReachTheBusThatTheyArePutOn) {
  rule("main", R"({"source":["shop"]})");
  region::Caller stranger = region.user;
  stranger.account = "222222222222";
  PutEventsInput put;
  PutEventsRequestEntry& entry = put.entries.emplace_back();
  entry.source = "shop";
  entry.detail_type = "order";
  entry.detail = "{}";
  entry.event_bus_name = "arn:aws:events:ap-northeast-2:123456789012:event-bus/default";
  region.authorizer.asked.clear();
  Client(region.home, stranger, "ap-northeast-2").put_events(put);
  EXPECT_EQ(region.authorizer.asked.at(0).resource_account, "123456789012");
  region.run_until_idle();
  EXPECT_EQ(started.size(), 1u);
}

}  // namespace
}  // namespace hanbat::events
