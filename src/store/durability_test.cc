// What the store promises of a disk that fails or fills, and of files that an older or a newer program wrote.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "os/files.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/durability.h"
#include "store/tasks.h"

namespace hanbat::store {
namespace {

constexpr Migration kOne[] = {{"notes", 1, "CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT UNIQUE)"}};
constexpr Migration kTwo[] = {kOne[0],
                              {"notes", 2,
                               "ALTER TABLE notes ADD COLUMN length INTEGER NOT NULL DEFAULT 0;"
                               "UPDATE notes SET length = length(text)"}};

class Durability : public ::testing::Test {
 protected:
  std::string path(const std::string& name = "region.db") const { return folder_.path() + "/" + name; }
  /// Everything in the folder by name, as it is on the disk.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const std::string& name : list_folder(folder_.path())) all[name] = read_file(path(name));
    return all;
  }
  TemporaryFolder folder_;
};

TEST_F(Durability, ContentOfAnOlderSchemaIsFoundAfterItsMigration) {
  {
    const auto old = open_sqlite(path());
    old->migrate(kOne);
    old->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('kept')"); });
  }
  const auto now = open_sqlite(path());
  require_not_newer(path(), kTwo);
  now->migrate(kTwo);
  now->migrate(kTwo);
  const auto row = now->read([](Tx& tx) { return tx.find("SELECT text, length FROM notes"); });
  EXPECT_EQ(row->text(0), "kept");
  EXPECT_EQ(row->integer(1), 4);
}

TEST_F(Durability, AMigrationThatFailsLeavesTheSchemaBeforeIt) {
  constexpr Migration kBroken[] = {
      kOne[0], {"notes", 2, "INSERT INTO notes(text) VALUES ('half'); INSERT INTO nowhere VALUES (1)"}};
  const auto db = open_sqlite(path());
  EXPECT_THROW(db->migrate(kBroken), DatabaseError);
  EXPECT_EQ(db->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); }), 0);
  db->migrate(kTwo);
}

TEST_F(Durability, ADatabaseNewerThanTheProgramIsRefusedUntouched) {
  {
    const auto newer = open_sqlite(path());
    newer->migrate(kTwo);
    newer->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('of tomorrow')"); });
  }
  const std::string before = read_file(path());
  {
    try {
      require_not_newer(path(), kOne);
      FAIL() << "it was taken";
    } catch (const NewerDatabase& error) {
      EXPECT_NE(std::string(error.what()).find("notes is at step 2, known are 1"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(read_file(path()), before);
}

TEST_F(Durability, ARefusedDatabaseKeepsItsLogOfADaemonThatWasKilled) {
  // A log that was never written back is what a kill leaves; whoever opens the database to write would move it.
  const auto newer = open_sqlite(path());
  newer->migrate(kTwo);
  newer->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('in the log')"); });
  const TemporaryFolder other;
  for (const char* name : {"/region.db", "/region.db-wal"})
    std::filesystem::copy_file(folder_.path() + name, other.path() + name);
  const std::string database = read_file(other.path() + "/region.db"), log = read_file(other.path() + "/region.db-wal");
  ASSERT_FALSE(log.empty());
  EXPECT_THROW(require_not_newer(other.path() + "/region.db", kOne), NewerDatabase);
  EXPECT_EQ(read_file(other.path() + "/region.db"), database);
  EXPECT_EQ(read_file(other.path() + "/region.db-wal"), log);
}

TEST_F(Durability, AModuleThatTheProgramDoesNotKnowMakesADatabaseNewer) {
  constexpr Migration kOther[] = {{"other", 1, "CREATE TABLE other(id INTEGER PRIMARY KEY)"}};
  open_sqlite(path())->migrate(kOther);
  EXPECT_THROW(require_not_newer(path(), kOne), NewerDatabase);
  EXPECT_THROW(require_not_newer(path(), {}), NewerDatabase);
  require_not_newer(path("none.db"), kOne);
  EXPECT_FALSE(path_exists(path("none.db")));
}

TEST_F(Durability, TheDatabaseAndItsLogAreItsOwnersAlone) {
  const auto db = open_sqlite(path());
  db->migrate(kOne);
  for (const char* name : {"region.db", "region.db-wal"}) {
    const auto mode = std::filesystem::status(path(name)).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
  }
}

TEST_F(Durability, ACopyIsTheDatabaseOfOneMomentWhileOthersWrite) {
  const auto db = open_sqlite(path());
  db->migrate(kOne);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    // Pairs: a copy that holds one of a pair is of no moment.
    for (int i = 0; !stop; ++i)
      db->write([&](Tx& tx) {
        tx.exec("INSERT INTO notes(text) VALUES (?)", "a" + std::to_string(i));
        tx.exec("INSERT INTO notes(text) VALUES (?)", "b" + std::to_string(i));
      });
  });
  for (int i = 0; i < 20; ++i) {
    const auto before = db->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); });
    const std::string copy = path("copy" + std::to_string(i));
    copy_sqlite(path(), copy);
    const auto rows = open_sqlite(copy)->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); });
    EXPECT_GE(rows, before);
    EXPECT_EQ(rows % 2, 0);
  }
  stop = true;
  writer.join();
}

class BlobsOnDisk : public Durability {
 protected:
  BlobsOnDisk() { db_->migrate(blob_migrations()); }
  std::unique_ptr<Database> db_ = open_sqlite(":memory:");
  std::string blobs_folder_ = folder_.path() + "/blobs";
};

TEST_F(BlobsOnDisk, ABlobCutShortIsNotServed) {
  Blobs blobs(blobs_folder_, *db_);
  const Blob blob = blobs.put("content");
  EXPECT_EQ(blobs.get(blob.sha256), "content");
  std::filesystem::resize_file(blobs.path(blob.sha256), 3);
  EXPECT_THROW(blobs.open(blob.sha256), DamagedBlob);
  EXPECT_THROW(blobs.get(blob.sha256), DamagedBlob);
}

TEST_F(BlobsOnDisk, AChangedByteIsNoticedAlsoWhenTheTimeOfTheFileIsPutBack) {
  Blobs blobs(blobs_folder_, *db_);
  const Blob blob = blobs.put("content");
  EXPECT_EQ(blobs.get(blob.sha256), "content");
  const std::string file = blobs.path(blob.sha256);
  const auto time = std::filesystem::last_write_time(file);
  {
    const Fd out = open_file(file, O_WRONLY);
    ASSERT_EQ(::pwrite(out.get(), "C", 1, 0), 1);
  }
  std::filesystem::last_write_time(file, time);
  EXPECT_THROW(blobs.open(blob.sha256), DamagedBlob);
}

TEST_F(BlobsOnDisk, WhatAnEarlierProcessWroteIsCheckedAtItsFirstReading) {
  std::string name;
  {
    Blobs blobs(blobs_folder_, *db_);
    name = blobs.put("content").sha256;
    const Fd out = open_file(blobs.path(name), O_WRONLY);
    ASSERT_EQ(::pwrite(out.get(), "C", 1, 0), 1);
  }
  EXPECT_THROW(Blobs(blobs_folder_, *db_).open(name), DamagedBlob);
}

TEST_F(BlobsOnDisk, TheSameContentWrittenAgainMendsADamagedBlob) {
  Blobs blobs(blobs_folder_, *db_);
  const Blob blob = blobs.put("content");
  std::filesystem::resize_file(blobs.path(blob.sha256), 0);
  EXPECT_THROW(blobs.open(blob.sha256), DamagedBlob);
  blobs.put("content");
  EXPECT_EQ(blobs.get(blob.sha256), "content");
}

TEST_F(BlobsOnDisk, NothingIsRemovedWhileABackupCopiesAndWhatWaitedGoesAfterwards) {
  Blobs blobs(blobs_folder_, *db_);
  const std::string one = blobs.put("one").sha256, two = blobs.put("two").sha256;
  db_->write([&](Tx& tx) {
    blobs.link(tx, one, "a");
    blobs.link(tx, two, "a");
  });
  {
    const auto backup = FileLock::try_take(Blobs::removals_lock(blobs_folder_), FileLock::Mode::kAlone);
    ASSERT_TRUE(backup);
    db_->write([&](Tx& tx) { blobs.unlink(tx, one, "a"); });
    EXPECT_TRUE(blobs.exists(one));
    EXPECT_FALSE(blobs.try_removal());
  }
  db_->write([&](Tx& tx) { blobs.unlink(tx, two, "a"); });
  EXPECT_FALSE(blobs.exists(one));
  EXPECT_FALSE(blobs.exists(two));
}

TEST_F(BlobsOnDisk, ManyReadersOfOneBlobAllGetIt) {
  const std::string content(20 << 20, 'x');
  const std::string name = Blobs(blobs_folder_, *db_).put(content).sha256;
  const Blobs blobs(blobs_folder_, *db_);
  std::atomic<int> whole = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 8; ++i)
    readers.emplace_back(
        [&] { whole += std::filesystem::file_size(blobs.path(name)) == content.size() && blobs.open(name); });
  readers.clear();
  EXPECT_EQ(whole, 8);
}

TEST(FullDisk, IsToldFromOtherTroubles) {
  EXPECT_TRUE(is_disk_full(std::system_error(ENOSPC, std::generic_category(), "write")));
  EXPECT_TRUE(is_disk_full(std::system_error(EDQUOT, std::generic_category(), "write")));
  EXPECT_TRUE(is_disk_full(DatabaseFull("database or disk is full")));
  EXPECT_FALSE(is_disk_full(std::system_error(EIO, std::generic_category(), "write")));
  EXPECT_FALSE(is_disk_full(DatabaseError("no such table")));
}

TEST(FullDisk, ADatabaseWithoutRoomRefusesTheChangeAndTakesTheNextOnceThereIs) {
  const TemporaryFolder folder;
  const auto db = open_sqlite(folder.path() + "/region.db");
  db->migrate(kOne);
  db->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES ('before')"); });
  const auto limit = [&](int pages) {
    db->write([&](Tx& tx) { tx.query("PRAGMA max_page_count=" + std::to_string(pages)); });
  };
  limit(1);  // SQLite takes it for the pages that there are, and says "database or disk is full" as for a disk
  EXPECT_THROW(db->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES (?)", std::string(100000, 'x')); }),
               DatabaseFull);
  limit(100000);
  db->write([](Tx& tx) { tx.exec("INSERT INTO notes(text) VALUES (?)", std::string(100000, 'x')); });
  EXPECT_EQ(db->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); }), 2);
}

/// A database whose writes fail while `full` is set.
class FillingDatabase final : public Database {
 public:
  explicit FillingDatabase(Database& below) : below_(below) {}
  void migrate(std::span<const Migration> migrations) override { below_.migrate(migrations); }
  void await_durable() override { below_.await_durable(); }
  void run(Tx::Mode mode, Durable durable, const std::function<void(Tx&)>& body) override {
    if (full && mode == Tx::Mode::kWrite) throw DatabaseFull("database or disk is full");
    below_.run(mode, durable, body);
  }
  std::atomic<bool> full = false;

 private:
  Database& below_;
};

TEST(FullDisk, ATaskWhoseEndCouldNotBeWrittenIsDoneAgainOnceItCan) {
  const auto below = open_sqlite(":memory:");
  FillingDatabase db(*below);
  db.migrate(task_migrations());
  const SystemClock clock;
  const auto tasks = make_tasks(db, clock);
  std::atomic<int> runs = 0;
  tasks->handle("work", [&](TaskRun&) {
    if (++runs == 1) db.full = true;
  });
  tasks->start(2);
  db.write([&](Tx& tx) { tasks->add(tx, {.kind = "work"}); });
  const auto wait_for = [](const auto& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(Milliseconds(10));
    return condition();
  };
  ASSERT_TRUE(wait_for([&] { return runs == 1 && db.full; }));
  std::this_thread::sleep_for(Milliseconds(200));
  EXPECT_EQ(runs, 1);
  db.full = false;
  EXPECT_TRUE(wait_for([&] { return runs == 2; }));
  EXPECT_TRUE(
      wait_for([&] { return db.read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM tasks")->integer(0); }) == 0; }));
  tasks->stop();
}

}  // namespace
}  // namespace hanbat::store
