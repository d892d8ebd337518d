// The promises of the store: what commits is there, what throws is not, and a task outlives what kills its worker.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/encoding.h"
#include "base/ids.h"
#include "crypto/digest.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/tasks.h"

namespace hanbat::store {
namespace {

constexpr Migration kNotes[] = {{"notes", 1, "CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT UNIQUE)"}};

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    db_->migrate(kNotes);
    db_->migrate(task_migrations());
    db_->migrate(blob_migrations());
  }
  int notes() {
    return static_cast<int>(db_->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); }));
  }

  std::string folder_ = ::testing::TempDir() + "/hanbat-" + random_hex(8);
  std::unique_ptr<Database> db_ = open_sqlite(":memory:");
  FakeClock clock_;
};

TEST_F(StoreTest, AThrownTransactionLeavesNothing) {
  EXPECT_THROW(db_->write([](Tx& tx) {
    tx.exec("INSERT INTO notes(text) VALUES (?)", "a");
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(notes(), 0);
}

TEST_F(StoreTest, ASavepointUndoesOnlyItself) {
  db_->write([](Tx& tx) {
    tx.exec("INSERT INTO notes(text) VALUES (?)", "kept");
    try {
      tx.savepoint([&] {
        tx.exec("INSERT INTO notes(text) VALUES (?)", "dropped");
        throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
  });
  EXPECT_EQ(notes(), 1);
}

TEST_F(StoreTest, ARepeatedKeyIsAUniqueViolation) {
  const auto insert = [](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES (?)", "same"); };
  db_->write(insert);
  EXPECT_THROW(db_->write(insert), UniqueViolation);
}

TEST_F(StoreTest, ANumberThatNoColumnHoldsIsRefusedAndNotTurnedNegative) {
  const auto back = [&](std::uint64_t number) {
    return db_->read([&](Tx& tx) { return tx.find("SELECT ?", number)->integer(0); });
  };
  EXPECT_EQ(back(9'223'372'036'854'775'807u), 9'223'372'036'854'775'807);
  EXPECT_THROW(back(9'223'372'036'854'775'808u), DatabaseError);
}

TEST_F(StoreTest, AReadingTransactionCannotWrite) {
  EXPECT_THROW(db_->read([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('x')"); }), DatabaseError);
}

TEST_F(StoreTest, ATaskThatThrowsIsTriedAgainLater) {
  auto tasks = make_tasks(*db_, clock_);
  int runs = 0;
  tasks->handle("flaky", [&](TaskRun& run) {
    ++runs;
    if (run.attempt() == 1) throw std::runtime_error("first time");
    run.finish([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('done')"); });
  });
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "flaky"}); });
  tasks->run_until_idle();
  EXPECT_EQ(runs, 1);
  clock_.advance(Milliseconds(100));
  tasks->run_until_idle();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(notes(), 1);
}

TEST_F(StoreTest, ATaskGivesUpAfterItsAttempts) {
  auto tasks = make_tasks(*db_, clock_);
  tasks->handle("broken", [](TaskRun&) { throw std::runtime_error("always"); },
                {.max_attempts = 2, .give_up = [](Tx& tx, const NewTask&, std::string_view why) {
                   tx.exec("INSERT INTO notes(text) VALUES (?)", why);
                 }});
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "broken"}); });
  tasks->run_until_idle();
  clock_.advance(Seconds(1));
  tasks->run_until_idle();
  EXPECT_EQ(db_->read([](Tx& tx) { return tx.find("SELECT text FROM notes")->text(0); }), "always");
  clock_.advance(Seconds(100));
  EXPECT_EQ(tasks->run_until_idle(), 0);
}

TEST_F(StoreTest, ATaskThatFailsIsListedWithItsReasonUntilItSucceeds) {
  auto tasks = make_tasks(*db_, clock_);
  std::string trouble = "the pool is full";
  tasks->handle("apply", [&](TaskRun&) {
    if (!trouble.empty()) throw std::runtime_error(trouble);
  });
  const auto failing = [&] { return db_->read([](Tx& tx) { return list_failing(tx, 10); }); };
  const auto add = [&] { db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "apply", .key = "all"}); }); };
  add();
  EXPECT_TRUE(failing().empty());
  const Timestamp began = clock_.now();
  tasks->run_until_idle();
  clock_.advance(Seconds(1));
  trouble = "the pool is gone";
  tasks->run_until_idle();
  clock_.advance(Seconds(1));
  add();  // what is wanted anew does not hide that it fails
  tasks->run_until_idle();
  ASSERT_EQ(failing().size(), 1U);
  EXPECT_EQ(failing()[0].kind + " " + failing()[0].key, "apply all");
  EXPECT_EQ(failing()[0].since, began);
  EXPECT_EQ(failing()[0].why, "the pool is gone");

  trouble = "";
  clock_.advance(Seconds(1));
  tasks->run_until_idle();
  EXPECT_TRUE(failing().empty());
}

TEST_F(StoreTest, ATaskThatIsTriedForEverTellsWhatWaitsForItOncePatienceIsOver) {
  auto tasks = make_tasks(*db_, clock_);
  bool broken = true;
  int runs = 0;
  tasks->handle("apply",
                [&](TaskRun& run) {
                  ++runs;
                  if (broken) throw std::runtime_error("no room");
                  run.again(Seconds(1));
                },
                {.tell_waiting = [](Tx& tx, const NewTask& task, std::string_view why) {
                  tx.exec("INSERT INTO notes(text) VALUES (?)", task.key + ": " + std::string(why));
                }});
  const auto pass = [&](Seconds time) {
    for (Seconds gone{0}; gone < time; gone += Seconds(1)) {
      clock_.advance(Seconds(1));
      tasks->run_until_idle();
    }
  };
  const auto add = [&] { db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "apply", .key = "all"}); }); };
  add();
  pass(Seconds(200));
  add();  // a busy region asks again and again
  pass(Seconds(90));
  EXPECT_EQ(notes(), 0);
  pass(Seconds(45));
  EXPECT_GE(notes(), 1);
  EXPECT_EQ(db_->read([](Tx& tx) { return tx.find("SELECT text FROM notes")->text(0); }), "all: no room");

  broken = false;
  pass(Seconds(31));
  const int told = notes();
  broken = true;  // one that worked between has all its time again
  const int before = runs;
  pass(Seconds(200));
  EXPECT_EQ(notes(), told);
  EXPECT_LT(runs - before, 20);
}

TEST_F(StoreTest, AddingAKeyedTaskWhileItRunsRunsItOnceMore) {
  auto tasks = make_tasks(*db_, clock_);
  std::vector<std::string> seen;
  tasks->handle("keyed", [&](TaskRun& run) {
    seen.push_back(run.body().as_string());
    if (seen.size() == 1) db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "keyed", .key = "k", .body = "second"}); });
  });
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "keyed", .key = "k", .body = "zeroth"}); });
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "keyed", .key = "k", .body = "first"}); });
  tasks->run_until_idle();
  EXPECT_EQ(seen, (std::vector<std::string>{"first", "second"}));
}

TEST_F(StoreTest, ACancelledTaskFinishesWithoutEffect) {
  auto tasks = make_tasks(*db_, clock_);
  tasks->handle("cancelled", [&](TaskRun& run) {
    db_->write([&](Tx& tx) { EXPECT_TRUE(tasks->cancel(tx, "cancelled", "k")); });
    run.finish([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('no')"); });
  });
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "cancelled", .key = "k"}); });
  tasks->run_until_idle();
  EXPECT_EQ(notes(), 0);
}

TEST_F(StoreTest, AWorkerTakesOverWhatDiedWithAnotherProcess) {
  db_->write([&](Tx& tx) { make_tasks(*db_, clock_)->add(tx, {.kind = "orphan"}); });
  db_->write([](Tx& tx) { tx.exec("UPDATE tasks SET lease_owner = 'dead'"); });
  SystemClock real;
  auto tasks = make_tasks(*db_, real);
  std::atomic<bool> ran = false;
  tasks->handle("orphan", [&](TaskRun&) { ran = true; });
  tasks->start(1);
  for (int i = 0; i < 200 && !ran; ++i) std::this_thread::sleep_for(Milliseconds(10));
  tasks->stop();
  EXPECT_TRUE(ran);
}

/// A database that counts its transactions.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& below) : below_(below) {}
  void migrate(std::span<const Migration> migrations) override { below_.migrate(migrations); }
  void await_durable() override { below_.await_durable(); }
  void run(Tx::Mode mode, Durable durable, const std::function<void(Tx&)>& body) override {
    ++transactions;
    below_.run(mode, durable, body);
  }
  std::atomic<int> transactions = 0;

 private:
  Database& below_;
};

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(Milliseconds(10));
  return condition();
}

TEST_F(StoreTest, NobodyLooksAtTheDatabaseWhileNoTaskIsDue) {
  CountingDatabase counting(*db_);
  auto tasks = make_tasks(counting, clock_);
  std::atomic<int> runs = 0;
  tasks->handle("later", [&](TaskRun&) { ++runs; });
  tasks->start(2);
  counting.write([&](Tx& tx) { tasks->add(tx, {.kind = "later", .due = clock_.now() + std::chrono::hours(1)}); });
  std::this_thread::sleep_for(Milliseconds(100));
  const int before = counting.transactions;
  clock_.advance(std::chrono::minutes(59));
  std::this_thread::sleep_for(Milliseconds(1200));
  EXPECT_EQ(counting.transactions, before);
  EXPECT_EQ(runs, 0);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_TRUE(eventually([&] { return runs == 1; }));
  tasks->stop();
}

TEST_F(StoreTest, ATaskThatIsDueSoonerThanTheOthersIsNotKeptWaiting) {
  auto tasks = make_tasks(*db_, clock_);
  std::atomic<int> later = 0, sooner = 0;
  tasks->handle("later", [&](TaskRun&) { ++later; });
  tasks->handle("sooner", [&](TaskRun& run) {
    if (++sooner == 1) run.again(Seconds(10));
  });
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "later", .due = clock_.now() + std::chrono::hours(1)}); });
  tasks->start(1);
  db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "sooner", .due = clock_.now() + Seconds(10)}); });
  clock_.advance(Seconds(10));
  EXPECT_TRUE(eventually([&] { return sooner == 1; }));
  // Asked for again: due in ten seconds from when it ran.
  std::this_thread::sleep_for(Milliseconds(50));
  clock_.advance(Seconds(10));
  EXPECT_TRUE(eventually([&] { return sooner == 2; }));
  EXPECT_EQ(later, 0);
  tasks->stop();
}

TEST_F(StoreTest, TasksThatAreDueAtTheSameTimeRunSideBySide) {
  auto tasks = make_tasks(*db_, clock_);
  std::atomic<int> under_way = 0, together = 0;
  tasks->handle("pair", [&](TaskRun&) {
    ++under_way;
    if (eventually([&] { return under_way == 3; })) ++together;
  });
  tasks->start(3);
  const Timestamp due = clock_.now() + Seconds(1);
  for (const char* key : {"a", "b", "c"})
    db_->write([&](Tx& tx) { tasks->add(tx, {.kind = "pair", .key = key, .due = due}); });
  clock_.advance(Seconds(1));
  EXPECT_TRUE(eventually([&] { return together == 3; }));
  tasks->stop();
}

TEST_F(StoreTest, TasksOfADatabaseOfBeforeAreTakenOver) {
  const auto old = open_sqlite(":memory:");
  old->migrate(task_migrations().first(1));
  old->write([](Tx& tx) {
    tx.exec("INSERT INTO tasks(kind, key, body, due, lease_owner, lease_until) VALUES ('k', 'x', '7', 1, 'dead', 9)");
  });
  old->migrate(task_migrations());
  auto tasks = make_tasks(*old, clock_);
  std::atomic<std::int64_t> body = 0;
  tasks->handle("k", [&](TaskRun& run) { body = run.body().as_int(); });
  tasks->start(1);
  EXPECT_TRUE(eventually([&] { return body == 7; }));
  tasks->stop();
}

TEST_F(StoreTest, BlobsOfEveryLengthHaveTheirHashesAlsoWhereAThreadComputesThem) {
  Blobs blobs(folder_, *db_);
  std::string content;
  for (int i = 0; i < 3'500'000; ++i) content += static_cast<char>(i * 7 % 251);
  for (const std::size_t size : {0UL, 1UL, (1UL << 20) - 1, 1UL << 20, (1UL << 20) + 1, 2UL << 20, 3'500'000UL})
    for (const std::size_t piece : {65'536UL, 1'000'003UL}) {
      const auto writer = blobs.create();
      const std::string_view wanted = std::string_view(content).substr(0, size);
      for (std::size_t at = 0; at < size; at += piece) writer->write(wanted.substr(at, piece));
      const Blob blob = writer->commit();
      EXPECT_EQ(blob.size, size);
      EXPECT_EQ(blob.sha256, crypto::sha256_hex(wanted));
      EXPECT_EQ(blob.md5, to_hex(crypto::digest(crypto::Digest::Kind::kMd5, wanted)));
      EXPECT_EQ(blobs.get(blob.sha256), wanted);
    }
  const auto abandoned = blobs.create();
  abandoned->write(content);
}

TEST_F(StoreTest, ABlobGoesWithItsLastLink) {
  Blobs blobs(folder_, *db_);
  std::string name;
  {
    const Blob blob = blobs.put("content");
    name = blob.sha256;
    EXPECT_EQ(blob.md5, "9a0364b9e99bb480dd25e1f0284c8555");
    db_->write([&](Tx& tx) {
      blobs.link(tx, name, "a");
      blobs.link(tx, name, "b");
    });
  }
  EXPECT_EQ(blobs.get(name), "content");
  db_->write([&](Tx& tx) { blobs.unlink(tx, name, "a"); });
  EXPECT_TRUE(blobs.exists(name));
  db_->write([&](Tx& tx) { blobs.unlink(tx, name, "b"); });
  EXPECT_FALSE(blobs.exists(name));
}

TEST_F(StoreTest, ABlobUnlinkedAndLinkedAnewInOneTransactionStays) {
  Blobs blobs(folder_, *db_);
  const std::string name = blobs.put("content").sha256;
  db_->write([&](Tx& tx) { blobs.link(tx, name, "a"); });
  db_->write([&](Tx& tx) {
    blobs.unlink(tx, name, "a");
    blobs.link(tx, name, "b");
  });
  EXPECT_EQ(blobs.get(name), "content");
}

TEST_F(StoreTest, AnUnlinkedBlobIsSweptUnlessHeld) {
  Blobs blobs(folder_, *db_);
  auto held = std::make_unique<Blob>(blobs.put("held"));
  const std::string name = held->sha256;
  EXPECT_EQ(blobs.sweep(), 0);
  held.reset();
  EXPECT_EQ(blobs.sweep(), 1);
  EXPECT_FALSE(blobs.exists(name));
}

}  // namespace
}  // namespace hanbat::store
