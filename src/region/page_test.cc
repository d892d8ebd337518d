// Pages: keyset order, tokens that are good only for what they were given for, sizes.
#include "region/page.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "region/fake_service.h"
#include "region/testing.h"

namespace hanbat::region {
namespace {

constexpr wire::Shape kText{.name = "Text", .type = wire::Type::kString};
constexpr wire::Shape kNumber{.name = "Number", .type = wire::Type::kInteger};

struct ListThingsInput {
  std::optional<std::string> prefix;
  std::optional<std::string> next_token;
  std::optional<int> max_results;
  static const wire::Shape& shape();
};

const wire::Shape& ListThingsInput::shape() {
  static const wire::Member members[] = {{.name = "prefix",
                                          .shape = &kText,
                                          .slot = wire::SlotOf<std::optional<std::string>>::kSlot,
                                          .offset = offsetof(ListThingsInput, prefix)},
                                         {.name = "nextToken",
                                          .shape = &kText,
                                          .slot = wire::SlotOf<std::optional<std::string>>::kSlot,
                                          .offset = offsetof(ListThingsInput, next_token)},
                                         {.name = "maxResults",
                                          .shape = &kNumber,
                                          .slot = wire::SlotOf<std::optional<int>>::kSlot,
                                          .offset = offsetof(ListThingsInput, max_results)}};
  static const wire::Shape shape{.name = "ListThingsInput", .members = members};
  return shape;
}

constexpr wire::ErrorModel kErrors[] = {{"InvalidRequestException", "InvalidRequestException", 400},
                                        {"InvalidNextTokenException", "InvalidNextTokenException", 400}};

struct PageTest : testing::Test {
  PageTest() : service(home.home, "things") {
    model.name = "ListThings";
    model.page = {.tokens = {"nextToken"}, .next_tokens = {"nextToken"}, .limit = "maxResults", .result = "things"};
    model.errors = kErrors;
    home.start();
  }

  /// One page of the items, as the caller of the account sees it.
  Page<std::string> page(const std::vector<std::string>& items, const ListThingsInput& in,
                         Order order = Order::kAscending, PageSizes sizes = {}) {
    return home.db->read([&](store::Tx& tx) {
      Request rq(home.home, service, model, tx, home.user, home.region, "id");
      return Pager(rq, in, sizes).cut(items, [](const std::string& item) { return item; }, order);
    });
  }
  std::string code(const ListThingsInput& in, PageSizes sizes = {}) {
    try {
      page({"a"}, in, Order::kAscending, sizes);
    } catch (const wire::Error& error) {
      return error.code();
    }
    return "fine";
  }

  TestRegion home;
  FakeService service;
  wire::OperationModel model;
};

using PageNames = std::vector<std::string>;

TEST_F(PageTest, PagesAddUpToTheWholeInOrder) {
  const PageNames all{"c", "a", "e", "b", "d"};
  PageNames seen;
  ListThingsInput in{.max_results = 2};
  do {
    const auto one = page(all, in);
    seen.insert(seen.end(), one.items.begin(), one.items.end());
    in.next_token = one.next_token;
  } while (in.next_token);
  EXPECT_EQ(seen, (PageNames{"a", "b", "c", "d", "e"}));
}

TEST_F(PageTest, WhatComesAndGoesBetweenPagesMovesNothing) {
  ListThingsInput in{.max_results = 2};
  const auto first = page({"b", "d", "f"}, in);
  EXPECT_EQ(first.items, (PageNames{"b", "d"}));
  in.next_token = first.next_token;
  EXPECT_EQ(page({"a", "b", "e", "f"}, in).items, (PageNames{"e", "f"})) << "the item that the token names is gone";
}

TEST_F(PageTest, NewestFirstGoesOnBelowTheLastOne) {
  ListThingsInput in{.max_results = 2};
  const auto first = page({"1", "2", "3"}, in, Order::kDescending);
  EXPECT_EQ(first.items, (PageNames{"3", "2"}));
  in.next_token = first.next_token;
  EXPECT_EQ(page({"1", "2", "3", "4"}, in, Order::kDescending).items, (PageNames{"1"}));
}

TEST_F(PageTest, ATokenIsGoodOnlyForWhatItWasGivenFor) {
  ListThingsInput in{.prefix = "p", .max_results = 1};
  in.next_token = page({"a", "b"}, in).next_token;
  in.max_results = 5;
  EXPECT_EQ(code(in), "fine") << "the size may change";
  in.prefix = "q";
  EXPECT_EQ(code(in), "InvalidNextTokenException");
  in.prefix = "p";
  model.name = "ListOthers";
  EXPECT_EQ(code(in), "InvalidNextTokenException");
  model.name = "ListThings";
  home.user.account = "999999999999";
  EXPECT_EQ(code(in), "InvalidNextTokenException");
}

TEST_F(PageTest, ATokenThatIsNoneOfOursIsRefusedInTheServicesWords) {
  for (const char* token : {"", "garbage", "-1", "0", "YQ==", "a"})
    EXPECT_EQ(code({.next_token = token}), "InvalidNextTokenException") << token;
  model.errors = {};
  EXPECT_EQ(code({.next_token = "garbage"}), "ValidationError");  // as those of the query protocol do
}

TEST_F(PageTest, ASizeOutsideTheRangeIsRefusedOrClamped) {
  EXPECT_EQ(code({.max_results = 0}), "ValidationError");
  EXPECT_EQ(code({.max_results = 1001}), "ValidationError");
  EXPECT_EQ(code({.max_results = 1001}, {.beyond = PageSizes::Beyond::kClamp}), "fine");
  EXPECT_EQ(code({.max_results = 0}, {.beyond = PageSizes::Beyond::kClamp}), "fine");
  EXPECT_EQ(code({.max_results = 1001}, {.beyond = PageSizes::Beyond::kCut}), "fine");
  EXPECT_EQ(code({.max_results = 0}, {.beyond = PageSizes::Beyond::kCut}), "ValidationError");
}

TEST_F(PageTest, NumbersAsKeysSortAsNumbers) {
  EXPECT_LT(page_key(9), page_key(10));
  EXPECT_LT(page_key(0), page_key(1));
}

}  // namespace
}  // namespace hanbat::region
