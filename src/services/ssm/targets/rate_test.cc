// Commands that begin on some of their instances at a time.
#include "services/ssm/targets/rate.h"

#include <gmock/gmock.h>

#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

using ::testing::ElementsAre;

struct RateTest : SsmTest {
  RateTest() {
    for (const std::string& id : ids) {
      ec2messages::UpdateInstanceInformationInput in;
      in.instance_id = id;
      in.platform_name = "Debian";
      agent_of(id).update_instance_information(in);
    }
  }
  ec2messages::Client agent_of(const std::string& id) {
    region::Caller caller = instance;
    caller.session_name = id;
    return {region.home, caller, region.region};
  }
  void send(const std::string& concurrency, const std::string& errors) {
    SendCommandInput in;
    in.document_name = "AWS-RunShellScript";
    in.instance_ids = ids;
    in.parameters = shell("true");
    in.max_concurrency = concurrency;
    in.max_errors = errors;
    command = *client.send_command(in).command->command_id;
  }
  /// Its agent takes the command and says how it ended.
  void run(const std::string& id, int code) {
    ec2messages::GetMessagesInput ask;
    ask.destination = id;
    ask.messages_request_id = "r";
    ask.visibility_timeout_in_seconds = 10;
    const std::string message = *agent_of(id).get_messages(ask).messages->at(0).message_id;
    ec2messages::AcknowledgeMessageInput taken;
    taken.message_id = message;
    agent_of(id).acknowledge_message(taken);
    ec2messages::SendReplyInput reply;
    reply.message_id = message;
    reply.reply_id = "r";
    reply.payload = border::CommandReply{code, "", ""}.to_json().dump();
    agent_of(id).send_reply(reply);
  }
  /// Of each instance: "held", or how it is told.
  std::vector<std::string> states() {
    return region.db->read([&](store::Tx& tx) {
      std::vector<std::string> all;
      for (const Invocation& i : invocations_of(tx, {"123456789012", "ap-northeast-2"}, command))
        all.push_back(is_held(i) ? "held" : i.detail());
      return all;
    });
  }

  const std::vector<std::string> ids{"i-00000000000000001", "i-00000000000000002", "i-00000000000000003"};
  std::string command;
};

TEST(Rate, IsANumberOrAPartOfTheTargets) {
  EXPECT_EQ(count_of("10", 3), 10U);
  EXPECT_EQ(count_of("0", 3), 0U);
  EXPECT_EQ(count_of("50%", 4), 2U);
  EXPECT_EQ(count_of("100%", 3), 3U);
  EXPECT_EQ(count_of("10%", 3), 0U);
}

TEST_F(RateTest, AnInstanceBeginsWhenAnotherHasEnded) {
  send("1", "1");
  EXPECT_THAT(states(), ElementsAre("Pending", "held", "held"));
  run(ids[0], 0);
  EXPECT_THAT(states(), ElementsAre("Success", "Pending", "held"));
  run(ids[1], 1);
  EXPECT_THAT(states(), ElementsAre("Success", "Failed", "Pending")) << "one failure is allowed";
  run(ids[2], 0);
  EXPECT_EQ(*client.list_commands({.command_id = command}).commands->at(0).max_concurrency, "1");
}

TEST_F(RateTest, NoneBeginsAfterTooManyFailures) {
  send("50%", "0");
  EXPECT_THAT(states(), ElementsAre("Pending", "held", "held"));
  run(ids[0], 1);
  EXPECT_THAT(states(), ElementsAre("Failed", "Terminated", "Terminated"));
  EXPECT_EQ(*client.get_command_invocation({.command_id = command, .instance_id = ids[2]}).status, "Cancelled");
}

TEST_F(RateTest, WhatTimesOutMakesRoomAndWhatIsCancelledIsNotHeld) {
  send("1", "0");
  region.clock.advance(std::chrono::seconds(3602));
  region.run_until_idle();
  EXPECT_THAT(states(), ElementsAre("DeliveryTimedOut", "DeliveryTimedOut", "DeliveryTimedOut"));
  send("2", "0");
  client.cancel_command({.command_id = command});
  EXPECT_THAT(states(), ElementsAre("Cancelled", "Cancelled", "Cancelled"));
}

}  // namespace
}  // namespace hanbat::ssm
