// CodeDeploy's operations and the agents' endpoint, in a region in memory.
#include "services/codedeploy/codedeploy.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "gen/codedeploy/client.h"
#include "gen/codedeploycommands/client.h"
#include "gen/ec2/client.h"
#include "gen/elasticloadbalancing/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/codedeploy/agents/host_agent.h"
#include "wire/error.h"
#include "wire/testing.h"

namespace hanbat::codedeploy {
namespace {

namespace elb = elasticloadbalancing;
namespace commands = codedeploycommands;

struct CodeDeployTest : testing::Test {
  CodeDeployTest() {
    region.add<CodeDeploy>();
    region.add<HostAgent>();
    auto& ec2_service = region.add<region::FakeService>("ec2");
    ec2_service.on<ec2::DescribeInstancesInput, ec2::DescribeInstancesOutput>(
        "DescribeInstances", [this](region::Request&, const auto&) {
          if (describe_fails) throw wire::Error("InternalError", 500, "An internal error has occurred.");
          ec2::DescribeInstancesOutput out;
          auto& list = out.reservations.emplace().emplace_back().instances.emplace();
          for (const std::string& id : instances) {
            ec2::Instance& instance = list.emplace_back();
            instance.instance_id = id;
            ec2::Tag& tag = instance.tags.emplace().emplace_back();
            tag.key = "wsi:deploy:group";
            tag.value = "dev-api";
          }
          return out;
        });
    auto& balancer = region.add<region::FakeService>("elasticloadbalancing");
    balancer.on<elb::DescribeTargetGroupsInput, elb::DescribeTargetGroupsOutput>(
        "DescribeTargetGroups", [](region::Request&, const auto&) {
          elb::DescribeTargetGroupsOutput out;
          out.target_groups.emplace().emplace_back().target_group_arn = "tg";
          return out;
        });
    balancer.on<elb::RegisterTargetsInput, elb::RegisterTargetsOutput>("RegisterTargets",
                                                                       [this](region::Request&, const auto& in) {
                                                                         registered.insert(in.targets.front().id);
                                                                         return elb::RegisterTargetsOutput{};
                                                                       });
    balancer.on<elb::DeregisterTargetsInput, elb::DeregisterTargetsOutput>("DeregisterTargets",
                                                                           [this](region::Request&, const auto& in) {
                                                                             registered.erase(in.targets.front().id);
                                                                             return elb::DeregisterTargetsOutput{};
                                                                           });
    balancer.on<elb::DescribeTargetHealthInput, elb::DescribeTargetHealthOutput>(
        "DescribeTargetHealth", [this](region::Request&, const auto& in) {
          elb::DescribeTargetHealthOutput out;
          const std::string id = in.targets->front().id;
          auto& health = out.target_health_descriptions.emplace().emplace_back();
          health.target.emplace().id = id;
          health.target_health.emplace().state = registered.contains(id) ? "healthy" : "unused";
          return out;
        });
    region.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    region.start();
    CreateApplicationInput application;
    application.application_name = "wsi-api";
    client.create_application(application);
    CreateDeploymentGroupInput group;
    group.application_name = "wsi-api";
    group.deployment_group_name = "dev-api";
    group.service_role_arn = "arn:aws:iam::123456789012:role/wsi-codedeploy";
    EC2TagFilter& filter = group.ec2_tag_filters.emplace().emplace_back();
    filter.key = "wsi:deploy:group";
    filter.value = "dev-api";
    filter.type = "KEY_AND_VALUE";
    group.deployment_style = {.deployment_option = "WITH_TRAFFIC_CONTROL", .deployment_type = "IN_PLACE"};
    group.load_balancer_info.emplace().target_group_info_list.emplace().emplace_back().name = "wsi-api-tg";
    client.create_deployment_group(group);
  }

  std::string deploy(bool roll_back = false) {
    CreateDeploymentInput in;
    in.application_name = "wsi-api";
    in.deployment_group_name = "dev-api";
    S3Location& s3 = in.revision.emplace().s3_location.emplace();
    in.revision->revision_type = "S3";
    s3.bucket = "artifacts";
    s3.key = "revision-" + std::to_string(++revisions) + ".zip";
    s3.bundle_type = "zip";
    if (roll_back) {
      in.auto_rollback_configuration.emplace().enabled = true;
      in.auto_rollback_configuration->events = std::vector<std::string>{"DEPLOYMENT_FAILURE"};
    }
    const std::string id = *client.create_deployment(in).deployment_id;
    region.run_until_idle();
    return id;
  }

  commands::Client agent(const std::string& instance) {
    region::Caller caller = region.user;
    caller.kind = region::Caller::Kind::kAssumedRole;
    caller.session_name = instance;
    return {region.home, caller, "ap-northeast-2"};
  }

  // What the instance's agent is to do now, if anything.
  std::optional<commands::HostCommandInstance> take(const std::string& instance) {
    const bool waiting = region.db->read([&](store::Tx& tx) {
      return find_pending_command(tx, {"123456789012", "ap-northeast-2"}, instance).has_value();
    });
    if (!waiting) return std::nullopt;
    commands::PollHostCommandInput in;
    in.host_identifier = "arn:aws:ec2:ap-northeast-2:123456789012:instance/" + instance;
    return agent(instance).poll_host_command(in).host_command;
  }

  void complete(const std::string& instance, const std::string& id, const std::string& status,
                const std::string& diagnostics) {
    commands::PutHostCommandAcknowledgementInput acknowledgement;
    acknowledgement.host_command_identifier = id;
    agent(instance).put_host_command_acknowledgement(acknowledgement);
    commands::PutHostCommandCompleteInput in;
    in.host_command_identifier = id;
    in.command_status = status;
    in.diagnostics.emplace().payload = diagnostics;
    agent(instance).put_host_command_complete(in);
    region.run_until_idle();
  }

  // Lets the agents work until there is nothing left; `failing` fails at that instance, once.
  std::vector<std::string> work(const std::string& failing_instance = "", const std::string& failing = "") {
    std::vector<std::string> done;
    bool failed = false;
    for (bool any = true; any;) {
      any = false;
      for (const std::string& instance : instances)
        while (const auto command = take(instance)) {
          any = true;
          done.push_back(instance + ":" + *command->command_name);
          const bool fails = !failed && instance == failing_instance && command->command_name == failing;
          failed = failed || fails;
          complete(instance, *command->host_command_identifier, fails ? "Failed" : "Succeeded",
                   fails ? R"({"error_code":4,"script_name":"s.sh","message":"failed","log":"oops"})"
                         : R"({"error_code":0})");
        }
    }
    return done;
  }

  DeploymentInfo info(const std::string& id) {
    GetDeploymentInput in;
    in.deployment_id = id;
    return *client.get_deployment(in).deployment_info;
  }

  region::TestRegion region;
  std::vector<std::string> instances = {"i-1", "i-2"};
  std::set<std::string> registered;
  int revisions = 0;
  bool describe_fails = false;
  Client client{region.home, region.user, "ap-northeast-2"};
};

TEST_F(CodeDeployTest, ADeploymentGoesOverBothInstancesOneAfterTheOtherAndAttachesThem) {
  const std::string id = deploy();
  const std::vector<std::string> done = work();
  EXPECT_EQ(done.size(), 22u);
  EXPECT_EQ(done.front(), "i-1:BeforeBlockTraffic");
  EXPECT_EQ(done.back(), "i-2:AfterAllowTraffic");
  EXPECT_EQ(info(id).status, "Succeeded");
  EXPECT_EQ(registered, (std::set<std::string>{"i-1", "i-2"}));
}

TEST_F(CodeDeployTest, AFailedHookLeavesItsOutputAndTheOtherInstanceAlone) {
  deploy();
  work();
  const std::string id = deploy();
  work("i-1", "AfterInstall");
  EXPECT_EQ(info(id).status, "Failed");
  EXPECT_EQ(info(id).error_information->code, "HEALTH_CONSTRAINTS");
  GetDeploymentTargetInput in;
  in.deployment_id = id;
  in.target_id = "i-1";
  const InstanceTarget target = *client.get_deployment_target(in).deployment_target->instance_target;
  for (const LifecycleEvent& event : *target.lifecycle_events)
    if (event.lifecycle_event_name == "AfterInstall") {
      EXPECT_EQ(event.diagnostics->error_code, "ScriptFailed");
      EXPECT_EQ(event.diagnostics->log_tail, "oops");
    }
  EXPECT_TRUE(registered.contains("i-2"));
}

TEST_F(CodeDeployTest, AFailureIsRolledBackToTheLastGoodRevision) {
  deploy();
  work();
  const std::string id = deploy(true);
  work("i-1", "AfterInstall");
  const auto rollback = info(id).rollback_info->rollback_deployment_id;
  ASSERT_TRUE(rollback);
  EXPECT_EQ(info(*rollback).creator, "codeDeployRollback");
  EXPECT_EQ(info(*rollback).revision->s3_location->key, "revision-1.zip");
  EXPECT_EQ(info(*rollback).status, "Succeeded");
}

TEST_F(CodeDeployTest, AGroupHasOneDeploymentAtATime) {
  const std::string id = deploy();
  EXPECT_THROW(deploy(), DeploymentLimitExceededException);
  StopDeploymentInput in;
  in.deployment_id = id;
  client.stop_deployment(in);
  EXPECT_EQ(info(id).status, "Stopped");
  EXPECT_EQ(info(id).error_information->code, "MANUAL_STOP");
  EXPECT_THROW(client.stop_deployment(in), DeploymentAlreadyCompletedException);
}

TEST_F(CodeDeployTest, ACommandIsHandedOutAgainOnlyWhenItsAnswerWasLost) {
  deploy();
  const auto command = take("i-1");
  ASSERT_TRUE(command);
  region.clock.advance(Seconds(3));
  const auto again = take("i-1");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->host_command_identifier, command->host_command_identifier);
  commands::PutHostCommandAcknowledgementInput in;
  in.host_command_identifier = *command->host_command_identifier;
  EXPECT_EQ(agent("i-1").put_host_command_acknowledgement(in).command_status, "InProgress");
  EXPECT_FALSE(take("i-1"));
  EXPECT_THROW(agent("i-2").put_host_command_acknowledgement(in), commands::ClientException);
}

TEST_F(CodeDeployTest, TheSpecificationIsASignedMessageThatAnAgentCanRead) {
  deploy();
  const auto command = take("i-1");
  commands::GetDeploymentSpecificationInput in;
  in.deployment_execution_id = *command->deployment_execution_id;
  in.host_identifier = *command->host_identifier;
  const std::string pem =
      *agent("i-1").get_deployment_specification(in).deployment_specification->generic_envelope->payload;
  EXPECT_LE(pem.size(), 8192u);
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  PKCS7* message = PEM_read_bio_PKCS7(bio, nullptr, nullptr, nullptr);
  ASSERT_NE(message, nullptr);
  BIO* content = BIO_new(BIO_s_mem());
  EXPECT_EQ(PKCS7_verify(message, nullptr, nullptr, nullptr, content, PKCS7_NOVERIFY), 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(content, &data);
  const Json json = Json::parse(std::string(data, size));
  EXPECT_EQ(json.text("ApplicationName"), "wsi-api");
  EXPECT_EQ(json["Revision"]["S3Revision"].text("Key"), "revision-1.zip");
  BIO_free(content);
  PKCS7_free(message);
  BIO_free(bio);
}

TEST_F(CodeDeployTest, WithoutInstancesADeploymentFails) {
  instances.clear();
  EXPECT_EQ(info(deploy()).error_information->code, "NO_INSTANCES");
}

TEST_F(CodeDeployTest, ApplicationsGroupsAndDeploymentsAreAskedAboutWithTheirTags) {
  const std::string prefix = "arn:aws:codedeploy:ap-northeast-2:123456789012:";
  const std::string application = prefix + "application:wsi-api", group = prefix + "deploymentgroup:wsi-api/dev-api";
  client.tag_resource({.resource_arn = application, .tags = {{.key = "team", .value = "a"}}});
  client.tag_resource({.resource_arn = group, .tags = {{.key = "team", .value = "b"}}});
  CreateApplicationInput in;
  in.application_name = "other";
  in.tags = {{{.key = "team", .value = "c"}}};
  client.create_application(in);
  client.get_application({.application_name = "wsi-api"});
  client.list_deployment_groups({.application_name = "wsi-api"});
  const std::string id = deploy();
  client.get_deployment({.deployment_id = id});
  const region::ExpectedKey expected[] = {
      {"codedeploy:CreateApplication", prefix + "application:other", "aws:RequestTag/team", "c"},
      {"codedeploy:TagResource", prefix + "application:other", "aws:TagKeys", "team"},
      {"codedeploy:GetApplication", application, "aws:ResourceTag/team", "a"},
      {"codedeploy:ListDeploymentGroups", application, "aws:ResourceTag/team", "a"},
      {"codedeploy:CreateDeployment", group, "aws:ResourceTag/team", "b"},
      {"codedeploy:GetDeployment", group, "aws:ResourceTag/team", "b"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(one.action, one.resource, one.key), one.value) << one.action;
}

TEST_F(CodeDeployTest, ACallAboutNothingIsRefusedBeforeItIsAuthorized) {
  EXPECT_THROW(client.batch_get_deployments({}), DeploymentIdRequiredException);
  EXPECT_THROW(client.batch_get_applications({}), ApplicationNameRequiredException);
  EXPECT_THROW(client.tag_resource({.resource_arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:instance:x",
                                    .tags = {{.key = "team", .value = "a"}}}),
               ArnNotSupportedException);
  UpdateDeploymentGroupInput in;
  in.application_name = "wsi-api";
  in.current_deployment_group_name = "dev-api";
  in.service_role_arn = "arn:aws:s3:::bucket";
  EXPECT_THROW(client.update_deployment_group(in), InvalidRoleException);
}

TEST_F(CodeDeployTest, ARenamedApplicationAndGroupKeepTheirTagsRevisionsAndDeployments) {
  const std::string prefix = "arn:aws:codedeploy:ap-northeast-2:123456789012:";
  client.tag_resource({.resource_arn = prefix + "application:wsi-api", .tags = {{.key = "team", .value = "a"}}});
  client.tag_resource(
      {.resource_arn = prefix + "deploymentgroup:wsi-api/dev-api", .tags = {{.key = "team", .value = "b"}}});
  const std::string id = deploy();
  work();
  client.update_application({.application_name = "wsi-api", .new_application_name = "api"});
  client.update_deployment_group(
      {.application_name = "api", .current_deployment_group_name = "dev-api", .new_deployment_group_name = "dev"});
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = prefix + "application:api"}).tags->at(0).value, "a");
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = prefix + "deploymentgroup:api/dev"}).tags->at(0).value, "b");
  EXPECT_EQ(client.list_application_revisions({.application_name = "api"}).revisions->size(), 1u);
  EXPECT_EQ(client.list_deployments({.application_name = "api", .deployment_group_name = "dev"}).deployments,
            std::vector<std::string>{id});
  EXPECT_EQ(info(id).application_name, "api");
  EXPECT_EQ(wire::code_of([&] { client.get_application({.application_name = "wsi-api"}); }),
            "ApplicationDoesNotExistException");
}

TEST_F(CodeDeployTest, WhatIsDeletedTakesItsTagsAndRevisionsAlong) {
  const std::string arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:application:wsi-api";
  client.tag_resource({.resource_arn = arn, .tags = {{.key = "team", .value = "a"}}});
  deploy();
  client.delete_application({.application_name = "wsi-api"});
  client.create_application({.application_name = "wsi-api"});
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = arn}).tags->empty());
  EXPECT_TRUE(client.list_application_revisions({.application_name = "wsi-api"}).revisions->empty());
  EXPECT_TRUE(client.list_deployment_groups({.application_name = "wsi-api"}).deployment_groups->empty());
}

TEST_F(CodeDeployTest, TagsThatAwsDoesNotTakeAreRefused) {
  const std::string arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:application:wsi-api";
  const auto code = [&](std::vector<Tag> tags) {
    return wire::code_of([&] { client.tag_resource({.resource_arn = arn, .tags = std::move(tags)}); });
  };
  EXPECT_EQ(code({{.key = "aws:x", .value = "a"}}), "InvalidTagsToAddException");
  EXPECT_EQ(code({{.key = "x", .value = "a"}, {.key = "x", .value = "b"}}), "InvalidTagsToAddException");
  EXPECT_EQ(code({{.key = std::string(129, 'k'), .value = "a"}}), "InvalidTagsToAddException");
  EXPECT_EQ(code({{.key = "x", .value = std::string(257, 'v')}}), "InvalidTagsToAddException");
  EXPECT_EQ(code({}), "TagRequiredException");
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = "k" + std::to_string(i), .value = "v"});
  EXPECT_EQ(code(many), "InvalidTagsToAddException");
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = arn}).tags->empty());
  EXPECT_EQ(wire::code_of([&] {
              client.create_application({.application_name = "tagged", .tags = {{{.key = "aws:x", .value = "a"}}}});
            }),
            "InvalidTagsToAddException");
  EXPECT_EQ(wire::code_of([&] { client.get_application({.application_name = "tagged"}); }),
            "ApplicationDoesNotExistException");
}

TEST_F(CodeDeployTest, NewestFirstDeploymentsComeOnceThoughOneStartsBetweenTwoPages) {
  std::set<std::string> expected;
  const auto run = [&] {
    region.clock.advance(Seconds(1));
    const std::string id = deploy();
    client.stop_deployment({.deployment_id = id});
    return id;
  };
  for (int i = 0; i < 101; ++i) expected.insert(run());
  ListDeploymentsInput in{.application_name = "wsi-api", .deployment_group_name = "dev-api"};
  const ListDeploymentsOutput first = client.list_deployments(in);
  ASSERT_EQ(first.deployments->size(), 100u);
  run();
  in.next_token = first.next_token;
  const ListDeploymentsOutput second = client.list_deployments(in);
  std::multiset<std::string> seen(first.deployments->begin(), first.deployments->end());
  seen.insert(second.deployments->begin(), second.deployments->end());
  EXPECT_EQ(seen, std::multiset<std::string>(expected.begin(), expected.end()));
  EXPECT_FALSE(second.next_token);
}

TEST_F(CodeDeployTest, ATokenThatIsNoneIsRefused) {
  for (const char* token : {"", "garbage", "-1", "MTAw"}) {
    EXPECT_EQ(wire::code_of([&] { client.list_applications({.next_token = token}); }), "InvalidNextTokenException");
    EXPECT_EQ(wire::code_of([&] { client.list_deployments({.next_token = token}); }), "InvalidNextTokenException");
    EXPECT_EQ(wire::code_of([&] { client.list_deployment_configs({.next_token = token}); }),
              "InvalidNextTokenException");
  }
}

TEST_F(CodeDeployTest, ADeploymentWhoseInstancesCannotBeAskedForFailsInTheEnd) {
  describe_fails = true;
  const std::string id = deploy();
  for (int i = 0; i < 60; ++i) {
    region.clock.advance(Seconds(30));
    region.run_until_idle();
  }
  EXPECT_EQ(info(id).status, "Failed");
  EXPECT_EQ(info(id).error_information->code, "INTERNAL_ERROR");
}

}  // namespace
}  // namespace hanbat::codedeploy
