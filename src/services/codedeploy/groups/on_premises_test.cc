// On-premises instances: registered, tagged, found by deployment groups and deployed to by an agent that an IAM user or
// a session stands for.
#include <gtest/gtest.h>

#include "gen/codedeploy/client.h"
#include "gen/codedeploycommands/client.h"
#include "gen/codedeploycommandssecure/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/codedeploy/agents/secure_host_agent.h"
#include "services/codedeploy/codedeploy.h"
#include "wire/testing.h"

namespace hanbat::codedeploy {
namespace {

const std::string kUser = "arn:aws:iam::123456789012:user/AWS/CodeDeploy/web-1";
const std::string kSession = "arn:aws:sts::123456789012:assumed-role/OnPremises/web-2";

struct OnPremisesTest : testing::Test {
  OnPremisesTest() {
    region.add<CodeDeploy>();
    region.add<HostAgent>();
    region.add<SecureHostAgent>();
    region.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    region.start();
  }

  std::string code(const std::function<void()>& call) { return wire::code_of(call); }
  std::string code_of_registering(const RegisterOnPremisesInstanceInput& in) {
    return code([&] { client.register_on_premises_instance(in); });
  }
  void make_host(const std::string& name, const std::string& user) {
    client.register_on_premises_instance({.iam_user_arn = user, .instance_name = name});
    client.add_tags_to_on_premises_instances(
        {.instance_names = {name}, .tags = {{.key = "Name", .value = "web"}, {.key = "Host", .value = name}}});
  }
  void make_group() {
    client.create_application({.application_name = "web"});
    CreateDeploymentGroupInput in;
    in.application_name = "web";
    in.deployment_group_name = "here";
    in.service_role_arn = "arn:aws:iam::123456789012:role/codedeploy";
    in.on_premises_instance_tag_filters = {{{.key = "Name", .type = "KEY_AND_VALUE", .value = "web"}}};
    client.create_deployment_group(in);
  }
  CreateDeploymentInput deployment() {
    CreateDeploymentInput in;
    in.application_name = "web";
    in.deployment_group_name = "here";
    in.revision.emplace().revision_type = "S3";
    in.revision->s3_location = S3Location{.bucket = "b", .bundle_type = "zip", .key = "k.zip"};
    return in;
  }
  std::string deploy() {
    const std::string id = *client.create_deployment(deployment()).deployment_id;
    region.run_until_idle();
    return id;
  }
  /// Who has that ARN.
  region::Caller caller(const std::string& arn) {
    region::Caller out = region.user;
    out.arn = arn;
    out.kind = arn == kSession ? region::Caller::Kind::kAssumedRole : region::Caller::Kind::kUser;
    out.session_name = arn == kSession ? "web-2" : "";
    return out;
  }
  template <class AgentClient = codedeploycommands::Client>
  AgentClient agent(const std::string& arn) {
    return {region.home, caller(arn), "ap-northeast-2"};
  }
  /// Carries out what the host is to do, at that endpoint; returns the events.
  template <class AgentClient>
  std::vector<std::string> work(const std::string& arn, const std::string& name) {
    std::vector<std::string> done;
    while (region.db->read([&](store::Tx& tx) {
      return find_pending_command(tx, {"123456789012", "ap-northeast-2"}, name).has_value();
    })) {
      const auto command = agent<AgentClient>(arn).poll_host_command({.host_identifier = arn}).host_command;
      EXPECT_EQ(command->host_identifier, arn);
      const auto specification = agent<AgentClient>(arn).get_deployment_specification(
          {.deployment_execution_id = *command->deployment_execution_id, .host_identifier = arn});
      EXPECT_TRUE(specification.deployment_specification->generic_envelope->payload);
      agent<AgentClient>(arn).put_host_command_acknowledgement(
          {.host_command_identifier = *command->host_command_identifier});
      agent<AgentClient>(arn).put_host_command_complete(
          {.command_status = "Succeeded", .host_command_identifier = *command->host_command_identifier});
      region.run_until_idle();
      done.push_back(*command->command_name);
    }
    return done;
  }

  region::TestRegion region;
  Client client{region.home, region.user, "ap-northeast-2"};
};

TEST_F(OnPremisesTest, AnInstanceIsRegisteredDescribedAndDeregistered) {
  make_host("web-1", kUser);
  const InstanceInfo info = *client.get_on_premises_instance({.instance_name = "web-1"}).instance_info;
  EXPECT_EQ(info.iam_user_arn, kUser);
  EXPECT_FALSE(info.iam_session_arn);
  EXPECT_TRUE(info.instance_arn->starts_with("arn:aws:codedeploy:ap-northeast-2:123456789012:instance/web-1_"));
  EXPECT_EQ(info.tags->size(), 2u);
  EXPECT_TRUE(info.register_time);
  EXPECT_FALSE(info.deregister_time);

  client.deregister_on_premises_instance({.instance_name = "web-1"});
  EXPECT_TRUE(client.get_on_premises_instance({.instance_name = "web-1"}).instance_info->deregister_time);
  client.deregister_on_premises_instance({.instance_name = "never-there"});
  EXPECT_EQ(code([&] { client.get_on_premises_instance({.instance_name = "never-there"}); }),
            "InstanceNotRegisteredException");
  make_host("web-1", kUser);
  EXPECT_FALSE(client.get_on_premises_instance({.instance_name = "web-1"}).instance_info->deregister_time);
}

TEST_F(OnPremisesTest, AnInstanceNeedsAGoodNameAndOneIdentityOfItsOwn) {
  for (const char* name : {"i-0123456789", "a b", "a/b", ""})
    EXPECT_EQ(code_of_registering({.iam_user_arn = kUser, .instance_name = name}),
              *name ? "InvalidInstanceNameException" : "InstanceNameRequiredException")
        << name;
  EXPECT_EQ(code_of_registering({.iam_user_arn = kUser, .instance_name = std::string(101, 'a')}),
            "InvalidInstanceNameException");
  EXPECT_EQ(code_of_registering({.instance_name = "web-1"}), "IamArnRequiredException");
  EXPECT_EQ(code_of_registering({.iam_session_arn = kSession, .iam_user_arn = kUser, .instance_name = "web-1"}),
            "MultipleIamArnsProvidedException");
  for (const char* user : {"web-1", "arn:aws:iam::123456789012:role/x", "arn:aws:iam::999999999999:user/x"})
    EXPECT_EQ(code_of_registering({.iam_user_arn = user, .instance_name = "web-1"}), "InvalidIamUserArnException");
  for (const char* session :
       {"x", "arn:aws:sts::123456789012:assumed-role/OnPremises", "arn:aws:iam::123456789012:role/OnPremises"})
    EXPECT_EQ(code_of_registering({.iam_session_arn = session, .instance_name = "web-1"}),
              "InvalidIamSessionArnException");
  make_host("web-1", kUser);
  EXPECT_EQ(code_of_registering({.iam_session_arn = kSession, .instance_name = "web-1"}),
            "InstanceNameAlreadyRegisteredException");
  EXPECT_EQ(code_of_registering({.iam_user_arn = kUser, .instance_name = "web-2"}),
            "IamUserArnAlreadyRegisteredException");
  client.register_on_premises_instance({.iam_session_arn = kSession, .instance_name = "web-2"});
  EXPECT_EQ(code_of_registering({.iam_session_arn = kSession, .instance_name = "web-3"}),
            "IamSessionArnAlreadyRegisteredException");
}

TEST_F(OnPremisesTest, TagsAreAddedReplacedAndTakenAwayByKeyAndValue) {
  make_host("web-1", kUser);
  client.add_tags_to_on_premises_instances({.instance_names = {"web-1"}, .tags = {{.key = "Name", .value = "db"}}});
  client.remove_tags_from_on_premises_instances(
      {.instance_names = {"web-1"}, .tags = {{.key = "Name", .value = "web"}, {.key = "Host", .value = "web-1"}}});
  const std::vector<Tag> tags = *client.get_on_premises_instance({.instance_name = "web-1"}).instance_info->tags;
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].value, "db");

  const auto adding = [&](std::vector<std::string> names, std::vector<Tag> tags_to_add) {
    return code([&] { client.add_tags_to_on_premises_instances({.instance_names = names, .tags = tags_to_add}); });
  };
  EXPECT_EQ(adding({}, {{.key = "k", .value = "v"}}), "InstanceNameRequiredException");
  EXPECT_EQ(adding({"web-1"}, {}), "TagRequiredException");
  EXPECT_EQ(adding({"web-1"}, {{.key = "", .value = "v"}}), "InvalidTagException");
  EXPECT_EQ(adding({"web-1"}, {{.key = "k", .value = ""}}), "InvalidTagException");
  EXPECT_EQ(adding({"web-9"}, {{.key = "k", .value = "v"}}), "InstanceNotRegisteredException");
  EXPECT_EQ(adding(std::vector<std::string>(101, "web-1"), {{.key = "k", .value = "v"}}),
            "InstanceLimitExceededException");
  std::vector<Tag> many;
  for (int i = 0; i < 10; ++i) many.push_back({.key = "k" + std::to_string(i), .value = "v"});
  EXPECT_EQ(adding({"web-1"}, many), "TagLimitExceededException");
}

TEST_F(OnPremisesTest, InstancesAreListedByStatusAndTagsAndReadSeveralAtOnce) {
  make_host("web-2", kUser + "2");
  make_host("web-1", kUser);
  make_host("gone", kUser + "3");
  client.deregister_on_premises_instance({.instance_name = "gone"});
  using Names = std::vector<std::string>;
  EXPECT_EQ(client.list_on_premises_instances({}).instance_names, (Names{"gone", "web-1", "web-2"}));
  EXPECT_EQ(client.list_on_premises_instances({.registration_status = "Registered"}).instance_names,
            (Names{"web-1", "web-2"}));
  EXPECT_EQ(client.list_on_premises_instances({.registration_status = "Deregistered"}).instance_names, (Names{"gone"}));
  ListOnPremisesInstancesInput by_tag;
  by_tag.tag_filters = {{{.key = "Host", .type = "KEY_AND_VALUE", .value = "web-2"}}};
  EXPECT_EQ(client.list_on_premises_instances(by_tag).instance_names, (Names{"web-2"}));
  by_tag.tag_filters = {{{.type = "KEY_ONLY", .value = "web-2"}}};
  EXPECT_EQ(code([&] { client.list_on_premises_instances(by_tag); }), "InvalidTagFilterException");

  const auto infos = client.batch_get_on_premises_instances({.instance_names = {"web-1", "nobody"}}).instance_infos;
  ASSERT_EQ(infos->size(), 1u);
  EXPECT_EQ(infos->at(0).instance_name, "web-1");
  EXPECT_EQ(code([&] { client.batch_get_on_premises_instances({}); }), "InstanceNameRequiredException");
  EXPECT_EQ(code([&] { client.batch_get_on_premises_instances({.instance_names = Names(26, "web-1")}); }),
            "BatchLimitExceededException");
}

TEST_F(OnPremisesTest, ADeploymentGoesToTheRegisteredHostsThatTheGroupsTagsMean) {
  make_host("web-1", kUser);
  client.register_on_premises_instance({.iam_session_arn = kSession, .instance_name = "web-2"});
  client.add_tags_to_on_premises_instances({.instance_names = {"web-2"}, .tags = {{.key = "Name", .value = "web"}}});
  make_host("gone", kUser + "3");
  client.deregister_on_premises_instance({.instance_name = "gone"});
  make_group();
  const std::string id = deploy();
  const std::vector<std::string> events = {"ApplicationStop", "DownloadBundle",   "BeforeInstall",  "Install",
                                           "AfterInstall",    "ApplicationStart", "ValidateService"};
  EXPECT_EQ(work<codedeploycommands::Client>(kUser, "web-1"), events);
  EXPECT_EQ(work<codedeploycommandssecure::Client>(kSession, "web-2"), events);
  EXPECT_EQ(client.get_deployment({.deployment_id = id}).deployment_info->status, "Succeeded");
  EXPECT_EQ(client.list_deployment_targets({.deployment_id = id}).target_ids,
            (std::vector<std::string>{"web-1", "web-2"}));
  const std::string arn = *client.get_on_premises_instance({.instance_name = "web-1"}).instance_info->instance_arn;
  for (const std::string& name : {std::string("web-1"), arn})
    EXPECT_EQ(client.get_deployment_target({.deployment_id = id, .target_id = name})
                  .deployment_target->instance_target->target_arn,
              arn);
}

TEST_F(OnPremisesTest, AHostSpeaksForNoOtherAndNotWhenItIsDeregistered) {
  make_host("web-1", kUser);
  make_group();
  deploy();
  const auto poll = [&](const std::string& who, const std::string& as) {
    return code([&] { agent(who).poll_host_command({.host_identifier = as}); });
  };
  EXPECT_EQ(poll(kUser + "2", kUser), "AccessDeniedException");
  EXPECT_EQ(poll(kUser + "2", kUser + "2"), "AccessDeniedException");
  // A session may have any name, also that of a host.
  region::Caller named = caller(kSession);
  named.session_name = "web-1";
  const codedeploycommands::Client impostor(region.home, named, "ap-northeast-2");
  EXPECT_EQ(code([&] { impostor.poll_host_command({.host_identifier = kUser}); }), "AccessDeniedException");
  EXPECT_EQ(poll(kUser, "web-1"), "ClientException");
  EXPECT_EQ(poll(kUser, "arn:aws:ec2:ap-northeast-2:123456789012:instance/i-1"), "AccessDeniedException");
  const auto command = agent(kUser).poll_host_command({.host_identifier = kUser}).host_command;
  EXPECT_EQ(code([&] {
              impostor.put_host_command_complete(
                  {.command_status = "Succeeded", .host_command_identifier = *command->host_command_identifier});
            }),
            "ClientException");
  client.deregister_on_premises_instance({.instance_name = "web-1"});
  EXPECT_EQ(poll(kUser, kUser), "AccessDeniedException");
}

TEST_F(OnPremisesTest, TheSecureEndpointAsksForItsPermission) {
  make_host("web-1", kUser);
  make_group();
  deploy();
  region.authorizer.refuses = [](const region::AccessQuestion& question) {
    return question.action == "codedeploy-commands-secure:PollHostCommand";
  };
  EXPECT_EQ(code([&] { agent<codedeploycommandssecure::Client>(kUser).poll_host_command({.host_identifier = kUser}); }),
            "AccessDenied");
  EXPECT_TRUE(agent(kUser).poll_host_command({.host_identifier = kUser}).host_command);
}

TEST_F(OnPremisesTest, AGroupsTagsOfHostsAreHeldToTheirForm) {
  client.create_application({.application_name = "web"});
  CreateDeploymentGroupInput in;
  in.application_name = "web";
  in.deployment_group_name = "here";
  in.service_role_arn = "arn:aws:iam::123456789012:role/codedeploy";
  const std::vector<TagFilter> whole = {{.key = "Name", .type = "KEY_ONLY"}};
  const auto refusal = [&] { return code([&] { client.create_deployment_group(in); }); };
  in.on_premises_instance_tag_filters = {{{.type = "KEY_ONLY", .value = "v"}}};
  EXPECT_EQ(refusal(), "InvalidTagException");
  in.on_premises_instance_tag_filters = whole;
  in.on_premises_tag_set.emplace().on_premises_tag_set_list = {{whole}};
  EXPECT_EQ(refusal(), "InvalidOnPremisesTagCombinationException");
  in.on_premises_instance_tag_filters.reset();
  in.on_premises_tag_set->on_premises_tag_set_list = std::vector<std::vector<TagFilter>>(4, whole);
  EXPECT_EQ(refusal(), "TagSetListLimitExceededException");
  in.on_premises_tag_set->on_premises_tag_set_list = {{whole, {{.key = "Host", .type = "KEY_ONLY"}}}};
  client.create_deployment_group(in);
  UpdateDeploymentGroupInput update;
  update.application_name = "web";
  update.current_deployment_group_name = "here";
  update.on_premises_instance_tag_filters = whole;
  client.update_deployment_group(update);
  const auto info =
      client.get_deployment_group({.application_name = "web", .deployment_group_name = "here"}).deployment_group_info;
  EXPECT_FALSE(info->on_premises_tag_set);
  EXPECT_EQ(info->on_premises_instance_tag_filters->size(), 1u);
}

TEST_F(OnPremisesTest, WhatADeploymentSaysOfItselfIsHeldToAwssWords) {
  make_host("web-1", kUser);
  make_group();
  CreateDeploymentInput in = deployment();
  in.file_exists_behavior = "KEEP";
  EXPECT_EQ(code([&] { client.create_deployment(in); }), "InvalidFileExistsBehaviorException");
  in = deployment();
  in.target_instances.emplace();
  EXPECT_EQ(code([&] { client.create_deployment(in); }), "InvalidTargetInstancesException");
  in = deployment();
  in.auto_rollback_configuration.emplace().enabled = true;
  EXPECT_EQ(code([&] { client.create_deployment(in); }), "InvalidAutoRollbackConfigException");
  in.auto_rollback_configuration->events = {{"DEPLOYMENT_STOP_ON_ALARM"}};
  EXPECT_EQ(code([&] { client.create_deployment(in); }), "NotImplemented");
}

TEST_F(OnPremisesTest, AHostThatHasTheRevisionIsNotDeployedToAgainWhenOnlyOutdatedOnesAre) {
  make_host("web-1", kUser);
  make_group();
  deploy();
  work<codedeploycommands::Client>(kUser, "web-1");
  make_host("web-9", kUser + "9");
  CreateDeploymentInput in = deployment();
  in.update_outdated_instances_only = true;
  in.ignore_application_stop_failures = true;
  in.file_exists_behavior = "OVERWRITE";
  const std::string id = *client.create_deployment(in).deployment_id;
  region.run_until_idle();
  EXPECT_EQ(client.list_deployment_targets({.deployment_id = id}).target_ids, std::vector<std::string>{"web-9"});
}

}  // namespace
}  // namespace hanbat::codedeploy
