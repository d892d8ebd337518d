// What CodeDeploy's documentation says of names, numbers and members that go together.
#include <gtest/gtest.h>

#include "gen/codedeploy/client.h"
#include "region/testing.h"
#include "services/codedeploy/codedeploy.h"
#include "wire/testing.h"

namespace hanbat::codedeploy {
namespace {

using Names = std::vector<std::string>;

struct CodeDeployLimits : testing::Test {
  CodeDeployLimits() {
    region.add<CodeDeploy>();
    region.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    region.start();
    client.create_application({.application_name = "web"});
    client.create_deployment_group(group("dev"));
  }
  static CreateDeploymentGroupInput group(const std::string& name) {
    CreateDeploymentGroupInput in;
    in.application_name = "web";
    in.deployment_group_name = name;
    in.service_role_arn = "arn:aws:iam::123456789012:role/deploy";
    return in;
  }
  static RevisionLocation revision(const std::string& key) {
    return {.revision_type = "S3", .s3_location = S3Location{.bucket = "artifacts", .bundle_type = "zip", .key = key}};
  }
  std::string deploy() {
    CreateDeploymentInput in;
    in.application_name = "web";
    in.deployment_group_name = "dev";
    in.revision = revision("app.zip");
    return *client.create_deployment(in).deployment_id;
  }
  template <class Call>
  static std::string code(const Call& call) {
    return wire::code_of(call);
  }

  region::TestRegion region;
  const Client client{region.home, region.user, "ap-northeast-2"};
};

TEST_F(CodeDeployLimits, NamesHaveLettersDigitsAndSevenOtherCharacters) {
  EXPECT_EQ(code([&] { client.create_application({.application_name = "A.b_c+d=e,f@g-1"}); }), "");
  for (const char* name : {"my app", "a/b", "a:b", "앱"}) {
    EXPECT_EQ(code([&] { client.create_application({.application_name = name}); }), "InvalidApplicationNameException");
    EXPECT_EQ(code([&] { client.get_application({.application_name = name}); }), "InvalidApplicationNameException");
    EXPECT_EQ(code([&] { client.delete_application({.application_name = name}); }), "InvalidApplicationNameException");
    EXPECT_EQ(code([&] { client.update_application({.application_name = "web", .new_application_name = name}); }),
              "InvalidApplicationNameException");
    EXPECT_EQ(code([&] { client.create_deployment_group(group(name)); }), "InvalidDeploymentGroupNameException");
    EXPECT_EQ(code([&] {
                client.create_deployment_config(
                    {.deployment_config_name = name,
                     .minimum_healthy_hosts = MinimumHealthyHosts{.type = "HOST_COUNT", .value = 1}});
              }),
              "InvalidDeploymentConfigNameException");
  }
}

TEST_F(CodeDeployLimits, ABatchTakesNoMoreThanItsNumber) {
  const std::string id = deploy();
  EXPECT_EQ(code([&] { client.batch_get_applications({.application_names = Names(101, "web")}); }),
            "BatchLimitExceededException");
  EXPECT_EQ(
      code([&] {
        client.batch_get_deployment_groups({.application_name = "web", .deployment_group_names = Names(101, "dev")});
      }),
      "BatchLimitExceededException");
  EXPECT_EQ(code([&] { client.batch_get_deployments({.deployment_ids = Names(26, id)}); }),
            "BatchLimitExceededException");
  EXPECT_EQ(code([&] { client.batch_get_deployment_instances({.deployment_id = id, .instance_ids = Names(26, "i")}); }),
            "BatchLimitExceededException");
  EXPECT_EQ(code([&] {
              client.batch_get_application_revisions(
                  {.application_name = "web", .revisions = std::vector(26, revision("app.zip"))});
            }),
            "BatchLimitExceededException");
  EXPECT_EQ(client.batch_get_deployments({.deployment_ids = Names(25, id)}).deployments_info->size(), 25u);
}

TEST_F(CodeDeployLimits, WhatADeploymentWasAskedForIsToldOfIt) {
  CreateDeploymentInput in;
  in.application_name = "web";
  in.deployment_group_name = "dev";
  in.deployment_config_name = "CodeDeployDefault.AllAtOnce";
  in.revision = revision("app.zip");
  in.description = "a release";
  in.file_exists_behavior = "RETAIN";
  in.ignore_application_stop_failures = true;
  in.update_outdated_instances_only = true;
  in.auto_rollback_configuration = AutoRollbackConfiguration{.enabled = true, .events = Names{"DEPLOYMENT_FAILURE"}};
  const std::string id = *client.create_deployment(in).deployment_id;
  const auto info = [&] { return *client.get_deployment({.deployment_id = id}).deployment_info; };
  EXPECT_EQ(info().deployment_config_name, "CodeDeployDefault.AllAtOnce");
  EXPECT_EQ(info().description, "a release");
  EXPECT_TRUE(info().deployment_status_messages && info().deployment_status_messages->empty());
  EXPECT_EQ(info().file_exists_behavior, "RETAIN");
  EXPECT_EQ(info().ignore_application_stop_failures, true);
  EXPECT_EQ(info().update_outdated_instances_only, true);
  EXPECT_EQ(info().auto_rollback_configuration->events, Names{"DEPLOYMENT_FAILURE"});
  client.stop_deployment({.auto_rollback_enabled = false, .deployment_id = id});
  EXPECT_EQ(info().status, "Stopped");
  EXPECT_EQ(info().auto_rollback_configuration->enabled, false);
}

TEST_F(CodeDeployLimits, ABatchOfNothingMissesWhatItIsOf) {
  const std::string id = deploy();
  EXPECT_EQ(code([&] { client.batch_get_deployment_targets({.deployment_id = id, .target_ids = {}}); }),
            "DeploymentTargetIdRequiredException");
  EXPECT_EQ(code([&] { client.batch_get_deployment_instances({.deployment_id = id, .instance_ids = {}}); }),
            "InstanceIdRequiredException");
  EXPECT_EQ(code([&] { client.batch_get_application_revisions({.application_name = "web", .revisions = {}}); }),
            "RevisionRequiredException");
}

TEST_F(CodeDeployLimits, ABatchLeavesOutTheDeploymentsThatThereAreNot) {
  const std::string id = deploy();
  const auto found = client.batch_get_deployments({.deployment_ids = {"d-000000000", id}});
  ASSERT_EQ(found.deployments_info->size(), 1u);
  EXPECT_EQ(found.deployments_info->front().deployment_id, id);
  EXPECT_EQ(code([&] { client.get_deployment({.deployment_id = "d-000000000"}); }), "DeploymentDoesNotExistException");
}

TEST_F(CodeDeployLimits, DeploymentsAreListedOfAllOrOfAGroup) {
  const std::string id = deploy();
  EXPECT_EQ(client.list_deployments({}).deployments, Names{id});
  EXPECT_EQ(client.list_deployments({.application_name = "web", .deployment_group_name = "dev"}).deployments,
            Names{id});
  EXPECT_EQ(code([&] { client.list_deployments({.application_name = "web"}); }),
            "DeploymentGroupNameRequiredException");
  EXPECT_EQ(code([&] { client.list_deployments({.deployment_group_name = "dev"}); }),
            "ApplicationNameRequiredException");
  const TimeRange backwards{.end = Timestamp{1'000}, .start = Timestamp{2'000}};
  EXPECT_EQ(code([&] { client.list_deployments({.create_time_range = backwards}); }), "InvalidTimeRangeException");
}

TEST_F(CodeDeployLimits, RevisionsAreListedOldestFirstUnlessItIsSaid) {
  for (const char* key : {"one.zip", "two.zip"}) {
    client.register_application_revision({.application_name = "web", .revision = revision(key)});
    region.clock.advance(Seconds(1));
  }
  const auto first = [&](std::optional<std::string> order) {
    return client
        .list_application_revisions({.application_name = "web", .sort_by = "registerTime", .sort_order = order})
        .revisions->front()
        .s3_location->key;
  };
  EXPECT_EQ(first({}), "one.zip");
  EXPECT_EQ(first("descending"), "two.zip");
}

TEST_F(CodeDeployLimits, APrefixOfKeysIsOfABucket) {
  EXPECT_EQ(code([&] { client.list_application_revisions({.application_name = "web", .s3_key_prefix = "a"}); }),
            "BucketNameFilterRequiredException");
  EXPECT_EQ(code([&] { client.list_application_revisions({.application_name = "web", .s3_bucket = "no such?"}); }),
            "InvalidBucketNameFilterException");
}

TEST_F(CodeDeployLimits, ADescriptionHasAtMost256Characters) {
  std::string longest;
  for (int i = 0; i < 256; ++i) longest += "설";
  const auto register_with = [&](const std::string& description) {
    return code([&] {
      client.register_application_revision(
          {.application_name = "web", .description = description, .revision = revision("app.zip")});
    });
  };
  EXPECT_EQ(register_with(longest), "");
  EXPECT_EQ(register_with(longest + "명"), "DescriptionTooLongException");
}

TEST_F(CodeDeployLimits, AStyleSaysItsTypeAndItsOption) {
  CreateDeploymentGroupInput in = group("half");
  in.deployment_style = DeploymentStyle{.deployment_type = "IN_PLACE"};
  EXPECT_EQ(wire::refusal_of([&] { client.create_deployment_group(in); }),
            "InvalidDeploymentStyleException: Deployment type or deployment option cannot be null or empty");
  in.deployment_style.reset();
  client.create_deployment_group(in);
  const DeploymentStyle usual =
      *client.get_deployment_group({.application_name = "web", .deployment_group_name = "half"})
           .deployment_group_info->deployment_style;
  EXPECT_EQ(usual.deployment_type, "IN_PLACE");
  EXPECT_EQ(usual.deployment_option, "WITHOUT_TRAFFIC_CONTROL");
}

TEST_F(CodeDeployLimits, AllInstancesCannotBeTheHealthyOnesThatStay) {
  const auto create = [&](int percent) {
    return code([&] {
      client.create_deployment_config(
          {.deployment_config_name = "p" + std::to_string(percent),
           .minimum_healthy_hosts = MinimumHealthyHosts{.type = "FLEET_PERCENT", .value = percent}});
    });
  };
  EXPECT_EQ(create(99), "");
  EXPECT_EQ(create(100), "InvalidMinimumHealthyHostValueException");
}

TEST_F(CodeDeployLimits, EnvironmentsAreOfBlueGreenDeploymentsAlone) {
  const std::string id = deploy();
  EXPECT_EQ(
      code([&] { client.list_deployment_instances({.deployment_id = id, .instance_type_filter = Names{"Blue"}}); }),
      "InvalidDeploymentInstanceTypeException");
  EXPECT_EQ(
      code([&] {
        client.list_deployment_targets({.deployment_id = id, .target_filters = {{{"ServerInstanceLabel", {"Green"}}}}});
      }),
      "InvalidDeploymentInstanceTypeException");
}

TEST_F(CodeDeployLimits, ATargetIsNamedByItsIdOrItsArnAndByNoOther) {
  client.register_on_premises_instance(
      {.iam_user_arn = "arn:aws:iam::123456789012:user/server", .instance_name = "server-1"});
  client.add_tags_to_on_premises_instances({.instance_names = {"server-1"}, .tags = {{.key = "k", .value = "v"}}});
  UpdateDeploymentGroupInput update;
  update.application_name = "web";
  update.current_deployment_group_name = "dev";
  update.on_premises_instance_tag_filters = {{{.key = "k", .type = "KEY_ONLY"}}};
  client.update_deployment_group(update);
  const std::string id = deploy();
  region.run_until_idle();
  const std::string arn = *client.get_on_premises_instance({.instance_name = "server-1"}).instance_info->instance_arn;
  std::string foreign = arn;
  foreign.replace(foreign.find("123456789012"), 12, "210987654321");
  for (const std::string& good : {std::string("server-1"), arn}) {
    EXPECT_EQ(client.get_deployment_target({.deployment_id = id, .target_id = good})
                  .deployment_target->instance_target->target_id,
              "server-1");
    EXPECT_EQ(
        client.batch_get_deployment_instances({.deployment_id = id, .instance_ids = {good}}).instances_summary->size(),
        1u);
  }
  for (const std::string& wrong : {foreign, std::string("a/server-1"), std::string("server-2")}) {
    EXPECT_EQ(code([&] { client.get_deployment_target({.deployment_id = id, .target_id = wrong}); }),
              "DeploymentTargetDoesNotExistException");
    EXPECT_EQ(code([&] { client.get_deployment_instance({.deployment_id = id, .instance_id = wrong}); }),
              "InstanceDoesNotExistException");
  }
}

}  // namespace
}  // namespace hanbat::codedeploy
