// Calls held to their operation's table.
#include "region/permission_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "region/testing.h"
#include "wire/error.h"
#include "wire/operation.h"
#include "wire/testing.h"

namespace hanbat::region {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kRead[] = {"shop:Read", "shop:ReadVersion"};
constexpr std::string_view kTag[] = {"shop:Tag"};
constexpr std::string_view kList[] = {"shop:List"};
constexpr std::string_view kTagKeys[] = {"aws:RequestTag/*", "aws:TagKeys"};
constexpr std::string_view kItemKeys[] = {"aws:ResourceTag/*"};
constexpr wire::ResourceType kItem[] = {{"arn:aws:shop:*:*:item/*", kItemKeys}};
constexpr wire::ResourceType kNothingInParticular[] = {{"*", {}}};
constexpr wire::Permission kReading[] = {{.actions = kRead, .resources = kItem},
                                         {.actions = kTag, .resources = kItem, .keys = kTagKeys, .always = false}};
constexpr wire::Permission kListing[] = {{.actions = kList, .resources = kNothingInParticular}};

constexpr wire::Shape kEmpty{.name = "Empty"};

/// A service of one operation, whose body a test gives.
class Shop final : public Service {
 public:
  explicit Shop(std::span<const wire::Permission> permissions, bool asks_nothing = false) {
    model_.folder = model_.signing_name = model_.endpoint_prefix = "shop";
    operation_.name = "Do";
    operation_.service = &model_;
    operation_.input = operation_.output = &kEmpty;
    operation_.permissions = permissions;
    operation_.asks_nothing = asks_nothing;
  }
  const wire::ServiceModel& model() const override { return model_; }
  const Operation* find_operation(std::string_view) const override { return &table_; }

  std::function<void(Request&)> body = [](Request&) {};

 private:
  static void call(Service& service, Request& rq, const void*, void*) { static_cast<Shop&>(service).body(rq); }

  wire::ServiceModel model_{};
  wire::OperationModel operation_;
  Operation table_{&operation_, &call, nullptr, nullptr};
};

/// What the region says of a call with this body against this table; "" when it lets it through.
std::string breach(std::span<const wire::Permission> permissions, std::function<void(Request&)> body,
                   bool asks_nothing = false) {
  TestRegion test;
  Shop shop(permissions, asks_nothing);
  shop.body = std::move(body);
  try {
    test.home.call(test.home.as(test.user, test.region), shop, *shop.find_operation("Do"), nullptr, nullptr);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kOne = "arn:aws:shop:ap-northeast-2:123456789012:item/1";

TEST(PermissionCheck, LetsThroughWhatAsksAsItsTableSays) {
  EXPECT_EQ(breach(kReading, [](Request& rq) { rq.authorize("shop:Read", kOne); }), "");
  EXPECT_EQ(breach(kListing, [](Request& rq) { rq.authorize("shop:List", "*"); }), "");
  EXPECT_EQ(breach({}, [](Request&) {}, true), "");
}

TEST(PermissionCheck, OneOfTheActionsIsEnough) {
  EXPECT_EQ(breach(kReading, [](Request& rq) { rq.authorize("shop:ReadVersion", kOne); }), "");
}

TEST(PermissionCheck, RefusesACallThatSucceededWithoutAsking) {
  EXPECT_THAT(breach(kReading, [](Request&) {}), HasSubstr("Do names shop:Read on arn:aws:shop:*:*:item/*"));
}

TEST(PermissionCheck, APermissionThatIsAskedOnlySometimesDoesNotStandForTheOther) {
  EXPECT_THAT(breach(kReading, [](Request& rq) { rq.authorize("shop:Tag", kOne); }), HasSubstr("without asking"));
}

TEST(PermissionCheck, RefusesAnOperationWithoutATable) {
  EXPECT_THAT(breach({}, [](Request&) {}), HasSubstr("has no entry"));
}

TEST(PermissionCheck, RefusesAnActionThatTheTableDoesNotName) {
  EXPECT_THAT(breach(kReading, [](Request& rq) { rq.authorize("shop:Write", kOne); }),
              HasSubstr("does not name shop:Write"));
  EXPECT_THAT(
      breach({}, [](Request& rq) { rq.authorize("shop:Read", kOne); }, true), HasSubstr("does not name shop:Read"));
}

TEST(PermissionCheck, RefusesAResourceThatIsNoneOfTheAction) {
  EXPECT_THAT(breach(kReading, [](Request& rq) { rq.authorize("shop:Read", "*"); }),
              HasSubstr("does not name shop:Read on *"));
  EXPECT_THAT(breach(kListing, [](Request& rq) { rq.authorize("shop:List", kOne); }), HasSubstr("does not name"));
}

TEST(PermissionCheck, RefusesAConditionKeyThatNeitherPermissionNorResourceHas) {
  EXPECT_EQ(breach(kReading,
                   [](Request& rq) {
                     rq.authorize("shop:Read", kOne, {{"aws:ResourceTag/team", {"a"}}});
                     rq.authorize("shop:Tag", kOne, {{"aws:RequestTag/team", {"b"}}, {"aws:TagKeys", {"team"}}});
                   }),
            "");
  EXPECT_THAT(breach(kReading, [](Request& rq) { rq.authorize("shop:Read", kOne, {{"aws:RequestTag/team", {"a"}}}); }),
              HasSubstr("with aws:RequestTag/team"));
}

TEST(PermissionCheck, ACallThatFailsNeedNotHaveAsked) {
  TestRegion test;
  Shop shop(kReading);
  shop.body = [](Request&) { throw wire::Error("Invalid", 400, "no"); };
  const auto call = [&] {
    test.home.call(test.home.as(test.user, test.region), shop, *shop.find_operation("Do"), nullptr, nullptr);
  };
  EXPECT_EQ(wire::code_of(call), "Invalid");
}

TEST(PermissionCheck, NothingIsCommittedOfACallThatDidNotAsk) {
  TestRegion test;
  test.db->write([](store::Tx& tx) { tx.exec("CREATE TABLE sold (id INTEGER)"); });
  Shop shop(kReading);
  shop.body = [](Request& rq) { rq.tx.exec("INSERT INTO sold (id) VALUES (1)"); };
  EXPECT_THROW(test.home.call(test.home.as(test.user, test.region), shop, *shop.find_operation("Do"), nullptr, nullptr),
               std::logic_error);
  EXPECT_EQ(test.db->read([](store::Tx& tx) { return tx.query("SELECT id FROM sold").size(); }), 0u);
}

TEST(PermissionCheck, ACallWithinACallIsHeldToItsOwnTable) {
  TestRegion test;
  Shop inner(kReading), outer(kListing);
  outer.body = [&](Request& rq) {
    rq.authorize("shop:List", "*");
    test.home.call(rq.as(rq.caller), inner, *inner.find_operation("Do"), nullptr, nullptr);
  };
  const auto call = [&] {
    test.home.call(test.home.as(test.user, test.region), outer, *outer.find_operation("Do"), nullptr, nullptr);
  };
  EXPECT_THROW(call(), std::logic_error);
  inner.body = [](Request& rq) { rq.authorize("shop:Read", kOne); };
  call();
}

TEST(PermissionCheck, TellsWhetherAGivenArnIsOneOfTheAction) {
  wire::OperationModel operation{.name = "Do", .permissions = kReading};
  EXPECT_TRUE(names_resource(operation, "shop:Read", kOne));
  EXPECT_FALSE(names_resource(operation, "shop:Read", "arn:aws:s3:::item/1"));
  EXPECT_FALSE(names_resource(operation, "shop:Read", "nonsense"));
  EXPECT_FALSE(names_resource(operation, "shop:List", kOne));
  EXPECT_TRUE(names_key(operation, "shop:Tag", "aws:RequestTag/team"));
  EXPECT_FALSE(names_key(operation, "shop:Read", "aws:RequestTag/team"));
}

}  // namespace
}  // namespace hanbat::region
