// One sync of the log for many commits; nobody is told before a sync that began after the commit has ended.
#include "store/log_sync.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "os/files.h"

namespace hanbat::store {
namespace {

/// A log whose syncs wait for the test, and are counted.
struct LogSyncTest : testing::Test {
  void sync() {
    std::unique_lock lock(mutex);
    const int own = ++syncs;
    changed.notify_all();
    changed.wait(lock, [&] { return allowed >= own; });
    if (fails) throw std::runtime_error("the disk is gone");
  }
  void allow(int count) {
    const std::lock_guard lock(mutex);
    allowed += count;
    changed.notify_all();
  }
  void wait_for_sync(int count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return syncs >= count; });
  }
  std::uint64_t commit(Durable durable = Durable::kNow) {
    const std::uint64_t number = log.begin(durable);
    log.end(number);
    return number;
  }

  std::mutex mutex;
  std::condition_variable changed;
  int syncs = 0, allowed = 0;
  bool fails = false;
  LogSync log{[this] { sync(); }};
};

TEST_F(LogSyncTest, OneSyncIsForAllThatWereCommittedBeforeItBegan) {
  const std::uint64_t first = commit();
  std::jthread leader([&] { log.await(first); });
  wait_for_sync(1);
  // These come while it runs: it may have missed them, so the next one is theirs, and one is enough.
  std::atomic<int> told = 0;
  std::vector<std::jthread> others;
  for (int i = 0; i < 8; ++i)
    others.emplace_back([&, number = commit()] {
      log.await(number);
      ++told;
    });
  allow(1);
  leader.join();
  wait_for_sync(2);
  EXPECT_EQ(told, 0);
  allow(1);
  others.clear();
  EXPECT_EQ(told, 8);
  EXPECT_EQ(syncs, 2);
}

TEST_F(LogSyncTest, WhatMayWaitIsSyncedWithTheNextOne) {
  commit(Durable::kLater);
  log.await_wanted();
  EXPECT_EQ(syncs, 0);
  allow(1);
  const std::uint64_t number = commit();
  log.await(number);
  log.await_wanted();
  EXPECT_EQ(syncs, 1);
}

TEST_F(LogSyncTest, AReaderWaitsForWhatItMayHaveReadAndIsNotOnDisk) {
  const std::uint64_t number = log.begin(Durable::kNow);  // its commit is being made
  std::atomic<bool> answered = false;
  std::jthread reader([&] {
    log.await_wanted();
    answered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(syncs, 0);
  log.end(number);
  wait_for_sync(1);
  EXPECT_FALSE(answered);
  allow(1);
  reader.join();
  EXPECT_TRUE(answered);
}

TEST_F(LogSyncTest, ASyncWaitsAMomentForWritersInLineAndNoLonger) {
  log.join_line();  // somebody whose turn takes long
  allow(1);
  const auto begun = std::chrono::steady_clock::now();
  log.await(commit());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(1));
  EXPECT_EQ(syncs, 1);
  // Who is in line has its commit synced with the one before, when it comes in time.
  const std::uint64_t first = commit();
  std::jthread waiting([&] { log.await(first); });
  const std::uint64_t second = commit();
  log.leave_line();
  allow(10);
  log.await(second);
  waiting.join();
  EXPECT_LE(syncs, 3);
  // As many as are enough wait for nobody.
  log.join_line();
  std::vector<std::uint64_t> many;
  for (int i = 0; i < 16; ++i) many.push_back(commit());
  log.await(many.back());
  log.leave_line();
}

TEST_F(LogSyncTest, AfterAFailedSyncNothingIsCalledDurableAnyMore) {
  fails = true;
  allow(1);
  const std::uint64_t lost = commit();
  EXPECT_THROW(log.await(lost), DatabaseError);
  EXPECT_THROW(log.await(lost), DatabaseError);
  EXPECT_THROW(log.begin(Durable::kNow), DatabaseError);
  EXPECT_EQ(syncs, 1);
}

TEST(LogSyncDatabaseTest, ManyWritersShareSyncsAndNoneIsLost) {
  const TemporaryFolder folder;
  const auto db = open_sqlite(folder.path() + "/region.db");
  db->write([](Tx& tx) { tx.exec("CREATE TABLE t(n INTEGER)"); });
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < 8; ++w)
      writers.emplace_back([&] {
        for (int i = 0; i < 50; ++i) db->write([&](Tx& tx) { tx.exec("INSERT INTO t VALUES (?)", i); });
      });
  }
  EXPECT_EQ(db->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM t")->integer(0); }), 400);
}

TEST(LogSyncDatabaseTest, AWriteThatFailedHoldsNobodyBack) {
  const TemporaryFolder folder;
  const auto db = open_sqlite(folder.path() + "/region.db");
  db->write([](Tx& tx) { tx.exec("CREATE TABLE t(n INTEGER PRIMARY KEY)"); });
  const auto insert = [&] { db->write([&](Tx& tx) { tx.exec("INSERT INTO t VALUES (1)"); }); };
  insert();
  EXPECT_THROW(insert(), UniqueViolation);
  db->await_durable();
  db->write_later([&](Tx& tx) { tx.exec("INSERT INTO t VALUES (2)"); });
  db->await_durable();
  EXPECT_EQ(db->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM t")->integer(0); }), 2);
}

}  // namespace
}  // namespace hanbat::store
