// What a database of older days holds, after its rows came to lie with everybody's.
#include "services/codedeploy/store.h"

#include <gtest/gtest.h>

#include "gen/codedeploy/client.h"
#include "region/testing.h"
#include "services/codedeploy/codedeploy.h"

namespace hanbat::codedeploy {
namespace {

TEST(CodeDeployMigration, WhatAnOldDatabaseHoldsIsFoundByTheApi) {
  region::TestRegion region;
  region.add<CodeDeploy>();
  region.migrate_before("codedeploy", 2);
  Deployment d;
  d.info.deployment_id = "d-ABCDEFGHI";
  d.info.application_name = "web";
  d.info.deployment_group_name = "dev";
  d.info.status = "Succeeded";
  d.info.create_time = Timestamp{1'700'000'000'123};
  d.account = "123456789012";
  d.region = "ap-northeast-2";
  d.group_id = "g-1";
  const std::string location = R"(["b","k.zip","zip","",""])";
  region.db->write([&](store::Tx& tx) {
    const std::string account = d.account, place = d.region;
    tx.exec("INSERT INTO codedeploy_applications VALUES (?, ?, 'web', ?)", account, place,
            R"({"applicationId":"01234567-89ab-cdef-0123-456789abcdef","applicationName":"web","computePlatform":)"
            R"("Server","createTime":"2026-01-01T00:00:00.000Z","linkedToGitHub":false})");
    tx.exec("INSERT INTO codedeploy_configs VALUES (?, ?, 'mine', ?)", account, place,
            R"({"computePlatform":"Server","deploymentConfigId":"c-1","deploymentConfigName":"mine"})");
    tx.exec("INSERT INTO codedeploy_groups VALUES ('g-1', ?, ?, 'web', 'dev', ?)", account, place,
            R"({"applicationName":"web","deploymentGroupId":"g-1","deploymentGroupName":"dev","targetRevision":)"
            R"({"revisionType":"S3","s3Location":{"bucket":"b","bundleType":"zip","key":"k.zip"}}})");
    for (const char* described : {R"(,"description":"the \"first\"")", ""})
      tx.exec("INSERT INTO codedeploy_revisions VALUES (?, ?, 'web', ?, 'b', 'k.zip', 1700000000123, ?, 0, ?)", account,
              place, *described ? location : R"(["b","other.zip","zip","",""])", *described ? 1'700'000'000'456 : 0,
              R"({"location":{"revisionType":"S3","s3Location":{"bucket":"b","bundleType":"zip","key":")" +
                  std::string(*described ? "k" : "other") + R"(.zip"}})" + described + "}");
    tx.exec("INSERT INTO codedeploy_deployments VALUES (?, ?, ?, 'web', 'dev', 'g-1', 'Succeeded', ?, ?)", d.id(),
            account, place, *d.info.create_time, d.to_json());
    tx.exec(
        "INSERT INTO codedeploy_tags VALUES ('arn:aws:codedeploy:ap-northeast-2:123456789012:application:web', "
        "'team', 'a')");
  });
  region.start();

  const Client client(region.home, region.user, region.region);
  EXPECT_EQ(client.get_application({.application_name = "web"}).application->application_id,
            "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(client.list_applications({}).applications, std::vector<std::string>{"web"});
  EXPECT_EQ(client.get_deployment_config({.deployment_config_name = "mine"}).deployment_config_info->compute_platform,
            "Server");
  EXPECT_EQ(client.list_deployment_configs({}).deployment_configs_list->size(), 4u);
  EXPECT_EQ(client.get_deployment_group({.application_name = "web", .deployment_group_name = "dev"})
                .deployment_group_info->deployment_group_id,
            "g-1");
  EXPECT_EQ(client.list_deployments({.application_name = "web", .deployment_group_name = "dev"}).deployments,
            std::vector<std::string>{"d-ABCDEFGHI"});
  EXPECT_EQ(client.get_deployment({.deployment_id = "d-ABCDEFGHI"}).deployment_info->status, "Succeeded");
  EXPECT_EQ(
      client.list_tags_for_resource({.resource_arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:application:web"})
          .tags->at(0)
          .value,
      "a");
  EXPECT_EQ(client.list_application_revisions({.application_name = "web"}).revisions->size(), 2u);
  GetApplicationRevisionInput in;
  in.application_name = "web";
  in.revision.s3_location = S3Location{.bucket = "b", .bundle_type = "zip", .key = "k.zip"};
  const GenericRevisionInfo info = *client.get_application_revision(in).revision_info;
  EXPECT_EQ(info.description, R"(the "first")");
  EXPECT_EQ(info.register_time->ms, 1'700'000'000'123);
  EXPECT_EQ(info.first_used_time->ms, 1'700'000'000'456);
  EXPECT_FALSE(info.last_used_time);
  EXPECT_EQ(info.deployment_groups, std::vector<std::string>{"dev"});
  in.revision.s3_location->key = "other.zip";
  EXPECT_FALSE(client.get_application_revision(in).revision_info->description);
}

}  // namespace
}  // namespace hanbat::codedeploy
