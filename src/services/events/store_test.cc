// Rows that a database of older days holds, tags and pages: what the region's store does for EventBridge.
#include <gtest/gtest.h>

#include "gen/events/client.h"
#include "region/testing.h"
#include "services/events/events.h"
#include "wire/testing.h"

namespace hanbat::events {
namespace {

constexpr const char* kPattern = R"({"source":["shop"]})";
constexpr const char* kGroup = "arn:aws:logs:ap-northeast-2:123456789012:log-group:events";
const std::string kPrefix = "arn:aws:events:ap-northeast-2:123456789012:";

using Texts = std::vector<std::string>;

struct EventsStoreTest : testing::Test {
  EventsStoreTest() {
    region.add<Events>();
    region.start();
  }
  void rule(const std::string& name) { client.put_rule({.event_pattern = kPattern, .name = name}); }
  void target(const std::string& rule, const std::string& id) {
    client.put_targets({.rule = rule, .targets = {{.arn = kGroup, .id = id}}});
  }

  region::TestRegion region;
  Client client{region.home, region.user, region.region};
};

TEST(EventsMigration, WhatAnOldDatabaseHoldsIsFoundByTheApi) {
  region::TestRegion region;
  region.add<Events>();
  region.migrate_before("events", 3);
  region.db->write([&](store::Tx& tx) {
    const std::string account = "123456789012", place = "ap-northeast-2";
    tx.exec("INSERT INTO events_buses VALUES (?, ?, 'orders', ?)", account, place,
            R"({"created":1700000000123,"description":"d"})");
    for (const char* bus : {"default", "orders"})
      tx.exec("INSERT INTO events_rules VALUES (?, ?, ?, 'r', 0, ?)", account, place, bus,
              R"({"state":"DISABLED","created_by":"123456789012","pattern":"{\"source\":[\"shop\"]}"})");
    tx.exec("INSERT INTO events_targets VALUES (?, ?, 'orders', 'r', 't', ?, ?)", account, place, kGroup,
            R"({"Id":"t","Arn":")" + std::string(kGroup) + R"("})");
    tx.exec("INSERT INTO events_tags VALUES (?, 'team', 'a')", kPrefix + "rule/orders/r");
  });
  region.start();

  const Client client(region.home, region.user, region.region);
  const DescribeEventBusOutput bus = client.describe_event_bus({.name = "orders"});
  EXPECT_EQ(bus.description, "d");
  EXPECT_EQ(bus.creation_time->ms, 1'700'000'000'123);
  EXPECT_EQ(client.list_event_buses({}).event_buses->size(), 2u);
  EXPECT_EQ(client.list_rules({}).rules->size(), 1u);
  const DescribeRuleOutput rule = client.describe_rule({.event_bus_name = "orders", .name = "r"});
  EXPECT_EQ(rule.state, "DISABLED");
  EXPECT_EQ(rule.event_pattern, kPattern);
  EXPECT_EQ(client.list_targets_by_rule({.event_bus_name = "orders", .rule = "r"}).targets->at(0).id, "t");
  EXPECT_TRUE(client.list_targets_by_rule({.rule = "r"}).targets->empty()) << "a rule of the same name on another bus";
  EXPECT_EQ(client.list_rule_names_by_target({.event_bus_name = "orders", .target_arn = kGroup}).rule_names,
            Texts{"r"});
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = kPrefix + "rule/orders/r"}).tags->at(0).value, "a");
  client.put_targets({.event_bus_name = "orders", .rule = "r", .targets = {{.arn = kGroup, .id = "t"}}});
  client.enable_rule({.event_bus_name = "orders", .name = "r"});
  EXPECT_EQ(client.describe_rule({.event_bus_name = "orders", .name = "r"}).state, "ENABLED");
}

TEST_F(EventsStoreTest, PagesAddUpToTheWholeAlsoWhenSomethingComesAndGoesBetweenThem) {
  for (const char* name : {"b", "c", "d", "e"}) rule(name);
  ListRulesInput in{.limit = 2};
  Texts seen;
  do {
    const ListRulesOutput page = client.list_rules(in);
    for (const Rule& one : *page.rules) seen.push_back(*one.name);
    in.next_token = page.next_token;
    if (seen.size() != 2) continue;
    rule("a");
    client.delete_rule({.name = "c"});
  } while (in.next_token);
  EXPECT_EQ(seen, (Texts{"b", "c", "d", "e"}));
  for (const char* id : {"1", "2", "3"}) target("d", id);
  ListTargetsByRuleInput targets{.limit = 2, .rule = "d"};
  const auto first = client.list_targets_by_rule(targets);
  targets.next_token = first.next_token;
  EXPECT_EQ(first.targets->size(), 2u);
  EXPECT_EQ(client.list_targets_by_rule(targets).targets->at(0).id, "3");
  target("e", "1");
  EXPECT_EQ(client.list_rule_names_by_target({.target_arn = kGroup}).rule_names, (Texts{"d", "e"}));
  client.create_event_bus({.name = "orders"});
  const auto buses = client.list_event_buses({.limit = 1});
  EXPECT_EQ(buses.event_buses->size(), 1u);
  EXPECT_EQ(client.list_event_buses({.limit = 1, .next_token = buses.next_token}).event_buses->at(0).name, "orders");
}

TEST_F(EventsStoreTest, ATokenThatIsNoneIsRefused) {
  rule("a");
  for (const char* token : {"", "garbage", "-1", "YQ=="}) {
    EXPECT_EQ(wire::code_of([&] { client.list_rules({.next_token = token}); }), "ValidationException");
    EXPECT_EQ(wire::code_of([&] { client.list_event_buses({.next_token = token}); }), "ValidationException");
    EXPECT_EQ(wire::code_of([&] { client.list_targets_by_rule({.next_token = token, .rule = "a"}); }),
              "ValidationException");
    EXPECT_EQ(wire::code_of([&] { client.list_rule_names_by_target({.next_token = token, .target_arn = kGroup}); }),
              "ValidationException");
  }
}

TEST_F(EventsStoreTest, TagsThatAwsDoesNotTakeAreRefusedAndGoWithTheirRule) {
  rule("a");
  const std::string arn = kPrefix + "rule/a";
  const auto code = [&](std::vector<Tag> tags) {
    return wire::code_of([&] { client.tag_resource({.resource_arn = arn, .tags = std::move(tags)}); });
  };
  EXPECT_EQ(code({{.key = "aws:x", .value = "a"}}), "ValidationException");
  EXPECT_EQ(code({{.key = "x", .value = "a"}, {.key = "x", .value = "b"}}), "ValidationException");
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = "k" + std::to_string(i), .value = "v"});
  EXPECT_EQ(code(many), "LimitExceededException");
  EXPECT_EQ(wire::code_of([&] {
              client.put_rule({.event_pattern = kPattern, .name = "b", .tags = {{{.key = "aws:x", .value = "a"}}}});
            }),
            "ValidationException");
  client.tag_resource({.resource_arn = arn, .tags = {{.key = "team", .value = "a"}}});
  client.delete_rule({.name = "a"});
  rule("a");
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = arn}).tags->empty());
}

}  // namespace
}  // namespace hanbat::events
