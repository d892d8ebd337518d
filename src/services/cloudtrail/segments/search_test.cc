// What a lookup finds in segments is what one finds who looks at all events.
#include "services/cloudtrail/segments/search.h"

#include <gtest/gtest.h>

#include "os/files.h"
#include "services/cloudtrail/segments/testing.h"

namespace hanbat::cloudtrail {
namespace {

/// Random events in segments, of times that go on, stand still, overlap and now and then jump.
class SearchTest : public ::testing::Test {
 protected:
  SearchTest() {
    segments.emplace(folder.path() + "/trail", sizes);
    segments->open({});
    Timestamp now = kNoon;
    for (int batch = 0; batch < 150; ++batch) {
      if (batch % 40 == 39) now = now - std::chrono::hours(3);
      if (batch % 50 == 49) now = now + std::chrono::hours(30);
      std::vector<TrailEvent> some;
      for (auto left = 1 + dice() % 40; left > 0; --left) {
        now = now + Milliseconds(dice() % 3);
        some.push_back(random_event(dice, static_cast<std::int64_t>(all.size() + some.size() + 1),
                                    now - Milliseconds(dice() % 20)));
      }
      all.insert(all.end(), some.begin(), some.end());
      if (batch == 149) {
        pending = some;
        break;
      }
      position = segments->append(position, some);
    }
  }

  TemporaryFolder folder;
  const SegmentSizes sizes{.all = 1ULL << 40, .segment = 20'000, .block = 5'000};
  std::mt19937 dice{11};
  std::vector<TrailEvent> all;      // also what is pending
  std::vector<TrailEvent> pending;  // the last ones
  Position position;
  std::optional<Segments> segments;
};

TEST_F(SearchTest, FindsWhatOneFindsWhoLooksAtAll) {
  ASSERT_GT(position.segment, 3) << "else it tries little";
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    EventQuery query = random_query(dice, all);
    const auto expected = ids_by_looking_at_all(query, all);
    ASSERT_EQ(ids_of(find_events(*segments, position, query, pending)), expected)
        << "question " << i << ": " << (query.key ? word_of(*query.key) : "") << " " << query.value;
    found += static_cast<int>(expected.size());
  }
  EXPECT_GT(found, 1000);
}

TEST_F(SearchTest, PagesGoOnOverSegmentsStartsAndWhatIsWrittenMeanwhile) {
  for (int i = 0; i < 60; ++i) {
    EventQuery query = random_query(dice, all);
    query.limit = 1'000'000;
    const auto whole = ids_by_looking_at_all(query, all);
    query.limit = 1 + static_cast<int>(dice() % 50);
    std::vector<std::int64_t> walked;
    while (true) {
      const auto page = find_events(*segments, position, query, pending);
      for (const TrailEvent& event : page) walked.push_back(event.id);
      if (page.size() < static_cast<std::size_t>(query.limit)) break;
      query.before_at = page.back().at.ms;
      query.before_id = page.back().id;
      if (!pending.empty()) {  // they go to a segment, between two pages
        position = segments->append(position, pending);
        pending.clear();
      }
      if (dice() % 4 == 0) {
        segments.emplace(folder.path() + "/trail", sizes);
        segments->open(position);
      }
    }
    ASSERT_EQ(walked, whole) << (query.key ? word_of(*query.key) : "") << " " << query.value;
  }
}

TEST_F(SearchTest, APositionOfBeforeSeesWhatCountedThen) {
  std::vector<TrailEvent> later;
  for (int i = 0; i < 30; ++i) later.push_back(random_event(dice, 1'000'000 + i, all.back().at));
  segments->append(position, later);
  for (int i = 0; i < 300; ++i) {
    const EventQuery query = random_query(dice, all);
    ASSERT_EQ(ids_of(find_events(*segments, position, query, pending)), ids_by_looking_at_all(query, all));
  }
}

}  // namespace
}  // namespace hanbat::cloudtrail
