// Times of answers as HAProxy's tables tell them; tests/host/test_counts.py measures real ones.
#include "host/balancers/response_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr const char* kTable =
    "# table: T_a, type: integer, size:4000, used:2\n"
    "0x563214974aa8: key=11308 use=0 exp=598126 http_req_cnt=3\n"
    "0x563214975438: key=20210 use=0 exp=598484 shard=0 http_req_cnt=1\n\n";

ResponseTimesBook::Counts counts(int time_class, std::int64_t count) {
  return {{{{"a", "10.0.0.1", 80}, time_class}, count}};
}

std::vector<std::pair<std::int64_t, std::int64_t>> taken(ResponseTimesBook& book) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const ResponseTimes& one : book.take())
    for (const TimeCount& each : one.times) out.emplace_back(each.microseconds, each.count);
  return out;
}

TEST(ResponseTimes, AreReadFromATableByServerAndClass) {
  EXPECT_THAT(read_time_table(kTable), ElementsAre(Pair(Pair(1, 1308), 3), Pair(Pair(2, 210), 1)));
  EXPECT_THAT(read_time_table("Unknown command: key=x http_req_cnt=1\n key=-1 http_req_cnt=1\n key=7\n"), IsEmpty());
}

TEST(ResponseTimes, AClassIsNarrowAndStandsForItsMiddle) {
  EXPECT_EQ(time_of_class(210), 421);         // 420 µs
  EXPECT_EQ(time_of_class(1308), 6170);       // 6174 µs
  EXPECT_EQ(time_of_class(4075), 1'510'000);  // 1501173 µs
  for (int power = 1; power < 8; ++power)
    for (int step = 50; step < 499; ++step) {
      const auto here = static_cast<double>(time_of_class(power * 1000 + step));
      const auto next = static_cast<double>(time_of_class(power * 1000 + step + 1));
      EXPECT_LE(next / here, 1.02) << power << " " << step;
    }
}

TEST(ResponseTimes, WhatCameBetweenTwoLooksIsTakenOnce) {
  ResponseTimesBook book;
  book.observe("w T_a", counts(210, 3));
  book.observe("w T_a", counts(210, 5));
  EXPECT_THAT(taken(book), ElementsAre(Pair(421, 5)));
  EXPECT_THAT(taken(book), IsEmpty());
}

TEST(ResponseTimes, WhatATableHasForgottenBeginsAnew) {
  ResponseTimesBook book;
  book.observe("w T_a", counts(210, 1));
  book.observe("w T_a", {});
  book.observe("w T_a", counts(210, 1));
  EXPECT_THAT(taken(book), ElementsAre(Pair(421, 2)));
}

TEST(ResponseTimes, OldAndNewWorkersCountBesideEachOther) {
  ResponseTimesBook book;
  book.observe("old T_a", counts(210, 10));
  book.observe("new T_a", counts(210, 1));
  book.observe("old T_a", counts(210, 11));
  book.keep([](const std::string& source) { return source.starts_with("new "); });
  book.observe("new T_a", counts(210, 2));
  EXPECT_THAT(taken(book), ElementsAre(Pair(421, 13)));
}

TEST(ResponseTimes, AGroupWithoutTargetsMeasuresNothing) {
  TargetGroup group;
  EXPECT_EQ(response_time_lines(group), "");
  group.targets.push_back({"10.0.0.1", 80});
  EXPECT_THAT(response_time_lines(group), testing::HasSubstr("stick-table type integer size 4000 "));
}

}  // namespace
}  // namespace hanbat::host
