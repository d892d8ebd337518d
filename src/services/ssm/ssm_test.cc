// Parameter Store and Run Command as their users and their agents see them, in a region in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2messages/client.h"
#include "gen/ssm/client.h"
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
  void reply(const std::string& id, const Json& payload) {
    ec2messages::SendReplyInput in;
    in.message_id = id;
    in.reply_id = "r";
    in.payload = payload.dump();
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
  reply(*got[0].message_id, Json::object({{"code", 0}, {"out", "hello\n"}, {"err", ""}}));
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
  reply(message, Json::object({{"code", 137}, {"cancelled", true}}));
  EXPECT_EQ(*invocation(id).status, "Cancelled");
}

TEST_F(SsmTest, anInstanceSpeaksOnlyForItself) {
  ec2messages::UpdateInstanceInformationInput in;
  in.instance_id = "i-another";
  EXPECT_THROW(agent().update_instance_information(in), wire::Error);
  EXPECT_THROW(send("true"), InvalidInstanceId);
}

}  // namespace
}  // namespace hanbat::ssm
