// Parameter Store and Run Command as their users and their agents see them, in a region in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "border/run_command.h"
#include "gen/ec2/model.h"
#include "gen/ec2messages/client.h"
#include "gen/ssm/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/ssm/agent_endpoint.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kInstance = "i-0123456789abcdef0";

struct SsmTest : testing::Test {
  SsmTest() {
    region.add<Ssm>();
    region.add<AgentEndpoint>();
    auto& ec2_service = region.add<region::FakeService>("ec2");
    ec2_service.on<ec2::DescribeTagsInput, ec2::DescribeTagsOutput>("DescribeTags", [](region::Request&, const auto&) {
      ec2::DescribeTagsOutput out;
      out.tags = {{ec2::TagDescription{.key = "team", .resource_id = kInstance, .value = "a"}}};
      return out;
    });
    ec2_service.on<ec2::DescribeInstancesInput, ec2::DescribeInstancesOutput>(
        "DescribeInstances", [](region::Request&, const auto&) {
          ec2::DescribeInstancesOutput out;
          out.reservations.emplace().emplace_back().instances.emplace().emplace_back().instance_id = kInstance;
          return out;
        });
    region.start();
    instance = region.user;
    instance.kind = region::Caller::Kind::kAssumedRole;
    instance.session_name = kInstance;
  }
  std::int64_t put(const std::string& name, const std::string& value, const std::string& type = "String",
                   bool overwrite = false) {
    PutParameterInput in;
    in.name = name;
    in.value = value;
    in.type = type;
    in.overwrite = overwrite;
    return *client.put_parameter(in).version;
  }
  Parameter get(const std::string& name, bool decrypt = false) {
    GetParameterInput in;
    in.name = name;
    in.with_decryption = decrypt;
    return *client.get_parameter(in).parameter;
  }
  ec2messages::Client agent() { return {region.home, instance, region.region}; }
  void register_instance() {
    ec2messages::UpdateInstanceInformationInput in;
    in.instance_id = kInstance;
    in.platform_name = "Debian";
    agent().update_instance_information(in);
  }
  std::string send(const std::string& command) {
    SendCommandInput in;
    in.document_name = "AWS-RunShellScript";
    in.instance_ids = {kInstance};
    in.parameters = {{"commands", {command}}};
    return *client.send_command(in).command->command_id;
  }
  std::vector<ec2messages::Message> messages() {
    ec2messages::GetMessagesInput in;
    in.destination = kInstance;
    in.messages_request_id = "r";
    in.visibility_timeout_in_seconds = 10;
    return *agent().get_messages(in).messages;
  }
  void acknowledge(const std::string& id) {
    ec2messages::AcknowledgeMessageInput in;
    in.message_id = id;
    agent().acknowledge_message(in);
  }
  void reply(const std::string& id, const border::CommandReply& outcome) {
    ec2messages::SendReplyInput in;
    in.message_id = id;
    in.reply_id = "r";
    in.payload = outcome.to_json().dump();
    agent().send_reply(in);
  }
  GetCommandInvocationOutput invocation(const std::string& command) {
    GetCommandInvocationInput in;
    in.command_id = command;
    in.instance_id = kInstance;
    return client.get_command_invocation(in);
  }

  region::TestRegion region;
  region::Caller instance;
  Client client{region.home, region.user, region.region};
};

TEST_F(SsmTest, aParameterChangesByVersionsAndLabelsMove) {
  EXPECT_EQ(put("/a/b", "1"), 1);
  EXPECT_THROW(put("/a/b", "2"), ParameterAlreadyExists);
  EXPECT_EQ(put("/a/b", "2", "String", true), 2);
  EXPECT_EQ(*get("/a/b").value, "2");
  EXPECT_EQ(*get("/a/b:1").value, "1");
  LabelParameterVersionInput label;
  label.name = "/a/b";
  label.labels = {"live"};
  label.parameter_version = 1;
  client.label_parameter_version(label);
  EXPECT_EQ(*get("/a/b:live").value, "1");
  label.parameter_version = 2;
  client.label_parameter_version(label);
  EXPECT_EQ(*get("/a/b:live").value, "2");
  EXPECT_THROW(get("/none"), ParameterNotFound);
}

TEST_F(SsmTest, aSecureStringIsSealedAtRestAndOpenedOnRequest) {
  put("secret", "hunter2", "SecureString");
  EXPECT_EQ(*get("secret", true).value, "hunter2");
  EXPECT_EQ(get("secret").value->find("hunter2"), std::string::npos);
  const std::string stored =
      region.db->read([](store::Tx& tx) { return tx.find("SELECT value FROM ssm_parameter_versions")->text(0); });
  EXPECT_EQ(stored.find("hunter2"), std::string::npos);
}

TEST_F(SsmTest, aPathAnswersOneLevelOrAllBelow) {
  put("/a/x", "1");
  put("/a/b/y", "2");
  GetParametersByPathInput in;
  in.path = "/a";
  EXPECT_EQ(client.get_parameters_by_path(in).parameters->size(), 1u);
  in.recursive = true;
  EXPECT_EQ(client.get_parameters_by_path(in).parameters->size(), 2u);
}

TEST_F(SsmTest, aCommandReachesTheAgentOnceAndItsOutputComesBack) {
  register_instance();
  const std::string id = send("echo hello");
  EXPECT_EQ(*invocation(id).status, "Pending");
  const auto got = messages();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(Json::parse(*got[0].payload).texts("Commands"), std::vector<std::string>{"echo hello"});
  acknowledge(*got[0].message_id);
  EXPECT_EQ(*invocation(id).status, "InProgress");
  EXPECT_THROW(acknowledge(*got[0].message_id), wire::Error);
  reply(*got[0].message_id, {0, "hello\n", ""});
  EXPECT_EQ(*invocation(id).status, "Success");
  EXPECT_EQ(*invocation(id).standard_output_content, "hello\n");
}

TEST_F(SsmTest, aCommandThatNobodyFetchesTimesOut) {
  register_instance();
  const std::string id = send("true");
  region.clock.advance(std::chrono::seconds(3602));
  region.run_until_idle();
  EXPECT_EQ(*invocation(id).status_details, "DeliveryTimedOut");
}

TEST_F(SsmTest, cancelTellsTheAgent) {
  register_instance();
  const std::string id = send("sleep 100");
  const std::string message = *messages().at(0).message_id;
  acknowledge(message);
  CancelCommandInput cancel;
  cancel.command_id = id;
  client.cancel_command(cancel);
  EXPECT_EQ(*invocation(id).status, "Cancelling");
  EXPECT_TRUE(messages().at(0).topic->starts_with("aws.ssm.cancelCommand"));
  reply(message, {137, "", "", border::CommandReply::Ending::kCancelled});
  EXPECT_EQ(*invocation(id).status, "Cancelled");
}

TEST_F(SsmTest, anInstanceSpeaksOnlyForItself) {
  ec2messages::UpdateInstanceInformationInput in;
  in.instance_id = "i-another";
  EXPECT_THROW(agent().update_instance_information(in), wire::Error);
  EXPECT_THROW(send("true"), InvalidInstanceId);
}

TEST_F(SsmTest, aParameterIsToldOfByItsTags) {
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/wsi/db";
  PutParameterInput in;
  in.name = "/wsi/db";
  in.value = "x";
  in.type = "String";
  in.tags = {{{.key = "team", .value = "a"}}};
  client.put_parameter(in);
  get("/wsi/db");
  get(arn);
  get("/wsi/db:1");
  client.get_parameters_by_path({.path = "/wsi", .recursive = true});
  client.remove_tags_from_resource({.resource_id = "/wsi/db", .resource_type = "Parameter", .tag_keys = {"team"}});
  const region::Told expected[] = {
      {"ssm:PutParameter", arn, "aws:RequestTag/team", "a"},
      {"ssm:PutParameter", arn, "ssm:Overwrite", "false"},
      {"ssm:AddTagsToResource", arn, "aws:TagKeys", "team"},
      {"ssm:GetParameter", arn, "aws:ResourceTag/team", "a"},
      {"ssm:GetParameter", arn, "ssm:resourceTag/team", "a"},
      {"ssm:GetParametersByPath", "arn:aws:ssm:ap-northeast-2:123456789012:parameter/wsi", "ssm:Recursive", "true"},
      {"ssm:RemoveTagsFromResource", arn, "aws:ResourceTag/team", "a"}};
  for (const region::Told& one : expected)
    EXPECT_EQ(region.authorizer.told(one.action, one.resource, one.key), one.value) << one.action << " " << one.key;
}

TEST_F(SsmTest, aCommandAsksForEachInstanceThatItReachesAlsoThoseThatTagsPick) {
  register_instance();
  const std::string arn = std::string("arn:aws:ec2:ap-northeast-2:123456789012:instance/") + kInstance;
  send("true");
  EXPECT_EQ(region.authorizer.told("ssm:SendCommand", arn, "ssm:resourceTag/team"), "a");
  EXPECT_EQ(region.authorizer.told("ssm:SendCommand", "*:document/AWS-RunShellScript", "aws:ResourceTag/team"),
            "no key");
  SendCommandInput in;
  in.document_name = "AWS-RunShellScript";
  in.targets.emplace().emplace_back().key = "tag:team";
  in.targets->front().values = {{"a"}};
  in.parameters = {{"commands", {std::string("true")}}};
  region.authorizer.refuses = [&](const region::AccessQuestion& q) { return q.resource == arn; };
  EXPECT_THROW(client.send_command(in), wire::Error);
}

}  // namespace
}  // namespace hanbat::ssm
