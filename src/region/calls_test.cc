// Calls of operations by actors: as whom, in which transaction, and what is refused before the operation sees it.
#include <gtest/gtest.h>

#include <functional>

#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::region {
namespace {

using wire::code_of;

struct Word {
  std::string word;

  static const wire::Shape& shape() {
    static constexpr wire::Limits limits{.min = 1, .max = 5, .has_min = true, .has_max = true};
    static constexpr wire::Shape text{.name = "Text", .type = wire::Type::kString, .limits = &limits};
    static constexpr wire::Member members[] = {
        {.name = "Word", .wire_name = "Word", .shape = &text, .slot = wire::kPlain, .required = true}};
    static constexpr wire::Shape shape{.name = "Word", .members = members};
    return shape;
  }
};

/// A client as the generator writes it.
class EchoClient : ClientBase {
 public:
  explicit EchoClient(Actor actor) : ClientBase(std::move(actor), "echo") {}
  std::string say(const std::string& word) const {
    const Word in{word};
    Word out;
    call("Say", &in, &out);
    return out.word;
  }
};

class CallsTest : public ::testing::Test {
 protected:
  CallsTest() {
    on(echo, "Say", [this](Request& rq) { callers.push_back(rq.caller); });
    t.db->write([](store::Tx& tx) { tx.exec("CREATE TABLE notes(text TEXT)"); });
    on(echo, "Note", [](Request& rq) { rq.tx.exec("INSERT INTO notes VALUES ('a')"); });
  }

  static void on(FakeService& service, const std::string& name, std::function<void(Request&)> body) {
    service.on<Word, Word>(name, [body = std::move(body)](Request& rq, const Word& in) {
      body(rq);
      return in;
    });
  }
  /// Has another service carry the body out, as the user.
  void within(std::function<void(Request&)> body) {
    on(outer, "Do", std::move(body));
    t.home.call(t.home.as(t.user, t.region), "outer", "Do", Json::object({{"Word", "go"}}));
  }
  std::vector<std::string> trail() const {
    std::vector<std::string> out;
    for (const auto& entry : t.trail.entries()) out.push_back(entry.operation + " " + entry.error);
    return out;
  }

  TestRegion t;
  FakeService& echo = t.add<FakeService>("echo");
  FakeService& outer = t.add<FakeService>("outer");
  std::vector<Caller> callers;
};

TEST_F(CallsTest, ARequestCallsOnBehalfOfItsCaller) {
  within([](Request& rq) { EchoClient(rq).say("hi"); });
  EXPECT_EQ(callers.at(0).arn, t.user.arn);
  EXPECT_EQ(callers.at(0).via_service, "outer.amazonaws.com");
}

TEST_F(CallsTest, ARequestMayCallAsAnotherWhoIsNobodysIntermediary) {
  Caller service = t.identity.service_caller("123456789012", "outer.amazonaws.com");
  within([&](Request& rq) { EchoClient(rq.as(service)).say("hi"); });
  EXPECT_EQ(callers.at(0).name, "outer.amazonaws.com");
  EXPECT_EQ(callers.at(0).via_service, "");
}

TEST_F(CallsTest, ACallWithinATransactionIsRolledBackWithIt) {
  EXPECT_EQ(code_of([&] {
              within([&](Request& rq) {
                t.home.call(rq.as(rq.caller), "echo", "Note", Json::object({{"Word", "a"}}));
                throw wire::Error("Regret", 400, "");
              });
            }),
            "Regret");
  const auto notes = [&] {
    return t.db->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes")->integer(0); });
  };
  EXPECT_EQ(notes(), 0);
  t.db->write([&](store::Tx& tx) {
    t.home.call(t.home.as(tx, t.user, t.region), "echo", "Note", Json::object({{"Word", "a"}}));
  });
  EXPECT_EQ(notes(), 1);
}

TEST_F(CallsTest, AnInputPastALimitNeverReachesTheOperation) {
  const EchoClient client(t.home.as(t.user, t.region));
  EXPECT_EQ(client.say("hi"), "hi");
  EXPECT_EQ(code_of([&] { client.say("too long"); }), "ValidationError");
  within([](Request& rq) { EXPECT_EQ(code_of([&] { EchoClient(rq).say(""); }), "ValidationError"); });
  EXPECT_EQ(callers.size(), 1u);
  EXPECT_EQ(trail(), (std::vector<std::string>{"Say ", "Say ValidationError", "Say ValidationError", "Do "}));
}

TEST_F(CallsTest, AnOperationIsCalledByNameWithJson) {
  const auto call = [&](std::string_view service, std::string_view operation, const char* input) {
    return t.home.call(t.home.as(t.user, t.region), service, operation, Json::parse(input));
  };
  EXPECT_EQ(call("echo", "Say", R"({"Word":"hi","Unknown":1})").dump(), R"({"Word":"hi"})");
  EXPECT_EQ(code_of([&] { call("echo", "Say", R"({"Word":1})"); }), "MalformedInput");
  EXPECT_EQ(code_of([&] { call("echo", "Say", "{}"); }), "ValidationError");
  EXPECT_EQ(code_of([&] { call("echo", "Sing", "{}"); }), "NotImplemented");
  EXPECT_EQ(code_of([&] { call("opera", "Sing", "{}"); }), "NotImplemented");
  EXPECT_EQ(trail(), (std::vector<std::string>{"Say ", "Say MalformedInput", "Say ValidationError"}));
}

TEST_F(CallsTest, ARoleThatAServiceTookForItselfIsHeldByIt) {
  const Caller taken = t.home.assume_role("arn:aws:iam::123456789012:role/r", "outer.amazonaws.com", "s");
  EXPECT_EQ(taken.held_by, "outer.amazonaws.com");
}

}  // namespace
}  // namespace hanbat::region
