// Rows that a database of older days holds, tags and pages: what the region's store does for CloudWatch Logs.
#include "services/logs/store.h"

#include <gtest/gtest.h>

#include "gen/logs/client.h"
#include "region/testing.h"
#include "services/logs/logs.h"
#include "wire/testing.h"

namespace hanbat::logs {
namespace {

using EventTexts = std::vector<std::string>;
const std::string kPrefix = "arn:aws:logs:ap-northeast-2:123456789012:log-group:";

struct LogsStoreTest : testing::Test {
  LogsStoreTest() {
    region.add<Logs>();
    region.start();
  }
  void group(const std::string& name) { client.create_log_group({.log_group_name = name}); }
  void stream(const std::string& name) { client.create_log_stream({.log_group_name = "g", .log_stream_name = name}); }
  void put(const std::string& stream, const std::string& message) {
    client.put_log_events({.log_events = {{.message = message, .timestamp = region.clock.now().ms}},
                           .log_group_name = "g",
                           .log_stream_name = stream});
  }
  EventTexts stream_names(const DescribeLogStreamsOutput& page) {
    EventTexts names;
    for (const LogStream& one : *page.log_streams) names.push_back(*one.log_stream_name);
    return names;
  }

  region::TestRegion region;
  Client client{region.home, region.user, region.region};
};

TEST(LogsMigration, WhatAnOldDatabaseHoldsIsFoundByTheApi) {
  region::TestRegion region;
  region.add<Logs>();
  region.migrate_before("logs", 3);
  region.db->write([&](store::Tx& tx) {
    tx.exec("INSERT INTO log_groups VALUES (7, '123456789012', 'ap-northeast-2', 'old', 1700000000123, ?)",
            R"({"tags":{"team":"a","aws:x":"b"},"retention":3})");
    tx.exec("INSERT INTO log_groups VALUES (8, '123456789012', 'ap-northeast-2', 'plain', 1700000000123, '{}')");
    tx.exec("INSERT INTO log_streams VALUES (3, 7, 's', 1700000000123, 1, 1, 1)");
    tx.exec("INSERT INTO log_events VALUES (9, 7, 3, 1700000000123, 1, 'hello')");
  });
  region.start();

  const Client client(region.home, region.user, region.region);
  const auto groups = *client.describe_log_groups({}).log_groups;
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].log_group_name, "old");
  EXPECT_EQ(groups[0].retention_in_days, 3);
  EXPECT_EQ(groups[0].creation_time, 1'700'000'000'123);
  EXPECT_EQ(groups[0].stored_bytes, 31);
  EXPECT_FALSE(groups[1].retention_in_days);
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = kPrefix + "old"}).tags,
            (std::map<std::string, std::string>{{"aws:x", "b"}, {"team", "a"}}));
  EXPECT_EQ(client.get_log_events({.log_group_name = "old", .log_stream_name = "s"}).events->at(0).message, "hello");
  client.create_log_group({.log_group_name = "new"});
  client.create_log_stream({.log_group_name = "new", .log_stream_name = "s"});
  EXPECT_TRUE(client.get_log_events({.log_group_name = "new", .log_stream_name = "s"}).events->empty());
  client.delete_log_group({.log_group_name = "old"});
  client.create_log_group({.log_group_name = "old"});
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = kPrefix + "old"}).tags->empty());
  EXPECT_TRUE(client.describe_log_streams({.log_group_name = "old"}).log_streams->empty());
}

TEST_F(LogsStoreTest, PagesAddUpToTheWholeAlsoWhenSomethingComesAndGoesBetweenThem) {
  for (const char* name : {"b", "c", "d"}) group(name);
  const DescribeLogGroupsOutput first = client.describe_log_groups({.limit = 2});
  group("a");
  client.delete_log_group({.log_group_name = "c"});
  const DescribeLogGroupsOutput second = client.describe_log_groups({.limit = 2, .next_token = first.next_token});
  EXPECT_EQ(first.log_groups->size(), 2u);
  ASSERT_EQ(second.log_groups->size(), 1u);
  EXPECT_EQ(second.log_groups->at(0).log_group_name, "d");
}

TEST_F(LogsStoreTest, StreamsOfTheLastEventFirstGoOnWhenTheLastOneShownIsDeleted) {
  group("g");
  for (const char* name : {"x", "y", "z"}) {
    stream(name);
    region.clock.advance(Seconds(1));
    put(name, "m");
  }
  DescribeLogStreamsInput in;
  in.log_group_name = "g";
  in.order_by = "LastEventTime";
  in.descending = true;
  in.limit = 2;
  const DescribeLogStreamsOutput first = client.describe_log_streams(in);
  EXPECT_EQ(stream_names(first), (EventTexts{"z", "y"}));
  client.delete_log_stream({.log_group_name = "g", .log_stream_name = "y"});
  in.next_token = first.next_token;
  EXPECT_EQ(stream_names(client.describe_log_streams(in)), (EventTexts{"x"}));
}

TEST_F(LogsStoreTest, ATokenThatIsNoneIsRefusedAndThatOfAnotherStreamToo) {
  group("g");
  stream("x");
  stream("y");
  put("x", "m");
  const auto of_x = client.get_log_events({.log_group_name = "g", .log_stream_name = "x"}).next_forward_token;
  const std::string old = "f/" + std::string(56, '0') + "/s";
  for (const std::string& token : {std::string(), std::string("garbage"), std::string("-1"), old, *of_x}) {
    const auto code = [&](auto&& call) { return wire::code_of(call); };
    EXPECT_EQ(code([&] { client.describe_log_groups({.next_token = token}); }), "InvalidParameterException");
    EXPECT_EQ(code([&] { client.describe_log_streams({.log_group_name = "g", .next_token = token}); }),
              "InvalidParameterException");
    EXPECT_EQ(code([&] { client.describe_resource_policies({.next_token = token}); }), "InvalidParameterException");
    EXPECT_EQ(code([&] { client.filter_log_events({.log_group_name = "g", .next_token = token}); }),
              "InvalidParameterException");
    EXPECT_EQ(
        code([&] { client.get_log_events({.log_group_name = "g", .log_stream_name = "y", .next_token = token}); }),
        "InvalidParameterException");
  }
}

TEST_F(LogsStoreTest, TagsThatAwsDoesNotTakeAreRefusedAndGoWithTheirGroup) {
  group("g");
  const auto code = [&](std::map<std::string, std::string> tags) {
    return wire::code_of([&] { client.tag_resource({.resource_arn = kPrefix + "g", .tags = std::move(tags)}); });
  };
  EXPECT_EQ(code({{"aws:x", "a"}}), "InvalidParameterException");
  std::map<std::string, std::string> many;
  for (int i = 0; i < 51; ++i) many["k" + std::to_string(i)] = "v";
  EXPECT_EQ(code(many), "InvalidParameterException") << "a call brings 50 at the most";
  many.erase("k50");
  group("full");
  client.tag_resource({.resource_arn = kPrefix + "full", .tags = many});
  EXPECT_EQ(wire::code_of([&] { client.tag_resource({.resource_arn = kPrefix + "full", .tags = {{"one", "more"}}}); }),
            "TooManyTagsException");
  EXPECT_EQ(wire::code_of([&] { client.create_log_group({.log_group_name = "h", .tags = {{{"aws:x", "a"}}}}); }),
            "InvalidParameterException");
  client.tag_log_group({.log_group_name = "g", .tags = {{"team", "a"}}});
  EXPECT_EQ(client.list_tags_log_group({.log_group_name = "g"}).tags->at("team"), "a");
  client.delete_log_group({.log_group_name = "g"});
  group("g");
  EXPECT_TRUE(client.list_tags_log_group({.log_group_name = "g"}).tags->empty());
}

}  // namespace
}  // namespace hanbat::logs
