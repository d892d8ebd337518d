// CloudWatch Logs through its operations, over a database in memory.
#include "services/logs/logs.h"

#include <gtest/gtest.h>

#include "gen/logs/client.h"
#include "region/testing.h"
#include "services/logs/patterns/filter_pattern.h"
#include "wire/testing.h"

namespace hanbat::logs {
namespace {

class LogsTest : public ::testing::Test {
 protected:
  LogsTest() : logs(t.add<Logs>()) {
    t.start();
    client().create_log_group({.log_group_name = "g"});
    client().create_log_stream({.log_group_name = "g", .log_stream_name = "s"});
  }
  Client client() { return Client(t.home, t.user, t.region); }
  void put(std::vector<std::string> messages, std::int64_t at = 0) {
    PutLogEventsInput in;
    in.log_group_name = "g";
    in.log_stream_name = "s";
    for (auto& message : messages) {
      InputLogEvent event;
      event.timestamp = t.clock.now().ms + at;
      event.message = std::move(message);
      in.log_events.push_back(std::move(event));
    }
    client().put_log_events(in);
  }
  std::vector<std::string> get(GetLogEventsInput in, GetLogEventsOutput* all = nullptr) {
    in.log_group_name = "g";
    in.log_stream_name = "s";
    const GetLogEventsOutput out = client().get_log_events(in);
    std::vector<std::string> messages;
    for (const auto& event : *out.events) messages.push_back(*event.message);
    if (all) *all = out;
    return messages;
  }

  region::TestRegion t;
  Logs& logs;
};

using Texts = std::vector<std::string>;

TEST_F(LogsTest, AStreamIsReadFromItsHeadPageByPageUntilTheTokenStays) {
  put({"a", "b", "c"});
  GetLogEventsOutput page;
  EXPECT_EQ(get({.limit = 2, .start_from_head = true}, &page), (Texts{"a", "b"}));
  const auto token = page.next_forward_token;
  EXPECT_EQ(get({.limit = 2, .next_token = token}, &page), (Texts{"c"}));
  const auto end = page.next_forward_token;
  EXPECT_EQ(get({.next_token = end}, &page), Texts{});
  EXPECT_EQ(page.next_forward_token, end);
  put({"d"}, 1);
  EXPECT_EQ(get({.next_token = end}), (Texts{"d"}));
}

TEST_F(LogsTest, WithoutATokenTheLastEventsComeInRisingOrder) {
  put({"a", "b", "c"});
  GetLogEventsOutput page;
  EXPECT_EQ(get({.limit = 2}, &page), (Texts{"b", "c"}));
  EXPECT_EQ(get({.next_token = page.next_backward_token}), (Texts{"a"}));
}

TEST_F(LogsTest, EventsOutOfOrderAreRefused) {
  PutLogEventsInput in;
  in.log_group_name = "g";
  in.log_stream_name = "s";
  for (const std::int64_t at : {2, 1}) {
    InputLogEvent event;
    event.timestamp = t.clock.now().ms + at;
    event.message = "x";
    in.log_events.push_back(event);
  }
  EXPECT_THROW(client().put_log_events(in), InvalidParameterException);
}

TEST_F(LogsTest, EventsOfTheFarFutureAreRejectedByIndex) {
  PutLogEventsInput in;
  in.log_group_name = "g";
  in.log_stream_name = "s";
  for (const std::int64_t hours : {0, 3}) {
    InputLogEvent event;
    event.timestamp = t.clock.now().ms + hours * 3600 * 1000;
    event.message = "x";
    in.log_events.push_back(event);
  }
  const PutLogEventsOutput out = client().put_log_events(in);
  ASSERT_TRUE(out.rejected_log_events_info);
  EXPECT_EQ(out.rejected_log_events_info->too_new_log_event_start_index, 1);
  EXPECT_EQ(get({}), (Texts{"x"}));
}

TEST_F(LogsTest, GroupsAreDescribedByTheirNamesAlone) {
  client().create_log_group({.log_group_name = "h"});
  const auto names = [&](const DescribeLogGroupsInput& in) {
    Texts out;
    const auto page = client().describe_log_groups(in);
    for (const LogGroup& one : *page.log_groups) out.push_back(*one.log_group_name);
    return out;
  };
  EXPECT_EQ(names({.log_group_identifiers = {{"h", "none"}}}), (Texts{"h"}));
  EXPECT_EQ(names({.log_group_identifiers = {{"g", "h"}}}), (Texts{"g", "h"}));
  EXPECT_THROW(names({.log_group_identifiers = {{"g"}}, .log_group_name_prefix = "g"}), InvalidParameterException);
  EXPECT_THROW(names({.log_group_name_pattern = "g", .log_group_name_prefix = "g"}), InvalidParameterException);
}

TEST_F(LogsTest, AStreamTellsTheTokenThatFollowsWhatCameInLast) {
  const auto told = [&] {
    return client().describe_log_streams({.log_group_name = "g"}).log_streams->front().upload_sequence_token;
  };
  EXPECT_EQ(told(), std::nullopt);
  PutLogEventsInput in;
  in.log_group_name = "g";
  in.log_stream_name = "s";
  in.log_events.push_back({.message = "x", .timestamp = t.clock.now().ms});
  const auto next = client().put_log_events(in).next_sequence_token;
  EXPECT_EQ(next->size(), 56u);
  EXPECT_EQ(told(), next);
}

TEST_F(LogsTest, RetentionRemovesWhatIsOlder) {
  put({"old"});
  client().put_retention_policy({.log_group_name = "g", .retention_in_days = 1});
  t.clock.advance(std::chrono::hours(25));
  put({"new"});
  t.run_until_idle();
  EXPECT_EQ(get({}), (Texts{"new"}));
}

TEST_F(LogsTest, FilteringFindsMatchesAndContinues) {
  put({"GET /health 200", "GET /x 500", "GET /health 500"});
  FilterLogEventsInput in;
  in.log_group_name = "g";
  in.filter_pattern = "/health";
  in.limit = 1;
  FilterLogEventsOutput out = client().filter_log_events(in);
  EXPECT_EQ(out.events->at(0).message, "GET /health 200");
  in.next_token = out.next_token;
  out = client().filter_log_events(in);
  EXPECT_EQ(out.events->at(0).message, "GET /health 500");
  EXPECT_FALSE(out.next_token);
}

TEST_F(LogsTest, WhatIsNotThereIsNotFound) {
  EXPECT_THROW(client().delete_log_group({.log_group_name = "none"}), ResourceNotFoundException);
  EXPECT_THROW(client().create_log_group({.log_group_name = "g"}), ResourceAlreadyExistsException);
}

TEST(FilterPattern, TermsOrTermsAndNotTerms) {
  EXPECT_TRUE(FilterPattern("").matches("anything"));
  EXPECT_TRUE(FilterPattern("a b").matches("b a"));
  EXPECT_FALSE(FilterPattern("a b").matches("a"));
  EXPECT_TRUE(FilterPattern("?x ?a").matches("a"));
  EXPECT_FALSE(FilterPattern("?x ?y").matches("a"));
  EXPECT_FALSE(FilterPattern("a -b").matches("a b"));
  EXPECT_TRUE(FilterPattern("\"a b\"").matches("xa bx"));
  EXPECT_FALSE(FilterPattern("\"a b\"").matches("a  b"));
}

TEST_F(LogsTest, AServiceWritesOnlyWhereAResourcePolicyLetsIt) {
  const region::Caller service = t.identity.service_caller("123456789012", "events.amazonaws.com");
  const auto ask = [&] {
    t.authorizer.asked.clear();
    Client(t.home, service, t.region).describe_log_streams({.log_group_name = "g"});
    return t.authorizer.asked.at(0);
  };
  EXPECT_EQ(ask().resource_policy_role, region::ResourcePolicyRole::kMustAllow);
  EXPECT_TRUE(ask().resource_policies.empty());
  PutResourcePolicyInput put;
  put.policy_name = "p";
  put.policy_document = "{";
  EXPECT_THROW(client().put_resource_policy(put), InvalidParameterException);
  put.policy_document =
      R"({"Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"logs:*","Resource":"*"}})";
  client().put_resource_policy(put);
  EXPECT_EQ(ask().resource_policies.size(), 1u);
  EXPECT_EQ(client().describe_resource_policies({}).resource_policies->at(0).policy_name, "p");
  DeleteResourcePolicyInput remove;
  remove.policy_name = "p";
  client().delete_resource_policy(remove);
  EXPECT_THROW(client().delete_resource_policy(remove), ResourceNotFoundException);
}

}  // namespace
}  // namespace hanbat::logs
