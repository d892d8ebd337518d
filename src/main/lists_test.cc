// Every list in pages of every service, as the models have them: pages add up to the whole, also while items come and
// go, and a token that is none of ours is refused in the service's own words.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
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

/// The codes of the services for a token that is none of theirs, as AWS documents them.
const std::map<std::string, std::string> kRefusals{
    {"acm", "ValidationException"},
    {"cloudtrail", "InvalidNextTokenException"},
    {"codebuild", "InvalidInputException"},
    {"codecommit", "InvalidContinuationTokenException"},
    {"codedeploy", "InvalidNextTokenException"},
    {"codepipeline", "InvalidNextTokenException"},
    {"ec2", "InvalidParameterValue"},
    {"ecr", "InvalidParameterException"},
    {"elasticloadbalancing", "ValidationError"},
    {"events", "ValidationException"},
    {"iam", "ValidationError"},
    {"logs", "InvalidParameterException"},
    {"organizations", "InvalidInputException"},
    {"s3", "InvalidArgument"},
    {"secretsmanager", "InvalidNextTokenException"},
    {"ssm", "InvalidNextToken"},
};

class Lists : public testing::TestWithParam<ListCase> {
 protected:
  Lists()
      : own_region(works(GetParam()) ? std::make_unique<WholeRegion>() : nullptr),
        region(own_region ? *own_region : shared_region()),
        one(GetParam()),
        tester(region.new_tester()) {}

  /// Whether the case has tasks run: only its own, in a region of its own.
  static bool works(const ListCase& one) {
    return std::ranges::any_of(one.make, [](const Step& step) { return step.operation == "@work"; });
  }

  const wire::OperationModel& model() {
    return *region.test.home.require_service(one.service).find_operation(one.operation)->model;
  }
  std::string result() { return one.result.empty() ? std::string(model().page.result) : one.result; }

  void prepare(Tester& whose) {
    region.run(whose, one.service, one.setup, 0);
    for (int i = 1; i <= one.items; ++i) region.run(whose, one.service, one.make, i);
  }

  /// One page; `token` is moved to the next one's, [] after the last. `more` goes over the case's input.
  Items page(const Tester& whose, int size, Json& token, const std::string& more = "{}") {
    Json in = Json::parse(region.filled(whose, one.input, 0));
    const Json over = Json::parse(region.filled(whose, more, 1));
    for (const auto& [name, value] : over.members()) in[name] = value;
    const wire::PageModel& page = model().page;
    if (size != 0) in[page.limit] = size;
    for (std::size_t i = 0; i < 2; ++i)
      if (!page.tokens[i].empty() && token.size() > i) in[page.tokens[i]] = token.items()[i];
    const Json out = region.call(whose, one.service, one.operation, in);
    token = Json::array();
    for (const std::string_view next : page.next_tokens)
      if (const Json* found = next.empty() ? nullptr : out.find(next); found && goes_on(out)) token.push_back(*found);
    Items items;
    const Json& list = out[result()];
    if (list.is_object())
      for (const auto& [key, value] : list.members()) items.push_back(key);
    else if (list.is_array())
      for (const Json& item : list.items()) items.push_back(identity_of(item));
    return items;
  }
  /// Whether an answer with a marker says that there is more; S3 and IAM say so in a member of its own.
  static bool goes_on(const Json& out) { return !out.find("IsTruncated") || out.flag("IsTruncated"); }

  Items walk(const Tester& whose, int size) {
    Items all;
    Json token = Json::array();
    for (int pages = 0; pages < 400; ++pages) {
      const Items one_page = page(whose, size, token);
      EXPECT_TRUE(size == 0 || one_page.size() <= static_cast<std::size_t>(size)) << one_page.size() << " items";
      all.insert(all.end(), one_page.begin(), one_page.end());
      if (token.empty()) return all;
    }
    ADD_FAILURE() << "the pages do not end";
    return all;
  }
  /// 1, 2 and 7, or the least that AWS allows in their place; {0} when the caller has no say.
  std::vector<int> sizes() {
    if (model().page.limit.empty()) return {0};
    std::set<int> sizes;
    for (const int size : {1, 2, 7}) sizes.insert(std::max(size, one.least));
    return {sizes.begin(), sizes.end()};
  }
  /// The token after the first page; "" when there is one page only.
  std::string first_token(const Tester& whose) {
    Json token = Json::array();
    page(whose, sizes().front(), token);
    if (token.empty()) return "";
    return token.items()[0].is_string() ? token.items()[0].as_string() : token.items()[0].dump();
  }
  std::string code_of_token(const Tester& whose, const std::string& text, const std::string& more = "{}") {
    Json token = Json::array({text});
    return wire::code_of([&] { page(whose, 0, token, more); });
  }
  /// Whether it lists what belongs to something that there can be two of.
  bool has_parent() {
    const auto names = [](const std::string& input) { return input.find("$P") != std::string::npos; };
    return names(one.input) || std::ranges::any_of(one.setup, [&](const Step& step) { return names(step.input); });
  }
  /// Whether `other` is of this operation.
  bool has_other() {
    if (one.other.empty()) return false;
    const Json other = Json::parse(one.other);
    const std::string& member = other.members().begin()->first;
    return std::ranges::any_of(model().input->members, [&](const auto& known) { return known.name == member; });
  }

  const std::unique_ptr<WholeRegion> own_region;
  WholeRegion& region;
  const ListCase& one;
  Tester tester;
};

TEST_P(Lists, PagesAddUpToTheWhole) {
  prepare(tester);
  const Items whole = walk(tester, 0);
  EXPECT_GE(static_cast<int>(whole.size()), one.items);
  EXPECT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), whole.size()) << "an item came twice";
  for (const int size : sizes()) EXPECT_EQ(walk(tester, size), whole) << "in pages of " << size;
  EXPECT_EQ(first_token(tester).empty(), one.one_page) << "whether there is a second page";
}

TEST_P(Lists, SizesThatAWSDoesNotAllowAreRefused) {
  if (model().page.limit.empty() || one.service == "s3") return;  // S3 takes 0, and any number for its most
  prepare(tester);
  Json token = Json::array();
  EXPECT_NE(wire::code_of([&] { page(tester, one.least == 1 ? -1 : one.least - 1, token); }), "");
}

TEST_P(Lists, ATokenThatIsNoneOfItsOwnIsRefusedInTheServicesWords) {
  prepare(tester);
  const std::string& refusal = kRefusals.at(one.service);
  if (one.token_is_key) return;  // garbage is where a page may begin, by AWS's documentation
  for (const char* token : {"garbage", "-1", "1", "YQ=="}) EXPECT_EQ(code_of_token(tester, token), refusal) << token;
  EXPECT_NE(code_of_token(tester, ""), "") << "an empty token";

  // Of another operation.
  for (const char* name : {"other-1", "other-2"})
    region.call(tester, "logs", "CreateLogGroup", Json::object({{"logGroupName", name}}));
  const Json first =
      region.call(tester, "logs", "DescribeLogGroups", Json::object({{"limit", 1}, {"logGroupNamePrefix", "other-"}}));
  EXPECT_EQ(code_of_token(tester, first.text("nextToken")), refusal) << "of another operation";
}

TEST_P(Lists, ATokenOfAnotherListIsRefused) {
  if (one.token_is_key || one.one_page) return;
  const std::string& refusal = kRefusals.at(one.service);
  prepare(tester);
  const std::string token = first_token(tester);
  ASSERT_NE(token, "");
  if (has_other()) {
    EXPECT_EQ(code_of_token(tester, token, one.other), refusal) << "of other filters";
  } else if (has_parent()) {
    Tester second = tester;
    second.parent = "2";
    region.run(second, one.service, one.setup, 0);
    EXPECT_EQ(code_of_token(second, token), refusal) << "of another parent";
  } else {
    EXPECT_TRUE(one.one_of_its_kind || model().input->members.size() <= 2) << "what makes it another list is not told";
  }
  Tester stranger = region.new_tester();
  prepare(stranger);
  EXPECT_EQ(code_of_token(stranger, token), refusal) << "of another account";
}

INSTANTIATE_TEST_SUITE_P(Of, Lists, testing::ValuesIn(list_cases()),
                         [](const auto& info) { return name_of(info.param); });

/// The lists whose items can be made while it is read.
class ChangingLists : public Lists {
 public:
  static std::vector<ListCase> cases() {
    std::vector<ListCase> all = list_cases();
    std::erase_if(all, [](const ListCase& one) { return one.make.empty() || one.one_page; });
    return all;
  }
};

TEST_P(ChangingLists, WhatComesAndGoesBetweenPagesMovesNothing) {
  prepare(tester);
  const int size = sizes().front();
  const Items before = walk(tester, 0);
  Json token = Json::array();
  Items seen = page(tester, size, token);
  ASSERT_GT(token.size(), 0u) << "all of it fits into one page";
  if (!one.remove.empty())
    for (const int number : std::set<int>{1, std::max(1, one.items / 2)})
      region.run(tester, one.service, one.remove, number);
  if (one.items > 4) region.run(tester, one.service, one.make, one.items + 1);
  while (!token.empty()) {
    const Items more = page(tester, size, token);
    seen.insert(seen.end(), more.begin(), more.end());
  }
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "an item came twice";
  const Items after = walk(tester, 0);
  for (const std::string& item : before)
    EXPECT_TRUE(std::ranges::count(after, item) == 0 || std::ranges::count(seen, item) == 1)
        << item << " was there all the time";
}

INSTANTIATE_TEST_SUITE_P(Of, ChangingLists, testing::ValuesIn(ChangingLists::cases()),
                         [](const auto& info) { return name_of(info.param); });

TEST(ListCases, EveryListOfTheModelsHasOne) {
  std::set<std::string> known;
  for (const ListCase& one : list_cases()) known.insert(name_of(one));
  for (const auto& service : shared_region().test.home.services())
    for (const wire::OperationModel& operation : service->model().operations)
      if (operation.page) {
        const std::string name = std::string(service->model().folder) + "_" + std::string(operation.name);
        EXPECT_TRUE(known.contains(name)) << name << " is a list in pages without a case in main/list_cases.cc";
      }
}

}  // namespace
}  // namespace hanbat
