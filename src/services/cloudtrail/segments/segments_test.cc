// Segments on disk: what comes back after a start at a position, whatever lies beyond it or is damaged before it.
#include "services/cloudtrail/segments/segments.h"

#include <gtest/gtest.h>

#include <fstream>

#include "os/files.h"
#include "services/cloudtrail/segments/key_hash.h"
#include "services/cloudtrail/segments/search.h"
#include "services/cloudtrail/segments/testing.h"

namespace hanbat::cloudtrail {
namespace {

constexpr std::chrono::hours kADay(24);

class SegmentsTest : public ::testing::Test {
 protected:
  SegmentsTest() { reopen({}); }

  void reopen(Position position) {
    segments = std::make_unique<Segments>(folder.path() + "/trail", sizes);
    segments->open(position);
    counts = position;
  }
  std::vector<TrailEvent> make(int count, Milliseconds later = Milliseconds(0)) {
    std::vector<TrailEvent> events;
    for (int i = 0; i < count; ++i) {
      TrailEvent event = random_event(dice, ++last_id, kNoon + later);
      event.account = "1", event.region = "r";
      events.push_back(std::move(event));
    }
    return events;
  }
  Position append(int count, Milliseconds later = Milliseconds(0)) {
    return counts = segments->append(counts, make(count, later));
  }
  Ids all(Position position) const {
    return ids_of(find_events(*segments, position,
                              {.account = "1", .region = "r", .from = {0}, .to = {INT64_MAX / 2}, .limit = 100'000},
                              {}));
  }
  static Ids down_from(std::int64_t last) {
    Ids ids;
    for (std::int64_t id = last; id > 0; --id) ids.push_back(id);
    return ids;
  }
  std::string path(const std::string& name) const { return folder.path() + "/trail/" + name; }
  std::string content(const std::string& name) const { return read_file(path(name)); }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << bytes;
  }
  std::vector<std::string> files() const { return list_folder(folder.path() + "/trail"); }

  TemporaryFolder folder;
  SegmentSizes sizes{.all = 1ULL << 40, .segment = 1ULL << 20, .block = 4096};
  std::mt19937 dice{7};
  std::int64_t last_id = 0;
  std::unique_ptr<Segments> segments;
  Position counts;
};

TEST_F(SegmentsTest, WhatWasKeptIsThereAfterAStartAndWhatWasNotIsGone) {
  append(10);
  const Position kept = append(10);
  const Position more = segments->append(kept, make(5));
  EXPECT_EQ(all(kept), down_from(20)) << "what is not kept yet is in no view of before";
  EXPECT_EQ(all(more), down_from(25));
  reopen(kept);
  EXPECT_EQ(all(kept), down_from(20));
  last_id = 20;
  EXPECT_EQ(all(append(3)), down_from(23));
}

TEST_F(SegmentsTest, ATailThatIsTornAtAnyByteIsCutOff) {
  append(3);
  const Position kept = append(3);
  const Position more = segments->append(kept, make(2));
  const std::string whole = content("0000000001.events");
  ASSERT_EQ(whole.size(), static_cast<std::size_t>(more.bytes));
  for (auto cut = static_cast<std::size_t>(kept.bytes); cut <= whole.size(); ++cut) {
    put("0000000001.events", whole.substr(0, cut));
    reopen(kept);
    ASSERT_EQ(all(kept), down_from(6)) << "cut at " << cut;
    ASSERT_EQ(content("0000000001.events").size(), static_cast<std::size_t>(kept.bytes));
  }
  last_id = 6;
  EXPECT_EQ(all(append(2)), down_from(8)) << "and is written over";
}

TEST_F(SegmentsTest, OfWhatADiskLostBeforeThePositionTheRestCountsAndTheNextSegmentBegins) {
  const Position first = append(3);
  const Position kept = append(2);
  const std::string whole = content("0000000001.events");
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    put("0000000001.events", whole.substr(0, cut));
    reopen(kept);
    const bool has_first = cut >= static_cast<std::size_t>(first.bytes);
    ASSERT_EQ(all(kept), has_first ? down_from(3) : Ids()) << "cut at " << cut;
    if (cut % 29) continue;  // each of them makes files
    last_id = 5;
    const Position next = append(1);
    ASSERT_EQ(next.segment, 2);
    ASSERT_EQ(all(next), has_first ? (Ids{6, 3, 2, 1}) : Ids{6}) << "cut at " << cut;
    remove_tree(path("0000000001.index"));
    remove_tree(path("0000000002.events"));
  }
}

TEST_F(SegmentsTest, AByteThatChangedIsNoticed) {
  const Position kept = append(4);
  const std::string whole = content("0000000001.events");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] ^= 0x10;
    put("0000000001.events", changed);
    if (at >= kSegmentHead.size()) {  // the head is looked at at a start
      ASSERT_EQ(all(kept), Ids()) << "byte " << at << " while it runs";
    }
    reopen(kept);
    ASSERT_EQ(all(kept), Ids()) << "byte " << at << " at a start";
    put("0000000001.events", whole);
    reopen(kept);
    ASSERT_EQ(all(kept), down_from(4));
  }
}

TEST_F(SegmentsTest, AStartAmidARollOverTakesItBack) {
  sizes.segment = 1;
  reopen({});
  const Position kept = append(3);
  const std::string whole = content("0000000001.events");
  segments->append(kept, make(3));
  ASSERT_EQ(files(), (std::vector<std::string>{"0000000001.events", "0000000001.index", "0000000002.events"}));
  const std::string index = content("0000000001.index"), next = content("0000000002.events");
  for (const bool has_index : {false, true})
    for (const std::size_t of_next : {std::size_t{0}, std::size_t{4}, kSegmentHead.size(), next.size()}) {
      put("0000000001.index", index);
      put("0000000002.events", next.substr(0, of_next));
      if (!has_index) remove_tree(path("0000000001.index"));
      if (of_next == 0) remove_tree(path("0000000002.events"));
      reopen(kept);
      EXPECT_EQ(all(kept), down_from(3));
      EXPECT_EQ(files(), (std::vector<std::string>{"0000000001.events"}));
      EXPECT_EQ(content("0000000001.events"), whole);
      last_id = 3;
      EXPECT_EQ(all(append(2)), down_from(5));
    }
}

TEST_F(SegmentsTest, AnIndexThatLacksOrIsDamagedIsMadeAnew) {
  sizes.segment = 1;
  reopen({});
  append(3);
  const Position kept = append(3);
  const std::string index = content("0000000001.index");
  for (std::size_t at = 0; at < index.size(); ++at) {
    std::string changed = index;
    changed[at] ^= 1;
    put("0000000001.index", changed);
    ASSERT_EQ(all(kept), down_from(6)) << "byte " << at;
    put("0000000001.index", index.substr(0, at));
    ASSERT_EQ(all(kept), down_from(6)) << "cut at " << at;
  }
  remove_tree(path("0000000001.index"));
  EXPECT_EQ(all(kept), down_from(6));
  reopen(kept);
  EXPECT_EQ(all(kept), down_from(6));
  EXPECT_EQ(content("0000000001.index"), index);
}

TEST_F(SegmentsTest, WhatWasNotKeptIsTakenBackByTheNextThatIsWritten) {
  append(3);
  sizes.segment = 1;
  reopen(counts);
  segments->append(counts, make(4));
  last_id = 3;
  const Position kept = append(2);
  EXPECT_EQ(all(kept), down_from(5));
  reopen(kept);
  EXPECT_EQ(all(kept), down_from(5));
}

TEST_F(SegmentsTest, ADaysSegmentEndsWithTheDayAndGoesWhenAllOfItIsOld) {
  append(1);
  append(1, std::chrono::hours(1));
  append(1, kADay);
  const Position kept = append(1, 2 * kADay);
  EXPECT_EQ(kept.segment, 3);
  segments->remove_before(kept, kNoon + std::chrono::hours(1));
  EXPECT_EQ(all(kept), down_from(4)) << "one event of the first day is not old enough";
  segments->remove_before(kept, kNoon + std::chrono::hours(2));
  EXPECT_EQ(all(kept), (Ids{4, 3}));
  segments->remove_before(kept, kNoon + 9 * kADay);
  EXPECT_EQ(all(kept), Ids{4}) << "the one that is written to stays";
  EXPECT_EQ(files(), (std::vector<std::string>{"0000000003.events"}));
}

TEST_F(SegmentsTest, TheOldestSegmentGoesWhenAllTakeMoreThanTheyMay) {
  sizes.segment = 1;
  sizes.all = 20'000;
  reopen({});
  Position kept;
  for (int i = 0; i < 60; ++i) {
    kept = append(10);
    ASSERT_LE(segments->bytes(), sizes.all);
  }
  const Ids left = all(kept);
  EXPECT_GT(left.size(), 50u);
  EXPECT_LT(left.size(), 500u);
  Ids newest = down_from(600);
  newest.resize(left.size());
  EXPECT_EQ(left, newest);
  const std::uint64_t bytes = segments->bytes();
  std::uint64_t on_disk = 0;
  for (const std::string& name : files()) on_disk += content(name).size();
  EXPECT_EQ(bytes, on_disk);
  reopen(kept);
  EXPECT_EQ(segments->bytes(), bytes);
}

TEST_F(SegmentsTest, AViewOfASegmentThatIsRemovedFindsNothingInIt) {
  sizes.segment = 1;
  reopen({});
  append(2);
  const Position kept = append(2);
  const auto view = segments->view(kept);
  const std::uint32_t any = key_hash("1", "r", {}, "");
  const std::vector<Block> blocks = segments->blocks_of(view[0], any);
  ASSERT_EQ(blocks.size(), 1u);
  segments->remove_before(kept, kNoon + kADay);
  EXPECT_TRUE(segments->events_of(view[0], blocks[0]).empty());
  EXPECT_TRUE(segments->blocks_of(view[0], any).empty());
  EXPECT_EQ(all(kept), (Ids{4, 3}));
}

}  // namespace
}  // namespace hanbat::cloudtrail
