// Events and streams in pages: many in one millisecond, in both directions, within bounds; what a search looks at in
// one call; what a group stores as its events come and go.
#include <gtest/gtest.h>

#include "gen/logs/client.h"
#include "region/testing.h"
#include "services/logs/logs.h"
#include "services/logs/store.h"
#include "store/statement_watch.h"

namespace hanbat::logs {
namespace {

using Lines = std::vector<std::string>;

struct LogsPagesTest : testing::Test {
  LogsPagesTest() {
    region.add<Logs>();
    region.start();
    client.create_log_group({.log_group_name = "g"});
    stream("s");
  }
  void stream(const std::string& name) { client.create_log_stream({.log_group_name = "g", .log_stream_name = name}); }
  void put(const std::string& stream, const std::string& message, std::int64_t at = 0) {
    client.put_log_events({.log_events = {{.message = message, .timestamp = region.clock.now().ms + at}},
                           .log_group_name = "g",
                           .log_stream_name = stream});
  }
  /// Writes them past the API, which takes 10,000 at once.
  void put_many(int count) {
    region.db->write([&](store::Tx& tx) {
      const auto group = find_group(tx, {region.user.account, region.region}, "g").value();
      const auto stream = find_stream(tx, group, "s").value();
      for (int i = 0; i < count; ++i) insert_event(tx, stream, {0, stream.id, region.clock.now().ms, 0, "m"});
    });
  }
  std::int64_t stored() { return *client.describe_log_groups({}).log_groups->at(0).stored_bytes; }

  /// The messages of a walk along the stream, a page each.
  std::vector<Lines> walk(GetLogEventsInput in, bool forward) {
    in.log_group_name = "g";
    in.log_stream_name = "s";
    in.start_from_head = forward;
    std::vector<Lines> pages;
    while (true) {
      const GetLogEventsOutput out = client.get_log_events(in);
      if (out.events->empty()) return pages;
      Lines& page = pages.emplace_back();
      for (const OutputLogEvent& event : *out.events) page.push_back(*event.message);
      in.next_token = forward ? out.next_forward_token : out.next_backward_token;
    }
  }

  region::TestRegion region;
  Client client{region.home, region.user, region.region};
};

TEST_F(LogsPagesTest, EventsOfOneMillisecondComeOnceInBothDirectionsAndWithinTheBounds) {
  for (const auto& [message, at] : std::initializer_list<std::pair<const char*, int>>{
           {"a", 0}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 2}, {"g", 3}})
    put("s", message, at);
  const std::int64_t now = region.clock.now().ms;
  EXPECT_EQ(walk({.limit = 2}, true), (std::vector<Lines>{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g"}}));
  EXPECT_EQ(walk({.limit = 3}, false), (std::vector<Lines>{{"e", "f", "g"}, {"b", "c", "d"}, {"a"}}));
  const GetLogEventsInput bounded{.end_time = now + 3, .limit = 2, .start_time = now + 1};
  EXPECT_EQ(walk(bounded, true), (std::vector<Lines>{{"b", "c"}, {"d", "e"}, {"f"}}));
  EXPECT_EQ(walk(bounded, false), (std::vector<Lines>{{"e", "f"}, {"c", "d"}, {"b"}}));
}

TEST_F(LogsPagesTest, AMillisecondFullOfEventsIsNotReadFromItsBeginningAtEveryPage) {
  put_many(3000);
  FilterLogEventsInput in{.limit = 10, .log_group_name = "g"};
  std::vector<std::int64_t> costs;
  for (int pages = 0; pages < 200; ++pages) {
    const store::StatementWatch watch;
    in.next_token = client.filter_log_events(in).next_token;
    ASSERT_TRUE(in.next_token);
    costs.push_back(0);
    for (const auto& statement : watch.statements()) costs.back() += statement.steps;
  }
  EXPECT_LE(costs.back(), costs.front() + 20);
}

TEST_F(LogsPagesTest, ASearchThatFindsNothingAnswersWhereToGoOn) {
  put_many(100'001);
  put("s", "needle", 1);
  FilterLogEventsInput in{.filter_pattern = "needle", .log_group_name = "g"};
  const FilterLogEventsOutput first = client.filter_log_events(in);
  EXPECT_TRUE(first.events->empty());
  ASSERT_TRUE(first.next_token);
  in.next_token = first.next_token;
  const FilterLogEventsOutput second = client.filter_log_events(in);
  ASSERT_EQ(second.events->size(), 1u);
  EXPECT_FALSE(second.next_token);
}

TEST_F(LogsPagesTest, ASearchIsAboutTheStreamsThatItNames) {
  for (const char* name : {"s-1", "s-2", "other"}) {
    stream(name);
    put(name, std::string("of ") + name);
  }
  const auto found = [&](FilterLogEventsInput in) {
    in.log_group_name = "g";
    Lines messages;
    const FilterLogEventsOutput out = client.filter_log_events(in);
    for (const FilteredLogEvent& event : *out.events)
      messages.push_back(*event.message + " in " + *event.log_stream_name);
    return messages;
  };
  EXPECT_EQ(found({.log_stream_names = Lines{"s-2"}}), (Lines{"of s-2 in s-2"}));
  EXPECT_EQ(found({.log_stream_names = Lines{"other", "s-1"}}), (Lines{"of s-1 in s-1", "of other in other"}));
  EXPECT_EQ(found({.log_stream_name_prefix = "s-"}), (Lines{"of s-1 in s-1", "of s-2 in s-2"}));
  EXPECT_EQ(found({}).size(), 3u);
}

TEST_F(LogsPagesTest, StreamsComeInBothOrdersBothWaysThoughTheirTimesAreOne) {
  for (const char* name : {"b", "a", "d", "c"}) stream(name);
  put("b", "m", 5);
  put("d", "m", 5);
  const auto names = [&](const char* order, bool descending) {
    DescribeLogStreamsInput in{.descending = descending, .limit = 2, .log_group_name = "g", .order_by = order};
    Lines all;
    do {
      const DescribeLogStreamsOutput page = client.describe_log_streams(in);
      for (const LogStream& one : *page.log_streams) all.push_back(*one.log_stream_name);
      in.next_token = page.next_token;
    } while (in.next_token);
    return all;
  };
  EXPECT_EQ(names("LogStreamName", false), (Lines{"a", "b", "c", "d", "s"}));
  EXPECT_EQ(names("LogStreamName", true), (Lines{"s", "d", "c", "b", "a"}));
  EXPECT_EQ(names("LastEventTime", false), (Lines{"a", "c", "s", "b", "d"}));
  EXPECT_EQ(names("LastEventTime", true), (Lines{"d", "b", "s", "c", "a"}));
}

TEST_F(LogsPagesTest, WhatAGroupStoresFollowsItsEvents) {
  stream("t");
  put("s", "four", 0);
  put("t", "zwölf", 1);  // six bytes
  EXPECT_EQ(stored(), 4 + 26 + 6 + 26);
  client.delete_log_stream({.log_group_name = "g", .log_stream_name = "t"});
  EXPECT_EQ(stored(), 4 + 26);
  client.put_retention_policy({.log_group_name = "g", .retention_in_days = 1});
  region.clock.advance(std::chrono::hours(25));
  put("s", "new");
  region.run_until_idle();
  EXPECT_EQ(stored(), 3 + 26);
}

}  // namespace
}  // namespace hanbat::logs
