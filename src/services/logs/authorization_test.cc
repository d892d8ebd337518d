// What CloudWatch Logs' calls tell policies, and how they name groups and streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/logs/client.h"
#include "region/testing.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

TEST(LogsAuthorization, GroupsAndStreamsAreNamedAsOnAwsAndToldOfByTheGroupsTags) {
  region::TestRegion test;
  test.add<Logs>();
  test.start();
  const Client logs(test.home, test.user, test.region);
  const std::string group = "arn:aws:logs:ap-northeast-2:123456789012:log-group:/wsi/app";
  logs.create_log_group({.log_group_name = "/wsi/app", .tags = {{{"team", "a"}}}});
  logs.create_log_stream({.log_group_name = "/wsi/app", .log_stream_name = "one"});
  logs.describe_log_streams({.log_group_name = "/wsi/app"});
  logs.tag_resource({.resource_arn = group, .tags = {{"stage", "test"}}});
  logs.untag_resource({.resource_arn = group, .tag_keys = {"stage"}});
  logs.list_tags_log_group({.log_group_name = "/wsi/app"});
  logs.delete_log_stream({.log_group_name = "/wsi/app", .log_stream_name = "one"});
  const std::string streams = group + ":log-stream:", one = streams + "one";
  const region::ExpectedKey expected[] = {{"logs:CreateLogGroup", streams, "aws:RequestTag/team", "a"},
                                          {"logs:TagResource", group, "aws:RequestTag/stage", "test"},
                                          {"logs:TagResource", group, "aws:ResourceTag/team", "a"},
                                          {"logs:CreateLogStream", one, "aws:ResourceTag/team", "a"},
                                          {"logs:DescribeLogStreams", streams, "aws:ResourceTag/team", "a"},
                                          {"logs:UntagResource", group, "aws:TagKeys", "stage"},
                                          {"logs:ListTagsLogGroup", streams, "aws:ResourceTag/team", "a"},
                                          {"logs:DeleteLogStream", one, "aws:ResourceTag/team", "a"}};
  for (const region::ExpectedKey& want : expected)
    EXPECT_EQ(test.authorizer.condition_key_of(want.action, want.resource, want.key), want.value)
        << want.action << " " << want.key;
}

}  // namespace
}  // namespace hanbat::logs
