// What a call prepares before its transaction, with an operation made for it.
#include <gtest/gtest.h>

#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::region {
namespace {

struct Nothing {
  static const wire::Shape& shape();
};
const wire::Shape& Nothing::shape() {
  static const wire::Shape none{.name = "Nothing"};
  return none;
}

class PrepareTest : public ::testing::Test {
 protected:
  PrepareTest() {
    auto made = std::make_unique<FakeService>(t.home, "maker");
    service = made.get();
    t.home.add(std::move(made));
    t.start();
    t.db->write([](store::Tx& tx) { tx.exec("CREATE TABLE notes(text TEXT)"); });
  }

  void on(const std::string& name, std::function<void(Request&)> body) {
    service->on<Nothing, Nothing>(name, [body = std::move(body)](Request& rq, const Nothing&) {
      body(rq);
      return Nothing{};
    });
  }
  void call(const std::string& name) {
    Nothing in, out;
    t.home.call(t.home.as(t.user, t.region), *service, *service->find_operation(name), &in, &out);
  }
  std::int64_t notes() {
    return t.db->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); });
  }

  TestRegion t;
  FakeService* service = nullptr;
};

TEST_F(PrepareTest, WhatIsPreparedIsMadeOnceOutsideOfTheTransactionAndTheHandlerIsCalledAnew) {
  int tries = 0, makes = 0;
  on("Write", [&](Request& rq) {
    ++tries;
    rq.tx.exec("INSERT INTO notes VALUES ('a try')");
    const auto& text = rq.prepare<std::string>("key", [&] {
      ++makes;
      // Another may write meanwhile: it is nobody's turn.
      t.db->write([](store::Tx& tx) { tx.exec("INSERT INTO notes VALUES ('another')"); });
      return std::string("made");
    });
    EXPECT_EQ(text, "made");
  });
  call("Write");
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(makes, 1);
  EXPECT_EQ(notes(), 2);
}

TEST_F(PrepareTest, WhatPreparingThrowsIsTheAnswerAndNothingIsWritten) {
  on("Write", [&](Request& rq) {
    rq.tx.exec("INSERT INTO notes VALUES ('a try')");
    rq.prepare<int>("key", []() -> int { throw wire::Error("Conflict", 409, "no"); });
  });
  EXPECT_EQ(wire::code_of([&] { call("Write"); }), "Conflict");
  EXPECT_EQ(notes(), 0);
}

TEST_F(PrepareTest, ACallInsideAnothersTransactionIsPreparedForByTheOuterOne) {
  int makes = 0;
  on("Inner", [&](Request& rq) { rq.prepare<int>("key", [&] { return ++makes; }); });
  on("Outer", [&](Request& rq) {
    Nothing in, out;
    rq.tx.exec("INSERT INTO notes VALUES ('a try')");
    rq.home.call(rq.as(rq.caller), *service, *service->find_operation("Inner"), &in, &out);
  });
  call("Outer");
  EXPECT_EQ(makes, 1);
  EXPECT_EQ(notes(), 1);
}

TEST_F(PrepareTest, AKeyThatIsAnotherEachTimeEndsInAnErrorAndNotInALoop) {
  int tries = 0;
  on("Write", [&](Request& rq) { rq.prepare<int>(std::to_string(++tries), [] { return 1; }); });
  EXPECT_THROW(call("Write"), std::logic_error);
}

using PrepareDeathTest = PrepareTest;

TEST_F(PrepareDeathTest, AFileThatIsWrittenInTheWritersTurnEndsTheProcess) {
  on("Write", [&](Request&) { t.blobs.put("bytes"); });
  EXPECT_DEATH(call("Write"), "in the turn of the database's writer, which all wait for: write the file");
}

TEST_F(PrepareTest, ABlobThatNobodyLinkedToGoesWithTheCallThatPreparedIt) {
  std::string name;
  on("Write", [&](Request& rq) {
    name = rq.prepare<store::LooseBlob>("key", [&] { return store::LooseBlob(t.blobs, t.blobs.put("bytes")); })
               .blob()
               .sha256;
    EXPECT_TRUE(t.blobs.exists(name));
    throw wire::Error("Refused", 400, "no");
  });
  EXPECT_EQ(wire::code_of([&] { call("Write"); }), "Refused");
  EXPECT_FALSE(t.blobs.exists(name));
}

}  // namespace
}  // namespace hanbat::region
