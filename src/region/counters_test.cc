// Counters that are read again and again, and what is booked of them.
#include "region/counters.h"

#include <gtest/gtest.h>

#include "region/testing.h"

namespace hanbat::region {
namespace {

class Counters : public testing::Test {
 protected:
  Counters() { test.start(); }
  std::int64_t book(const std::string& epoch, std::int64_t value) {
    return test.db->write(
        [&](store::Tx& tx) { return book_counter(tx, "ec2", {"nat", epoch, value}, Json::object({{"arn", "a"}})); });
  }
  TestRegion test;
};

TEST_F(Counters, AReadingThatComesTwiceIsBookedOnce) {
  EXPECT_EQ(book("one", 100), 100);
  EXPECT_EQ(book("one", 100), 0);
  EXPECT_EQ(book("one", 250), 150);
}

TEST_F(Counters, AnotherCountingIsBookedWhole) {
  book("one", 100);
  EXPECT_EQ(book("two", 130), 130);
  EXPECT_EQ(book("two", 20), 20);  // brought back from somewhere, and begun anew
}

TEST_F(Counters, WhatARollbackTakesBackIsBookedTheNextTime) {
  EXPECT_THROW(test.db->write([&](store::Tx& tx) {
    book_counter(tx, "ec2", {"nat", "one", 100}, Json::object());
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(book("one", 100), 100);
}

TEST_F(Counters, ThoseThatAreNotKeptAreForgotten) {
  book("one", 100);
  test.db->write([](store::Tx& tx) {
    book_counter(tx, "elasticloadbalancing", {"nat", "one", 1}, Json::object());
    EXPECT_EQ(find_about_counter(tx, "ec2", "nat")->text("arn"), "a");
    keep_counters(tx, "ec2", {"other"});
    EXPECT_FALSE(find_about_counter(tx, "ec2", "nat"));
    EXPECT_TRUE(find_about_counter(tx, "elasticloadbalancing", "nat"));
  });
}

}  // namespace
}  // namespace hanbat::region
