// Decisions: every kind of policy against every kind of caller, within an account and across accounts.
#include "region/policy/evaluation.h"

#include <gtest/gtest.h>

namespace hanbat::region::policy {
namespace {

using Kind = Caller::Kind;
using Outcome = Decision::Outcome;

constexpr const char* kAccount = "123456789012";
constexpr const char* kObject = "arn:aws:s3:::b/k";

Source source(const std::string& statements, DocumentKind kind) {
  return {"p", "none",
          std::make_shared<const Document>(
              parse_document(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", kind))};
}

Caller user() {
  Caller c;
  c.kind = Kind::kUser;
  c.account = kAccount;
  c.arn = c.principal_arn = "arn:aws:iam::123456789012:user/kim";
  c.user_id = "AIDAKIM";
  c.name = "kim";
  return c;
}

Caller session() {
  Caller c;
  c.kind = Kind::kAssumedRole;
  c.account = kAccount;
  c.arn = "arn:aws:sts::123456789012:assumed-role/deploy/s";
  c.principal_arn = "arn:aws:iam::123456789012:role/deploy";
  c.user_id = "AROADEPLOY:s";
  c.name = "deploy";
  return c;
}

Caller of_kind(Kind kind, const char* name = "") {
  Caller c;
  c.kind = kind;
  if (kind != Kind::kAnonymous) c.account = kAccount;
  c.name = c.arn = name;
  if (kind == Kind::kRoot) c.arn = c.principal_arn = "arn:aws:iam::123456789012:root";
  return c;
}

Caller stranger() {
  Caller c = user();
  c.account = "999999999999";
  c.arn = c.principal_arn = "arn:aws:iam::999999999999:user/kim";
  return c;
}

const std::string kAllow = R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})";
const std::string kDeny = R"({"Effect":"Deny","Action":"s3:*","Resource":"*"})";
const std::string kAllowAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
const std::string kOther = R"({"Effect":"Allow","Action":"ec2:*","Resource":"*"})";

std::string lets(const std::string& principal, const char* effect = "Allow") {
  return R"({"Effect":")" + std::string(effect) + R"(","Principal":)" + principal +
         R"(,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})";
}
const std::string kUserArn = R"({"AWS":"arn:aws:iam::123456789012:user/kim"})";
const std::string kRoleArn = R"({"AWS":"arn:aws:iam::123456789012:role/deploy"})";
const std::string kSessionArn = R"({"AWS":"arn:aws:sts::123456789012:assumed-role/deploy/s"})";
const std::string kRootArn = R"({"AWS":"arn:aws:iam::123456789012:root"})";

struct Case {
  const char* name;
  Caller caller;
  std::string identity;  // statements; "" = no policy
  std::string boundary;  // "-" = none
  std::string session;   // "-" = none
  std::string resource;  // "-" = none
  std::string control;   // "-" = none
  std::string owner;     // account of the resource
  Outcome outcome;
  PolicyType by = PolicyType::kIdentity;
  ResourcePolicyRole role = ResourcePolicyRole::kAdds;
};

class Decisions : public ::testing::TestWithParam<Case> {};

TEST_P(Decisions, FollowAwsLogic) {
  const Case& c = GetParam();
  Question q{.action = "s3:GetObject", .resource = kObject, .resource_account = c.owner, .caller = &c.caller};
  if (!c.identity.empty()) q.identity = {source(c.identity, DocumentKind::kIdentity)};
  if (c.boundary != "-") q.boundary = {source(c.boundary, DocumentKind::kIdentity)};
  if (c.session != "-") q.session = {source(c.session, DocumentKind::kIdentity)};
  if (c.resource != "-") q.resource_policies = {source(c.resource, DocumentKind::kResource)};
  if (c.control != "-")
    q.service_control = {{source(kAllowAll, DocumentKind::kIdentity)}, {source(c.control, DocumentKind::kIdentity)}};
  q.resource_policy_role = c.role;

  const Decision d = evaluate(q);

  EXPECT_EQ(static_cast<int>(d.outcome), static_cast<int>(c.outcome));
  if (!d.allowed()) {
    EXPECT_EQ(static_cast<int>(d.decided_by), static_cast<int>(c.by));
  }
}

constexpr auto kYes = Outcome::kAllowed;
constexpr auto kNo = Outcome::kImplicitDeny;
constexpr auto kNever = Outcome::kExplicitDeny;
const auto kSelf = std::string(kAccount);

INSTANTIATE_TEST_SUITE_P(
    Table, Decisions,
    ::testing::Values(
        Case{"nothing", user(), "", "-", "-", "-", "-", kSelf, kNo},
        Case{"identity", user(), kAllow, "-", "-", "-", "-", kSelf, kYes},
        Case{"other_service", user(), kOther, "-", "-", "-", "-", kSelf, kNo},
        Case{"identity_denies", user(), kAllow + "," + kDeny, "-", "-", "-", "-", kSelf, kNever},
        Case{"boundary_allows", user(), kAllow, kAllowAll, "-", "-", "-", kSelf, kYes},
        Case{"boundary_lacks", user(), kAllow, kOther, "-", "-", "-", kSelf, kNo, PolicyType::kBoundary},
        Case{"boundary_denies", user(), kAllow, kDeny, "-", "-", "-", kSelf, kNever, PolicyType::kBoundary},
        Case{"boundary_alone", user(), "", kAllowAll, "-", "-", "-", kSelf, kNo},
        Case{"session_lacks", session(), kAllow, "-", kOther, "-", "-", kSelf, kNo, PolicyType::kSession},
        Case{"session_denies", session(), kAllow, "-", kDeny, "-", "-", kSelf, kNever, PolicyType::kSession},
        Case{"session_alone", session(), "", "-", kAllowAll, "-", "-", kSelf, kNo},
        Case{"resource_names_user", user(), "", "-", "-", lets(kUserArn), "-", kSelf, kYes},
        Case{"resource_names_user_past_boundary", user(), "", kOther, "-", lets(kUserArn), "-", kSelf, kYes},
        Case{"resource_names_account", user(), "", "-", "-", lets(kRootArn), "-", kSelf, kNo},
        Case{"resource_names_account_number", user(), kAllow, "-", "-", lets(R"({"AWS":"123456789012"})"), "-", kSelf,
             kYes},
        Case{"resource_names_other_user", session(), "", "-", "-", lets(kUserArn), "-", kSelf, kNo},
        Case{"resource_names_role", session(), "", "-", "-", lets(kRoleArn), "-", kSelf, kYes},
        Case{"resource_names_role_boundary_lacks", session(), "", kOther, "-", lets(kRoleArn), "-", kSelf, kNo,
             PolicyType::kBoundary},
        Case{"resource_names_role_session_lacks", session(), "", "-", kOther, lets(kRoleArn), "-", kSelf, kNo,
             PolicyType::kSession},
        Case{"resource_names_session", session(), "", "-", kOther, lets(kSessionArn), "-", kSelf, kYes},
        Case{"resource_names_anyone", user(), "", "-", "-", lets("\"*\""), "-", kSelf, kYes},
        Case{"resource_denies", user(), kAllow, "-", "-", lets(kUserArn, "Deny"), "-", kSelf, kNever,
             PolicyType::kResource},
        Case{"resource_denies_anyone", user(), kAllow, "-", "-", lets("\"*\"", "Deny"), "-", kSelf, kNever,
             PolicyType::kResource},
        Case{"stranger_identity_only", stranger(), kAllow, "-", "-", "-", "-", kSelf, kNo, PolicyType::kResource},
        Case{"stranger_resource_only", stranger(), "", "-", "-", lets(R"({"AWS":"999999999999"})"), "-", kSelf, kNo},
        Case{"stranger_resource_names_user_only", stranger(), "", "-", "-",
             lets(R"({"AWS":"arn:aws:iam::999999999999:user/kim"})"), "-", kSelf, kNo},
        Case{"stranger_both", stranger(), kAllow, "-", "-", lets(R"({"AWS":"999999999999"})"), "-", kSelf, kYes},
        Case{"control_allows", user(), kAllow, "-", "-", "-", kAllowAll, kSelf, kYes},
        Case{"control_lacks", user(), kAllow, "-", "-", "-", kOther, kSelf, kNo, PolicyType::kServiceControl},
        Case{"control_denies", user(), kAllow, "-", "-", "-", kAllowAll + "," + kDeny, kSelf, kNever,
             PolicyType::kServiceControl},
        Case{"control_denies_root", of_kind(Kind::kRoot), "", "-", "-", "-", kDeny, kSelf, kNever,
             PolicyType::kServiceControl},
        Case{"root", of_kind(Kind::kRoot), "", "-", "-", "-", "-", kSelf, kYes},
        Case{"root_of_another_account", of_kind(Kind::kRoot), "", "-", "-", "-", "-", "999999999999", kNo,
             PolicyType::kResource},
        Case{"anonymous", of_kind(Kind::kAnonymous), "", "-", "-", "-", "-", kSelf, kNo, PolicyType::kResource},
        Case{"anonymous_public", of_kind(Kind::kAnonymous), "", "-", "-", lets("\"*\""), "-", kSelf, kYes},
        Case{"anonymous_named", of_kind(Kind::kAnonymous), "", "-", "-", lets(kUserArn), "-", kSelf, kNo,
             PolicyType::kResource},
        Case{"service", of_kind(Kind::kService, "codebuild.amazonaws.com"), "", "-", "-", "-", "-", kSelf, kYes},
        Case{"service_denied", of_kind(Kind::kService, "codebuild.amazonaws.com"), "", "-", "-",
             lets(R"({"Service":"codebuild.amazonaws.com"})", "Deny"), "-", kSelf, kNever, PolicyType::kResource},
        Case{"must_allow_missing", user(), kAllowAll, "-", "-", lets(kRoleArn), "-", kSelf, kNo, PolicyType::kResource,
             ResourcePolicyRole::kMustAllow},
        Case{"must_allow_account_and_identity", user(), kAllow, "-", "-", lets(kRootArn), "-", kSelf, kYes,
             PolicyType::kIdentity, ResourcePolicyRole::kMustAllow},
        Case{"must_allow_account_alone", user(), "", "-", "-", lets(kRootArn), "-", kSelf, kNo, PolicyType::kIdentity,
             ResourcePolicyRole::kMustAllow},
        Case{"must_allow_user", user(), "", "-", "-", lets(kUserArn), "-", kSelf, kYes, PolicyType::kIdentity,
             ResourcePolicyRole::kMustAllow},
        Case{"must_allow_service", of_kind(Kind::kService, "codedeploy.amazonaws.com"), "", "-", "-",
             lets(R"({"Service":"codedeploy.ap-northeast-2.amazonaws.com"})"), "-", kSelf, kYes, PolicyType::kIdentity,
             ResourcePolicyRole::kMustAllow},
        Case{"must_allow_other_service", of_kind(Kind::kService, "ec2.amazonaws.com"), "", "-", "-",
             lets(R"({"Service":"codebuild.amazonaws.com"})"), "-", kSelf, kNo, PolicyType::kResource,
             ResourcePolicyRole::kMustAllow}),
    [](const auto& info) { return std::string(info.param.name); });

struct Pattern {
  const char* statement;
  const char* action;
  const char* resource;
  bool allowed;
};

class Patterns : public ::testing::TestWithParam<Pattern> {};

TEST_P(Patterns, NameActionsAndResources) {
  const Pattern& p = GetParam();
  const Caller caller = user();
  Question q{.action = p.action,
             .resource = p.resource,
             .caller = &caller,
             .identity = {source(p.statement, DocumentKind::kIdentity)}};
  q.context.set("aws:username", "kim");
  EXPECT_EQ(evaluate(q).allowed(), p.allowed) << p.statement << " " << p.action << " " << p.resource;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Patterns,
    ::testing::Values(
        Pattern{R"({"Effect":"Allow","Action":"S3:getobject","Resource":"*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","Action":"s3:Get?bject","Resource":"*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","Action":["ec2:*","s3:Put*"],"Resource":"*"})", "s3:GetObject", kObject, false},
        Pattern{R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","NotAction":"s3:*","Resource":"*"})", "s3:GetObject", kObject, false},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"})", "s3:GetObject", kObject, false},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::?/*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::B/*"})", "s3:GetObject", kObject, false},
        Pattern{R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"})", "s3:GetObject", kObject, false},
        Pattern{R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::c/*"})", "s3:GetObject", kObject, true},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"})", "s3:GetObject",
                "arn:aws:s3:::b/kim/x", true},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"})", "s3:GetObject",
                "arn:aws:s3:::b/lee/x", false},
        Pattern{R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:absent}/*"})", "s3:GetObject",
                "arn:aws:s3:::b//x", false},
        Pattern{R"({"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"})", "ec2:DescribeInstances", "*",
                true},
        Pattern{R"({"Effect":"Allow","Action":"ec2:*","Resource":"arn:aws:ec2:*:*:instance/*"})",
                "ec2:DescribeInstances", "*", false}));

TEST(Reason, IsWordedAsAwsWordsIt) {
  Decision d;
  EXPECT_EQ(reason(d, "s3:GetObject"), "because no identity-based policy allows the s3:GetObject action");
  d.decided_by = PolicyType::kBoundary;
  EXPECT_EQ(reason(d, "s3:GetObject"), "because no permissions boundary allows the s3:GetObject action");
  d.outcome = Outcome::kExplicitDeny;
  EXPECT_EQ(reason(d, "s3:GetObject"), "with an explicit deny in a permissions boundary");
  d.decided_by = PolicyType::kServiceControl;
  EXPECT_EQ(reason(d, "s3:GetObject"), "with an explicit deny in a service control policy");
}

}  // namespace
}  // namespace hanbat::region::policy
