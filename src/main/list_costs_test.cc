// What a page of every list costs: it seeks where it begins, sorts nothing that grows, and does no more when there is
// more to list. It is counted in steps of the database's machine, so no clock has a say. What is not so is named here
// with the reason; what is new must be so.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "main/list_testing.h"
#include "store/statement_watch.h"

namespace hanbat {
namespace {

using Reasons = std::map<std::string, std::string, std::less<>>;

/// Lists that can be read whole for each page, because a quota of AWS's keeps them short.
const Reasons kShort{
    {"budgets_DescribeNotificationsForBudget", "10 for a budget"},
    {"codepipeline_ListTagsForResource", "50 tags"},
    {"ec2_DescribeManagedPrefixLists", "100 in a region"},
    {"ec2_DescribeVpcEndpoints", "20 gateway endpoints in a region"},
    {"ec2_GetManagedPrefixListAssociations", "what refers to one list: routes and rules of the account's few VPCs"},
    {"elasticloadbalancing_DescribeListenerCertificates", "25 for a load balancer"},
    {"elasticloadbalancing_DescribeListeners", "50 for a load balancer"},
    {"elasticloadbalancing_DescribeRules", "100 for a load balancer"},
    {"events_ListEventBuses", "100 in a region"},
    {"events_ListRuleNamesByTarget", "300 rules on a bus"},
    {"iam_ListAttachedGroupPolicies", "10 for a group"},
    {"iam_ListAttachedRolePolicies", "10 for a role"},
    {"iam_ListAttachedUserPolicies", "10 for a user"},
    {"iam_ListGroupPolicies", "5,120 characters of policies for a group"},
    {"iam_ListGroupsForUser", "10 for a user"},
    {"iam_ListInstanceProfileTags", "50 tags"},
    {"iam_ListOpenIDConnectProviderTags", "50 tags"},
    {"iam_ListPolicyTags", "50 tags"},
    {"iam_ListRolePolicies", "10,240 characters of policies for a role"},
    {"iam_ListRoleTags", "50 tags"},
    {"iam_ListUserPolicies", "2,048 characters of policies for a user"},
    {"iam_ListUserTags", "50 tags"},
    {"logs_DescribeMetricFilters", "100 for a log group"},
    {"logs_DescribeResourcePolicies", "10 in a region"},
};

/// Lists of what may be much that are read whole for each page. To be mended.
const Reasons kGrow{
    {"codedeploy_ListApplicationRevisions", "sorted by when they were used, which lies in a row's body"},
    {"monitoring_DescribeAlarmHistory", "of which type an item is lies in its body; 30 days of them"},
    {"ec2_DescribeLaunchTemplateVersions", "those of several templates in one order; 10,000 of a template"},
    {"iam_ListEntitiesForPolicy", "whom it is attached to lies by ids and is told by names"},
    {"iam_ListInstanceProfilesForRole", "profiles lie by their ids and are told by their names"},
    {"organizations_ListChildren", "sorted by ids; 2,000 units in an organization"},
    {"organizations_ListOrganizationalUnitsForParent", "sorted by ids; 2,000 units in an organization"},
    {"organizations_ListPolicies", "AWS's own and the organization's in one order"},
    {"organizations_ListTargetsForPolicy", "each target is looked up in the tree"},
};

/// Lists that sort something whole, and what bounds that.
const Reasons kSort{
    {"iam_ListAccessKeys", "2 for a user"},
    {"iam_ListSSHPublicKeys", "5 for a user"},
    {"iam_ListServiceSpecificCredentials", "2 for a user and a service"},
    {"organizations_ListPoliciesForTarget", "5 policies for a target"},
};

class ListCosts : public Lists {
 public:
  static std::vector<ListCase> cases() {
    std::vector<ListCase> all = list_cases();
    std::erase_if(all, [](const ListCase& one) { return one.make.empty(); });
    return all;
  }

 protected:
  struct Cost {
    std::int64_t steps = 0;
    std::vector<store::WatchedStatement> statements;
  };

  /// The dearest page of a walk.
  Cost dearest_page() {
    Json token = Json::array();
    Cost dearest;
    do {
      const store::StatementWatch watch;
      page(tester, sizes().front(), token);
      Cost cost{.statements = watch.statements()};
      for (const store::WatchedStatement& statement : cost.statements) cost.steps += statement.steps;
      note_plans(cost.statements);
      if (cost.steps > dearest.steps) dearest = std::move(cost);
    } while (!token.empty());
    return dearest;
  }

  void note_plans(const std::vector<store::WatchedStatement>& statements) {
    for (const store::WatchedStatement& statement : statements)
      for (const std::string& line : statement.plan) {
        if (line.starts_with("SCAN ") && !line.starts_with("SCAN CONSTANT")) scans.insert(line + ": " + statement.sql);
        if (line.find("TEMP B-TREE") != std::string::npos) sorts.insert(line + ": " + statement.sql);
      }
  }

  std::set<std::string> scans;
  std::set<std::string> sorts;
};

std::string lines_of(const std::set<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += "\n  " + text;
  return lines;
}

std::string lines_of(const std::vector<store::WatchedStatement>& statements) {
  std::string lines;
  for (const store::WatchedStatement& statement : statements)
    lines += "\n  " + std::to_string(statement.steps) + " steps: " + statement.sql;
  return lines;
}

TEST_P(ListCosts, APageSeeksAndSortsNothingWhole) {
  prepare(tester);
  dearest_page();
  EXPECT_TRUE(scans.empty()) << "reads a table from its beginning:" << lines_of(scans);
  EXPECT_EQ(!sorts.empty(), kSort.contains(name_of(one)))
      << "sorts what an index could have in order:" << lines_of(sorts);
}

TEST_P(ListCosts, APageDoesNoMoreWhenThereIsMore) {
  constexpr int kTimes = 3;
  constexpr int kFewest = 9;  // of fewer the cases could not make more
  if (one.items < kFewest || one.one_page || kShort.contains(name_of(one))) return;
  prepare(tester);
  const Cost before = dearest_page();
  for (int i = one.items + 1; i <= kTimes * one.items; ++i) region.run(tester, one.service, one.make, i);
  const Cost after = dearest_page();
  // A row that is read costs a dozen steps. Where filters choose, what is read ahead is twice what was read before.
  const std::int64_t allowed = std::max(before.steps + (kTimes - 1) * one.items * 2, before.steps * 3 / 2);
  EXPECT_EQ(after.steps > allowed, kGrow.contains(name_of(one)))
      << before.steps << " steps for a page of " << one.items << ", " << after.steps << " for one of "
      << kTimes * one.items << lines_of(after.statements);
}

INSTANTIATE_TEST_SUITE_P(Of, ListCosts, testing::ValuesIn(ListCosts::cases()),
                         [](const auto& info) { return name_of(info.param); });

TEST(ListCostsKnown, AreListsThatThereAre) {
  std::set<std::string> names;
  for (const ListCase& one : list_cases()) names.insert(name_of(one));
  for (const Reasons* reasons : {&kShort, &kGrow, &kSort})
    for (const auto& [name, reason] : *reasons) EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace hanbat
