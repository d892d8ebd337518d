// What a database of older days holds, after its rows came to lie with everybody's.
#include <gtest/gtest.h>

#include "gen/ssm/client.h"
#include "region/testing.h"
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
}

}  // namespace
}  // namespace hanbat::ssm
