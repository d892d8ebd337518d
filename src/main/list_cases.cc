#include "main/list_cases.h"

#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace hanbat {
namespace {

/// The smallest page that AWS allows where it is not 1, and not EC2's usual 5.
const std::map<std::string, int, std::less<>> kLeast{
    {"ec2 DescribeAddressesAttribute", 1},   {"ec2 DescribeImages", 1},
    {"ec2 DescribeLaunchTemplates", 1},      {"ec2 DescribeLaunchTemplateVersions", 1},
    {"ec2 DescribeManagedPrefixLists", 1},   {"ec2 DescribePrefixLists", 1},
    {"ec2 DescribeVpcEndpointServices", 1},  {"ec2 GetManagedPrefixListEntries", 1},
    {"ec2 DescribeNetworkInsightsPaths", 1}, {"ec2 DescribeNetworkInsightsAnalyses", 1},
    {"ssm DescribeInstanceInformation", 5},
};

/// More of these than fill a page cannot be made: a quota is smaller, or the page is very large.
const std::set<std::string, std::less<>> kOnePage{
    "codecommit ListBranches",
    "codecommit ListRepositories",
    "codecommit ListTagsForResource",
    "codedeploy ListDeploymentConfigs",
    "codedeploy ListDeploymentTargets",
    "codedeploy ListDeploymentInstances",
    "codedeploy ListTagsForResource",
    "ec2 DescribeInternetGateways",
    "ec2 DescribeNatGateways",
    "ec2 DescribePrefixLists",
    "ec2 DescribeVpcEndpointServices",
    "ec2 DescribeVpcs",
    "ecr DescribeImageScanFindings",
    "iam ListAccountAliases",
    "iam ListMFADevices",
    "iam ListSigningCertificates",
    "iam ListVirtualMFADevices",
    "organizations ListAWSServiceAccessForOrganization",
    "organizations ListParents",
    "organizations ListRoots",
    "organizations ListTagsForResource",
    "codecommit GetMergeConflicts",
    "monitoring ListMetrics",
};

/// Members of the input that make a list another one: of one operation, else of all the service's that have the first.
const std::map<std::string, std::string, std::less<>> kOther{
    {"acm", R"({"CertificateStatuses":["EXPIRED"]})"},
    {"cloudtrail", R"({"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"DeleteLogGroup"}]})"},
    {"codebuild", R"({"sortOrder":"ASCENDING"})"},
    {"codebuild ListProjects", R"({"sortOrder":"DESCENDING"})"},
    {"codecommit GetDifferences", R"({"afterPath":"f1"})"},
    {"codedeploy ListApplicationRevisions", R"({"sortOrder":"descending"})"},
    {"codedeploy ListDeployments", R"({"includeOnlyStatuses":["Failed"]})"},
    {"codedeploy ListOnPremisesInstances", R"({"registrationStatus":"Registered"})"},
    {"ec2", R"({"Filters":[{"Name":"tag-key","Values":["other"]}]})"},
    {"ec2 DescribeAddressesAttribute", R"({"AllocationIds":["$ip"]})"},
    {"ec2 DescribeIamInstanceProfileAssociations", R"({"Filters":[{"Name":"state","Values":["associated"]}]})"},
    {"ec2 DescribeInstanceCreditSpecifications", R"({"Filters":[{"Name":"instance-id","Values":["$id"]}]})"},
    {"ec2 DescribeInstanceStatus", R"({"Filters":[{"Name":"instance-state-name","Values":["running"]}]})"},
    {"ec2 DescribeInstanceTypeOfferings", R"({"Filters":[{"Name":"instance-type","Values":["t3.*"]}]})"},
    {"ec2 DescribeInstanceTypes", R"({"Filters":[{"Name":"instance-type","Values":["t3.*"]}]})"},
    {"ec2 DescribeTags", R"({"Filters":[{"Name":"key","Values":["other"]}]})"},
    {"ec2 DescribeVolumeStatus", R"({"Filters":[{"Name":"volume-status.status","Values":["ok"]}]})"},
    {"ecr", R"({"filter":{"tagStatus":"TAGGED"}})"},
    {"elasticloadbalancing DescribeSSLPolicies", R"({"LoadBalancerType":"application"})"},
    {"events", R"({"NamePrefix":"other"})"},
    {"iam", R"({"PathPrefix":"/other/"})"},
    {"iam SimulateCustomPolicy", R"({"ResourceArns":["arn:aws:s3:::b/k"]})"},
    {"iam SimulatePrincipalPolicy", R"({"ResourceArns":["arn:aws:s3:::b/k"]})"},
    {"logs DescribeLogGroups", R"({"logGroupNamePrefix":"other"})"},
    {"logs DescribeMetricFilters", R"({"filterNamePrefix":"other"})"},
    {"logs DescribeLogStreams", R"({"logStreamNamePrefix":"other"})"},
    {"logs FilterLogEvents", R"({"filterPattern":"other"})"},
    {"monitoring DescribeAlarmHistory", R"({"HistoryItemType":"Action"})"},
    {"monitoring DescribeAlarms", R"({"StateValue":"OK"})"},
    {"monitoring GetMetricData", R"({"ScanBy":"TimestampAscending"})"},
    {"monitoring ListMetrics", R"({"Namespace":"Other"})"},
    {"organizations ListAccountsForParent", R"({"ParentId":"$unit"})"},
    {"organizations ListChildren", R"({"ChildType":"ACCOUNT"})"},
    {"organizations ListCreateAccountStatus", R"({"States":["FAILED"]})"},
    {"organizations ListOrganizationalUnitsForParent", R"({"ParentId":"$id"})"},
    {"organizations ListPoliciesForTarget", R"({"TargetId":"$root"})"},
    {"organizations ListTargetsForPolicy", R"({"PolicyId":"p-FullAWSAccess"})"},
    {"s3", R"({"Prefix":"other"})"},
    {"ssm DescribeSessions", R"({"State":"History"})"},
    {"secretsmanager", R"({"Filters":[{"Key":"name","Values":["other"]}]})"},
    {"secretsmanager ListSecretVersionIds", R"({"IncludeDeprecated":true})"},
    {"ssm DescribeInstanceInformation", R"({"Filters":[{"Key":"PlatformTypes","Values":["Linux"]}]})"},
    {"ssm DescribeParameters", R"({"ParameterFilters":[{"Key":"Type","Values":["StringList"]}]})"},
    {"ssm GetParametersByPath", R"({"Recursive":true})"},
    {"ssm ListAssociations", R"({"AssociationFilterList":[{"key":"Name","value":"other"}]})"},
    {"ssm ListDocuments", R"({"Filters":[{"Key":"Owner","Values":["Amazon"]}]})"},
    {"ssm ListCommands", R"({"InstanceId":"$instance"})"},
    {"ssm ListCommandInvocations", R"({"InstanceId":"$instance"})"},
};

/// Lists that nothing but the account makes another one: filters by names are refused beside a page.
const std::set<std::string, std::less<>> kOneOfItsKind{
    "budgets DescribeBudgets",
    "ecr DescribeRepositories",
    "elasticloadbalancing DescribeLoadBalancers",
    "elasticloadbalancing DescribeTargetGroups",
    "logs DescribeResourcePolicies",
    "organizations ListPolicies",
    "iam ListServiceSpecificCredentials",
    "iam ListVirtualMFADevices",
};

void add_facts(ListCase& one) {
  const std::string name = one.service + " " + one.operation;
  const auto least = kLeast.find(name);
  one.least = least != kLeast.end() ? least->second : one.service == "ec2" ? 5 : 1;
  one.one_page = kOnePage.contains(name);
  one.one_of_its_kind = kOneOfItsKind.contains(name);
  const auto own = kOther.find(name), services = kOther.find(one.service);
  one.other = own != kOther.end() ? own->second : services != kOther.end() ? services->second : "";
}

}  // namespace

std::vector<ListCase> list_cases() {
  std::vector<ListCase> all;
  for (auto* cases : {&iam_entity_cases,    &iam_relation_cases, &iam_policy_cases, &iam_tag_and_simulation_cases,
                      &organizations_cases, &log_cases,          &event_cases,      &build_cases,
                      &deployment_cases,    &pipeline_cases,     &repository_cases, &image_cases,
                      &object_cases,        &network_cases,      &security_cases,   &instance_cases,
                      &balancer_cases,      &budget_cases,       &secret_cases,     &parameter_and_command_cases,
                      &document_cases,      &metric_cases}) {
    auto some = cases();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  for (ListCase& one : all) add_facts(one);
  return all;
}

}  // namespace hanbat
