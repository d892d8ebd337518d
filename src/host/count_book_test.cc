// Counts over what begins anew below them: nothing is lost, nothing is counted twice.
#include "host/count_book.h"

#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::host {
namespace {

class CountBooks : public testing::Test {
 protected:
  std::int64_t total(const CountBook& book, const std::string& name = "a") { return book.totals().at(name); }
  TemporaryFolder folder;
  const std::string path = folder.path() + "/counts.json";
};

TEST_F(CountBooks, WhatIsSeenTwiceCountsOnce) {
  CountBook book(path);
  book.observe("one", {{"a", 100}});
  book.observe("one", {{"a", 100}});
  book.observe("one", {{"a", 130}});
  EXPECT_EQ(total(book), 130);
}

TEST_F(CountBooks, ASourceThatBeginsAnewGoesOnFromWhatWasCounted) {
  CountBook book(path);
  book.observe("one", {{"a", 100}, {"b", 7}});
  book.observe("two", {{"a", 130}});
  EXPECT_EQ(total(book), 230);
  EXPECT_EQ(total(book, "b"), 7);
  book.observe("two", {{"a", 20}});  // set back by somebody
  EXPECT_EQ(total(book), 250);
}

TEST_F(CountBooks, ABookThatIsReadAgainGoesOnWithTheSameSource) {
  {
    CountBook book(path);
    book.set_about("x");
    book.observe("one", {{"a", 100}});
    book.save();
    book.observe("one", {{"a", 120}});  // not written: a kill
  }
  CountBook book(path);
  EXPECT_EQ(book.about(), "x");
  EXPECT_EQ(total(book), 100);
  book.observe("one", {{"a", 150}});
  EXPECT_EQ(total(book), 150);
}

TEST_F(CountBooks, ABookThatIsReadAgainGoesOnWithAllSources) {
  {
    CountBook book(path);
    book.observe("one", {{"a", 100}});
    book.observe("two", {{"a", 10}});
    book.save();
  }
  CountBook book(path);
  book.observe("one", {{"a", 101}});
  book.observe("two", {{"a", 12}});
  EXPECT_EQ(total(book), 113);
  book.keep({"two"});
  book.observe("one", {{"a", 101}});
  EXPECT_EQ(total(book), 214) << "another one of the same name";
}

TEST_F(CountBooks, ABookOfAnEarlierVersionGoesOn) {
  write_file_atomic(path, R"({"epoch":"e","about":"x","source":"one","seen":{"a":40},"totals":{"a":140}})");
  CountBook book(path);
  EXPECT_EQ(book.epoch(), "e");
  book.observe("one", {{"a", 50}});
  EXPECT_EQ(total(book), 150);
}

TEST_F(CountBooks, TheEpochIsTheBooksAndANewBookHasAnother) {
  CountBook book(path);
  book.save();
  EXPECT_EQ(CountBook(path).epoch(), book.epoch());
  write_file_atomic(path, "no book");
  CountBook other(path);
  EXPECT_NE(other.epoch(), book.epoch());
  EXPECT_TRUE(other.totals().empty());
}

TEST_F(CountBooks, WhatIsDroppedBeginsAtNothing) {
  CountBook book(path);
  book.observe("one", {{"a", 100}});
  book.drop("a");
  EXPECT_TRUE(book.totals().empty());
  book.observe("one", {{"a", 0}});
  EXPECT_EQ(total(book), 0);
}

}  // namespace
}  // namespace hanbat::host
