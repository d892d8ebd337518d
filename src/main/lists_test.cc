// Every list in pages of every service, as the models have them: pages add up to the whole, also while items come and
// go, and a token that is none of ours is refused in the service's own words.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "main/list_cases.h"
#include "main/whole_region.h"
#include "wire/testing.h"

namespace hanbat {
namespace {

using Items = std::vector<std::string>;

std::string name_of(const ListCase& one) { return one.service + "_" + one.operation; }

/// Whether a member's name says that it tells items from each other.
bool identifies(std::string name) {
  name = lower(name);
  for (const char* ending : {"id", "arn", "name", "key", "tag", "version", "number", "digest"})
    if (name.ends_with(ending)) return true;
  return false;
}

/// What an item is told by; all of it when no member says so.
std::string identity_of(const Json& item) {
  if (!item.is_object()) return item.dump();
  std::string identity;
  for (const auto& [name, value] : item.members())
    if (identifies(name) && !value.is_object() && !value.is_array()) identity += name + "=" + value.dump() + " ";
  return identity.empty() ? item.dump() : identity;
}

class Lists : public testing::TestWithParam<ListCase> {
 protected:
  Lists() : one(GetParam()), actor(region.actor("123456789012")) {}

  const wire::OperationModel& model() {
    return *region.test.home.require_service(one.service).find_operation(one.operation)->model;
  }
  std::string result() { return one.result.empty() ? std::string(model().page.result) : one.result; }

  void prepare(Actor& whose) {
    region.run(whose, one.service, one.setup, 0);
    for (int i = 1; i <= one.items; ++i) region.run(whose, one.service, one.make, i);
  }

  /// One page; `token` is moved to the next one's, "" after the last.
  Items page(const Actor& whose, int size, Json& token) {
    Json in = Json::parse(region.filled(whose, one.input, 0));
    const wire::PageModel& page = model().page;
    if (size > 0) in[page.limit] = size;
    for (std::size_t i = 0; i < 2; ++i)
      if (!page.tokens[i].empty() && token.size() > i) in[page.tokens[i]] = token.items()[i];
    const Json out = region.call(whose, one.service, one.operation, in);
    token = Json::array();
    for (const std::string_view next : page.next_tokens)
      if (const Json* found = next.empty() ? nullptr : out.find(next); found && ends(out)) token.push_back(*found);
    Items items;
    const Json& list = out[result()];
    if (list.is_object())
      for (const auto& [key, value] : list.members()) items.push_back(key);
    else if (list.is_array())
      for (const Json& item : list.items()) items.push_back(identity_of(item));
    return items;
  }
  /// Whether an answer with a marker says that there is more; S3 and IAM say so in a member of its own.
  static bool ends(const Json& out) { return !out.find("IsTruncated") || out.flag("IsTruncated"); }

  Items walk(const Actor& whose, int size) {
    Items all;
    Json token = Json::array();
    for (int pages = 0; pages < 400; ++pages) {
      const Items one_page = page(whose, size, token);
      if (size > 0) EXPECT_LE(one_page.size(), static_cast<std::size_t>(size));
      all.insert(all.end(), one_page.begin(), one_page.end());
      if (token.size() == 0) return all;
    }
    ADD_FAILURE() << "the pages do not end";
    return all;
  }
  /// The sizes of 1, 2, 5 and 7 that the operation takes; {0} when the caller has no say.
  std::vector<int> sizes() {
    if (model().page.limit.empty()) return {0};
    std::vector<int> taken;
    for (const int size : {1, 2, 5, 7}) {
      Json token = Json::array();
      if (wire::code_of([&] { page(actor, size, token); }).empty()) taken.push_back(size);
    }
    EXPECT_FALSE(taken.empty()) << "the operation takes no size at all";
    return taken;
  }
  std::string code_of_token(const Actor& whose, const std::string& text) {
    Json token = Json::array({text});
    return wire::code_of([&] { page(whose, 0, token); });
  }

  WholeRegion region;
  const ListCase& one;
  Actor actor;
};

TEST_P(Lists, PagesAddUpToTheWhole) {
  prepare(actor);
  Items whole = walk(actor, 0);
  EXPECT_GE(static_cast<int>(whole.size()), one.items);
  EXPECT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), whole.size()) << "an item came twice";
  for (const int size : sizes()) EXPECT_EQ(walk(actor, size), whole) << "in pages of " << size;
}

TEST_P(Lists, WhatComesAndGoesBetweenPagesMovesNothing) {
  if (one.make.empty()) GTEST_SKIP() << "nothing can be made to come and go";
  prepare(actor);
  const int size = sizes().front();
  const Items before = walk(actor, 0);
  Json token = Json::array();
  Items seen = page(actor, size, token);
  if (token.size() == 0) GTEST_SKIP() << "all of it fits into one page";
  if (!one.remove.empty()) {
    region.run(actor, one.service, one.remove, 1);
    region.run(actor, one.service, one.remove, one.items / 2);
  }
  if (one.items > 4) region.run(actor, one.service, one.make, one.items + 1);
  while (token.size() > 0) {
    const Items more = page(actor, size, token);
    seen.insert(seen.end(), more.begin(), more.end());
  }
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "an item came twice";
  const Items after = walk(actor, 0);
  for (const std::string& item : before)
    if (std::find(after.begin(), after.end(), item) != after.end())
      EXPECT_EQ(std::count(seen.begin(), seen.end(), item), 1) << item << " was there all the time";
}

TEST_P(Lists, ATokenThatIsNoneOfItsOwnIsRefusedInTheServicesWords) {
  prepare(actor);
  const std::string refusal = region.test.home.require_service(one.service).invalid_page_token(model()).code();
  if (one.token_is_key) GTEST_SKIP() << "the token is a key as AWS documents it";
  for (const char* token : {"garbage", "-1", "1", "YQ=="}) EXPECT_EQ(code_of_token(actor, token), refusal) << token;
  EXPECT_NE(code_of_token(actor, ""), "") << "an empty token";

  // Of another operation.
  region.call(actor, "logs", "CreateLogGroup", Json::object({{"logGroupName", "other-1"}}));
  region.call(actor, "logs", "CreateLogGroup", Json::object({{"logGroupName", "other-2"}}));
  const Json other =
      region.call(actor, "logs", "DescribeLogGroups", Json::object({{"limit", 1}, {"logGroupNamePrefix", "other"}}));
  EXPECT_EQ(code_of_token(actor, other.text("nextToken")), refusal) << "of another operation";

  // Of another account, whose list is the same.
  Actor stranger = region.actor("222222222222");
  prepare(stranger);
  Json token = Json::array();
  page(stranger, sizes().front(), token);
  if (token.size() == 0) return;
  EXPECT_EQ(code_of_token(actor, token.items()[0].as_string()), refusal) << "of another account";
}

INSTANTIATE_TEST_SUITE_P(Of, Lists, testing::ValuesIn(list_cases()),
                         [](const auto& info) { return name_of(info.param); });

TEST(ListCases, EveryListOfTheModelsHasOne) {
  std::set<std::string> known;
  for (const ListCase& one : list_cases()) known.insert(name_of(one));
  WholeRegion region;
  for (const auto& service : region.test.home.services())
    for (const wire::OperationModel& operation : service->model().operations)
      if (operation.page) {
        const std::string name = std::string(service->model().folder) + "_" + std::string(operation.name);
        EXPECT_TRUE(known.contains(name)) << name << " is a list in pages without a case in main/list_cases.cc";
      }
}

}  // namespace
}  // namespace hanbat
