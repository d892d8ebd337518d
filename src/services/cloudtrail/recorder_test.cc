// Events on their way from calls to segments, over a database on disk: each is found once, at any moment, also in a
// copy that was taken meanwhile, and what a database of before the segments holds comes along.
#include "services/cloudtrail/recorder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <numeric>
#include <thread>

#include "gen/cloudtrail/schema.h"
#include "os/files.h"
#include "services/cloudtrail/segments/search.h"
#include "services/cloudtrail/segments/testing.h"
#include "services/cloudtrail/trail.h"
#include "store/durability.h"

namespace hanbat::cloudtrail {
namespace {

/// A trail in a folder, as a daemon has it.
struct Home {
  explicit Home(std::string where, int steps = 2) : folder(std::move(where)) {
    std::vector<store::Migration> known(schema().begin(), schema().end());
    std::erase_if(known, [&](const store::Migration& step) { return step.number > steps; });
    database->migrate(known);
  }
  void start() {
    database->migrate(schema());
    recorder.start();
  }
  /// Of one account and region, one millisecond after the other.
  TrailEvent make(std::mt19937& dice, int number) const {
    TrailEvent event = random_event(dice, 0, kNoon + Milliseconds(number));
    event.account = "1", event.region = "r", event.user_name = std::to_string(number);
    return event;
  }
  void change(TrailEvent event) {
    database->write([&](store::Tx& tx) {
      event.id = recorder.next_id(tx);
      store.insert(tx, event);
      tx.on_commit([this] { recorder.count_pending(); });
    });
  }
  /// The numbers of all events, the last first.
  Ids numbers() {
    const auto events = database->read([&](store::Tx& tx) {
      const EventQuery query{.account = "1", .region = "r", .from = {0}, .to = {INT64_MAX / 2}, .limit = 1'000'000};
      return find_events(segments, store.position(tx), query, store.pending_of(tx, query));
    });
    Ids out;
    for (const TrailEvent& event : events) out.push_back(std::stoll(event.user_name));
    return out;
  }
  std::int64_t rows(const std::string& table) {
    return database->read([&](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM " + table)->integer(0); });
  }

  const std::string folder;
  const Store store{};
  std::unique_ptr<store::Database> database = store::open_sqlite(folder + "/region.db");
  Segments segments{folder + "/trail", {.all = 1ULL << 40, .segment = 10'000, .block = 5'000}};
  Recorder recorder{*database, store, segments};
};

Ids down_to_one(std::int64_t last) {
  Ids ids(static_cast<std::size_t>(last));
  std::iota(ids.rbegin(), ids.rend(), 1);
  return ids;
}

TEST(TrailRecorder, AnEventIsFoundOnceWhileItGoesFromItsRowToASegment) {
  const TemporaryFolder folder;
  Home home(folder.path());
  home.start();
  std::atomic<int> done = 0;
  constexpr int kAll = 600;
  std::jthread writer([&] {
    std::mt19937 dice(5);
    for (int i = 1; i <= kAll; ++i) {
      home.change(home.make(dice, i));
      done = i;
    }
  });
  std::jthread mover([&] {
    while (done < kAll) home.recorder.flush();
  });
  int looks = 0;
  for (; done < kAll; ++looks) {
    const int before = done;
    const Ids found = home.numbers();
    ASSERT_GE(static_cast<int>(found.size()), before);
    ASSERT_EQ(found, down_to_one(static_cast<std::int64_t>(found.size())));
  }
  EXPECT_GT(looks, 5);
  writer.join();
  mover.join();
  home.recorder.flush();
  EXPECT_EQ(home.rows("trail_pending"), 0);
  EXPECT_EQ(home.numbers(), down_to_one(kAll));
  EXPECT_GT(home.segments.view(home.database->read([&](store::Tx& tx) { return home.store.position(tx); })).size(), 1u);
}

TEST(TrailRecorder, ACopyThatWasTakenMeanwhileHasWhatItsDatabaseHas) {
  const TemporaryFolder folder, copies;
  Home home(folder.path());
  home.start();
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    std::mt19937 dice(6);
    for (int i = 1; !stop; ++i) home.change(home.make(dice, i));
  });
  std::jthread mover([&] {
    while (!stop) home.recorder.flush();
  });
  for (int copy = 0; copy < 8; ++copy) {
    // In the order of `hanbat backup`: the database first.
    const std::string to = copies.path() + "/" + std::to_string(copy);
    std::this_thread::sleep_for(Milliseconds(40));
    make_folders(to + "/trail");
    store::copy_sqlite(folder.path() + "/region.db", to + "/region.db");
    for (const std::string& name : list_folder(folder.path() + "/trail"))
      if (name.find(".new") == std::string::npos)
        std::filesystem::copy_file(folder.path() + "/trail/" + name, to + "/trail/" + name);
    Home copied(to);
    const std::int64_t last = copied.database->read([&](store::Tx& tx) { return copied.store.next_id(tx) - 1; });
    copied.start();
    ASSERT_EQ(copied.numbers(), down_to_one(last));
    std::mt19937 dice(7);
    copied.change(copied.make(dice, static_cast<int>(last) + 1));
    copied.recorder.flush();
    ASSERT_EQ(copied.numbers(), down_to_one(last + 1));
  }
  stop = true;
}

/// Says of the next write that it failed, once that is committed, as when the disk does not sync.
class Doubtful final : public store::Database {
 public:
  explicit Doubtful(store::Database& real) : real_(real) {}
  void migrate(std::span<const store::Migration> steps) override { real_.migrate(steps); }
  void await_durable() override { real_.await_durable(); }
  void run(store::Tx::Mode mode, store::Durable durable, const std::function<void(store::Tx&)>& body) override {
    real_.run(mode, durable, body);
    if (mode == store::Tx::Mode::kWrite && std::exchange(fails, false))
      throw store::DatabaseError("said to have failed");
  }
  bool fails = false;

 private:
  store::Database& real_;
};

TEST(TrailRecorder, ACommitThatIsSaidToHaveFailedAndCameAboutLosesNothing) {
  const TemporaryFolder folder;
  std::mt19937 dice(10);
  {
    Home home(folder.path());
    home.database->migrate(schema());
    Doubtful doubtful(*home.database);
    Segments segments(folder.path() + "/trail", {});
    Recorder recorder(doubtful, home.store, segments);
    segments.open({});
    const auto change = [&](int number) {
      TrailEvent event = home.make(dice, number);
      doubtful.write([&](store::Tx& tx) {
        event.id = recorder.next_id(tx);
        home.store.insert(tx, event);
      });
    };
    for (int i = 1; i <= 5; ++i) change(i);
    doubtful.fails = true;
    EXPECT_THROW(recorder.flush(), store::DatabaseError);
    EXPECT_EQ(home.rows("trail_pending"), 0);
    for (int i = 6; i <= 8; ++i) change(i);
    recorder.flush();
  }
  Home again(folder.path());
  again.start();
  EXPECT_EQ(again.numbers(), down_to_one(8));
}

TEST(TrailRecorder, WhatWaitsInMemoryComesToASegmentAtAnOrderlyEnd) {
  const TemporaryFolder folder;
  std::mt19937 dice(8);
  {
    Home home(folder.path());
    home.start();
    for (int i = 1; i <= 600; ++i) home.recorder.add(home.make(dice, i));
  }
  Home again(folder.path());
  again.start();
  EXPECT_EQ(again.numbers(), down_to_one(600));
}

TEST(TrailRecorder, WhatTheTablesOfAnOlderVersionHoldIsMovedAtTheStart) {
  const TemporaryFolder folder;
  Home home(folder.path(), 1);
  std::mt19937 dice(9);
  std::vector<TrailEvent> old;
  constexpr int kOld = 1300;
  home.database->write([&](store::Tx& tx) {
    for (int i = 1; i <= kOld; ++i) {
      old.push_back(home.make(dice, i));
      const TrailEvent& event = old.back();
      tx.exec(
          "INSERT INTO trail_events(id, event_id, account, region, at, event_name, event_source, user_name, "
          "access_key_id, read_only, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          i, event.event_id, event.account, event.region, event.at, event.name, event.source, event.user_name,
          event.access_key_id, event.read_only, event.record);
      for (const ResourceName& one : event.resources)
        tx.exec("INSERT INTO trail_resources(event, type, name) VALUES (?, ?, ?)", i, one.type, one.name);
    }
  });
  home.start();
  EXPECT_EQ(home.rows("trail_events"), 0);
  EXPECT_EQ(home.rows("trail_resources"), 0);
  EXPECT_EQ(home.numbers(), down_to_one(kOld));
  const auto events = home.database->read([&](store::Tx& tx) {
    return find_events(home.segments, home.store.position(tx),
                       {.account = "1", .region = "r", .from = {0}, .to = {INT64_MAX / 2}, .limit = 2000}, {});
  });
  ASSERT_EQ(events.size(), old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    const TrailEvent &is = events[old.size() - 1 - i], &was = old[i];
    EXPECT_EQ(is.record, was.record);
    EXPECT_EQ(is.event_id, was.event_id);
    EXPECT_EQ(is.resources, was.resources);
    EXPECT_EQ(is.read_only, was.read_only);
  }
  home.change(home.make(dice, kOld + 1));
  EXPECT_EQ(home.numbers(), down_to_one(kOld + 1));
}

TEST(TrailLimit, IsTheOperatorsOrTwoGigabytesAndWhatIsNoSizeIsRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(segment_sizes(folder.path()).all, 2ULL << 30);
  const auto with = [&](const std::string& text) {
    write_file_atomic(folder.path() + "/trail-limit", text);
    return segment_sizes(folder.path()).all;
  };
  EXPECT_EQ(with("64M\n"), 64ULL << 20);
  EXPECT_EQ(with("10G"), 10ULL << 30);
  for (const char* text : {"", "\n", "10", "63M", "-1G", "0G", "G", "1.5G", "10T", "9999999999G", "lots"})
    EXPECT_THROW(with(text), std::runtime_error) << text;
}

}  // namespace
}  // namespace hanbat::cloudtrail
