// What a database of older days holds, after its rows came to lie with everybody's.
#include <gtest/gtest.h>

#include "border/run_command.h"
#include "gen/ec2messages/client.h"
#include "gen/ssm/client.h"
#include "region/testing.h"
#include "services/ssm/commands/agent_endpoint.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kStoredInstance = "i-0123456789abcdef0";

TEST(SsmMigration, WhatAnOldDatabaseHoldsIsFoundByTheApi) {
  region::TestRegion region;
  region.add<Ssm>();
  region.migrate_before("ssm", 2);
  region.db->write([&](store::Tx& tx) {
    const std::string account = "123456789012", place = "ap-northeast-2";
    for (const char* name : {"/a/b", "plain", "/twin", "twin"}) {
      tx.exec("INSERT INTO ssm_parameters VALUES (?, ?, ?, 2, 'String')", account, place, name);
      for (const int version : {1, 2})
        tx.exec("INSERT INTO ssm_parameter_versions VALUES (?, ?, ?, ?, ?, ?)", account, place, name, version,
                name + std::to_string(version),
                R"({"type":"String","description":"d","modified":1700000000123,"modified_by":"me","labels":["live"]})");
      tx.exec("INSERT INTO ssm_tags VALUES (?, ?, ?, 'team', ?)", account, place, std::string("Parameter/") + name,
              "a");
    }
    tx.exec("INSERT INTO ssm_instances VALUES (?, ?, ?, ?, ?)", account, place, kStoredInstance, region.clock.now(),
            R"({"registered":1,"agent_version":"3","platform_name":"Debian"})");
    tx.exec("INSERT INTO ssm_commands VALUES (?, ?, '01234567-89ab-cdef-0123-456789abcdef', 1700000000123, ?)", account,
            place,
            R"({"CommandId":"01234567-89ab-cdef-0123-456789abcdef","Comment":"c","DocumentName":"AWS-RunShellScript",)"
            R"("Parameters":{"commands":["true"]},"RequestedDateTime":"2023-11-14T22:13:20.123Z"})");
    tx.exec("INSERT INTO ssm_invocations VALUES (?, ?, '01234567-89ab-cdef-0123-456789abcdef', ?, 'Success', 0, 1, ?)",
            account, place, kStoredInstance, R"({"detail":"Success","code":0,"out":"hello"})");
  });
  region.start();

  const Client client(region.home, region.user, region.region);
  for (const char* name : {"/a/b", "plain", "/twin", "twin"}) {
    EXPECT_EQ(*client.get_parameter({.name = name}).parameter->value, std::string(name) + "2");
    EXPECT_EQ(client.get_parameter_history({.name = name}).parameters->size(), 2u);
    EXPECT_EQ(client.list_tags_for_resource({.resource_id = name, .resource_type = "Parameter"}).tag_list->at(0).value,
              "a");
  }
  EXPECT_EQ(client.describe_parameters({}).parameters->size(), 4u);
  EXPECT_EQ(client.describe_parameters({}).parameters->at(0).description, "d");
  const InstanceInformation instance = client.describe_instance_information({}).instance_information_list->at(0);
  EXPECT_EQ(instance.instance_id, kStoredInstance);
  EXPECT_EQ(instance.ping_status, "Online");
  EXPECT_EQ(instance.platform_name, "Debian");
  const Command command = client.list_commands({}).commands->at(0);
  EXPECT_EQ(command.comment, "c");
  EXPECT_EQ(command.status, "Success");
  EXPECT_EQ(client.list_command_invocations({.instance_id = kStoredInstance}).command_invocations->at(0).status,
            "Success");
  const auto output = client.get_command_invocation(
      {.command_id = "01234567-89ab-cdef-0123-456789abcdef", .instance_id = kStoredInstance});
  EXPECT_EQ(output.plugin_name, "aws:runShellScript");
  EXPECT_EQ(output.standard_output_content, "hello");
}

TEST(SsmMigration, ACommandOfAnOldDatabaseThatNoAgentHadTakenIsCarriedOut) {
  region::TestRegion region;
  region.add<Ssm>();
  region.add<AgentEndpoint>();
  region.migrate_before("ssm", 2);
  region.db->write([&](store::Tx& tx) {
    const std::string account = "123456789012", place = "ap-northeast-2";
    tx.exec("INSERT INTO ssm_commands VALUES (?, ?, '11234567-89ab-cdef-0123-456789abcdef', 1700000000000, ?)", account,
            place,
            R"({"CommandId":"11234567-89ab-cdef-0123-456789abcdef","DocumentName":"AWS-RunShellScript",)"
            R"("Parameters":{"commands":["date"]},"TimeoutSeconds":60,"RequestedDateTime":"2023-11-14T22:13:20Z"})");
    tx.exec("INSERT INTO ssm_invocations VALUES (?, ?, '11234567-89ab-cdef-0123-456789abcdef', ?, 'Pending', 0, ?, ?)",
            account, place, kStoredInstance, region.clock.now() + Seconds(60), R"({"detail":"Pending"})");
  });
  region.start();

  const Client client(region.home, region.user, region.region);
  const auto told = [&](const char* id) {
    const auto one = client.get_command_invocation({.command_id = id, .instance_id = kStoredInstance});
    return *one.plugin_name + " " + *one.status + " " + *one.standard_output_content;
  };
  region::Caller instance_role = region.user;
  instance_role.kind = region::Caller::Kind::kAssumedRole;
  instance_role.session_name = kStoredInstance;
  const ec2messages::Client agent(region.home, instance_role, region.region);
  const auto messages =
      agent
          .get_messages(
              {.destination = kStoredInstance, .messages_request_id = "r", .visibility_timeout_in_seconds = 10})
          .messages;
  ASSERT_EQ(messages->size(), 1u);
  EXPECT_EQ(Json::parse(*messages->at(0).payload).texts("Commands"), std::vector<std::string>{"date"});
  agent.acknowledge_message({.message_id = *messages->at(0).message_id});
  const border::CommandReply reply{.code = 0, .out = "now"};
  agent.send_reply({.message_id = *messages->at(0).message_id, .payload = reply.to_json().dump(), .reply_id = "r"});
  EXPECT_EQ(told("11234567-89ab-cdef-0123-456789abcdef"), "aws:runShellScript Success now");
}

}  // namespace
}  // namespace hanbat::ssm
