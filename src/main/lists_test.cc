// Every list in pages of every service, as the models have them: pages add up to the whole, also while items come and
// go, and a token that is none of ours is refused in the service's own words.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "main/list_testing.h"

namespace hanbat {
namespace {

/// The codes of the services for a token that is none of theirs, as AWS documents them.
const std::map<std::string, std::string> kRefusals{
    {"acm", "ValidationException"},
    {"budgets", "InvalidNextTokenException"},
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
    {"monitoring", "InvalidNextToken"},
    {"monitoring_ListMetrics", "InvalidParameterValueException"},
    {"organizations", "InvalidInputException"},
    {"s3", "InvalidArgument"},
    {"secretsmanager", "InvalidNextTokenException"},
    {"ssm", "InvalidNextToken"},
};

const std::string& refusal_of(const ListCase& one) {
  const auto own = kRefusals.find(name_of(one));
  return own != kRefusals.end() ? own->second : kRefusals.at(one.service);
}

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

/// The most of a page where the model does not tell it: of AWS's guides, else ours, where they say nothing.
const std::map<std::string, int> kMostBesidesTheModel{
    {"ec2_DescribeImages", 1000},       {"ec2_DescribeInstances", 1000},   {"ec2_DescribeInstanceStatus", 1000},
    {"ec2_DescribeTags", 1000},         {"ec2_DescribeVolumes", 1000},     {"ec2_DescribeLaunchTemplateVersions", 200},
    {"ec2_DescribeVolumeStatus", 1000}, {"ec2_DescribePrefixLists", 1000}, {"monitoring_GetMetricData", 100'800}};
/// Where AWS takes any size, and makes pages of no more than a thousand.
const std::set<std::string> kAnySize{"codecommit_GetDifferences", "ec2_DescribeVpcEndpoints",
                                     "ec2_DescribeVpcEndpointServices"};

TEST_P(Lists, ThePageMayBeAsLargeAsAwsSaysAndNoLarger) {
  if (model().page.limit.empty() || one.service == "s3") return;
  const auto& members = model().input->members;
  const auto member = std::ranges::find_if(members, [&](const auto& each) { return each.name == model().page.limit; });
  ASSERT_NE(member, members.end());
  const wire::Limits* limits = member->shape->limits;
  const auto documented = kMostBesidesTheModel.find(name_of(one));
  std::optional<int> most;
  if (limits && limits->has_max) most = static_cast<int>(limits->max);
  if (documented != kMostBesidesTheModel.end()) most = documented->second;
  prepare(tester);
  const auto code = [&](int size) {
    Json token = Json::array();
    return wire::code_of([&] { page(tester, size, token); });
  };
  EXPECT_EQ(code(one.least), "");
  if (kAnySize.contains(name_of(one))) {
    EXPECT_EQ(code(5000), "");
    return;
  }
  ASSERT_TRUE(most) << "neither its model nor a table here tells the most of a page";
  EXPECT_EQ(code(*most), "");
  EXPECT_NE(code(*most + 1), "") << *most + 1;
}

TEST_P(Lists, ATokenThatIsNoneOfItsOwnIsRefusedInTheServicesWords) {
  prepare(tester);
  const std::string& refusal = refusal_of(one);
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
  const std::string& refusal = refusal_of(one);
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
