// Decisions: every kind of policy against every kind of caller, within an account and across accounts.
#include "region/policy/evaluation.h"

#include <gtest/gtest.h>

#include "region/canonical_user.h"

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

Caller federated() {
  Caller c;
  c.kind = Kind::kFederatedUser;
  c.account = kAccount;
  c.arn = "arn:aws:sts::123456789012:federated-user/visitor";
  c.principal_arn = "arn:aws:iam::123456789012:user/kim";
  c.user_id = "123456789012:visitor";
  return c;
}

Caller service_linked() {
  Caller c = session();
  c.principal_arn = "arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/X";
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

struct EvaluationCase {
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

class Decisions : public ::testing::TestWithParam<EvaluationCase> {};

TEST_P(Decisions, FollowAwsLogic) {
  const EvaluationCase& c = GetParam();
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
        EvaluationCase{"nothing", user(), "", "-", "-", "-", "-", kSelf, kNo},
        EvaluationCase{"identity", user(), kAllow, "-", "-", "-", "-", kSelf, kYes},
        EvaluationCase{"other_service", user(), kOther, "-", "-", "-", "-", kSelf, kNo},
        EvaluationCase{"identity_denies", user(), kAllow + "," + kDeny, "-", "-", "-", "-", kSelf, kNever},
        EvaluationCase{"boundary_allows", user(), kAllow, kAllowAll, "-", "-", "-", kSelf, kYes},
        EvaluationCase{"boundary_lacks", user(), kAllow, kOther, "-", "-", "-", kSelf, kNo, PolicyType::kBoundary},
        EvaluationCase{"boundary_denies", user(), kAllow, kDeny, "-", "-", "-", kSelf, kNever, PolicyType::kBoundary},
        EvaluationCase{"boundary_alone", user(), "", kAllowAll, "-", "-", "-", kSelf, kNo},
        EvaluationCase{"session_lacks", session(), kAllow, "-", kOther, "-", "-", kSelf, kNo, PolicyType::kSession},
        EvaluationCase{"session_denies", session(), kAllow, "-", kDeny, "-", "-", kSelf, kNever, PolicyType::kSession},
        EvaluationCase{"session_alone", session(), "", "-", kAllowAll, "-", "-", kSelf, kNo},
        EvaluationCase{"resource_names_user", user(), "", "-", "-", lets(kUserArn), "-", kSelf, kYes},
        EvaluationCase{"resource_names_user_past_boundary", user(), "", kOther, "-", lets(kUserArn), "-", kSelf, kYes},
        EvaluationCase{"resource_names_account", user(), "", "-", "-", lets(kRootArn), "-", kSelf, kNo},
        EvaluationCase{"resource_names_account_number", user(), kAllow, "-", "-", lets(R"({"AWS":"123456789012"})"),
                       "-", kSelf, kYes},
        EvaluationCase{"resource_names_other_user", session(), "", "-", "-", lets(kUserArn), "-", kSelf, kNo},
        EvaluationCase{"resource_names_role", session(), "", "-", "-", lets(kRoleArn), "-", kSelf, kYes},
        EvaluationCase{"resource_names_role_boundary_lacks", session(), "", kOther, "-", lets(kRoleArn), "-", kSelf,
                       kNo, PolicyType::kBoundary},
        EvaluationCase{"resource_names_role_session_lacks", session(), "", "-", kOther, lets(kRoleArn), "-", kSelf, kNo,
                       PolicyType::kSession},
        EvaluationCase{"resource_names_session", session(), "", "-", kOther, lets(kSessionArn), "-", kSelf, kYes},
        EvaluationCase{"resource_names_anyone", user(), "", "-", "-", lets("\"*\""), "-", kSelf, kYes},
        EvaluationCase{"resource_denies", user(), kAllow, "-", "-", lets(kUserArn, "Deny"), "-", kSelf, kNever,
                       PolicyType::kResource},
        EvaluationCase{"resource_denies_anyone", user(), kAllow, "-", "-", lets("\"*\"", "Deny"), "-", kSelf, kNever,
                       PolicyType::kResource},
        EvaluationCase{"stranger_identity_only", stranger(), kAllow, "-", "-", "-", "-", kSelf, kNo,
                       PolicyType::kResource},
        EvaluationCase{"stranger_resource_only", stranger(), "", "-", "-", lets(R"({"AWS":"999999999999"})"), "-",
                       kSelf, kNo},
        EvaluationCase{"stranger_resource_names_user_only", stranger(), "", "-", "-",
                       lets(R"({"AWS":"arn:aws:iam::999999999999:user/kim"})"), "-", kSelf, kNo},
        EvaluationCase{"stranger_both", stranger(), kAllow, "-", "-", lets(R"({"AWS":"999999999999"})"), "-", kSelf,
                       kYes},
        EvaluationCase{"control_allows", user(), kAllow, "-", "-", "-", kAllowAll, kSelf, kYes},
        EvaluationCase{"control_lacks", user(), kAllow, "-", "-", "-", kOther, kSelf, kNo, PolicyType::kServiceControl},
        EvaluationCase{"control_denies", user(), kAllow, "-", "-", "-", kAllowAll + "," + kDeny, kSelf, kNever,
                       PolicyType::kServiceControl},
        EvaluationCase{"control_denies_root", of_kind(Kind::kRoot), "", "-", "-", "-", kDeny, kSelf, kNever,
                       PolicyType::kServiceControl},
        EvaluationCase{"root", of_kind(Kind::kRoot), "", "-", "-", "-", "-", kSelf, kYes},
        EvaluationCase{"root_of_another_account", of_kind(Kind::kRoot), "", "-", "-", "-", "-", "999999999999", kNo,
                       PolicyType::kResource},
        EvaluationCase{"anonymous", of_kind(Kind::kAnonymous), "", "-", "-", "-", "-", kSelf, kNo,
                       PolicyType::kResource},
        EvaluationCase{"anonymous_public", of_kind(Kind::kAnonymous), "", "-", "-", lets("\"*\""), "-", kSelf, kYes},
        EvaluationCase{"anonymous_named", of_kind(Kind::kAnonymous), "", "-", "-", lets(kUserArn), "-", kSelf, kNo,
                       PolicyType::kResource},
        EvaluationCase{"service", of_kind(Kind::kService, "codebuild.amazonaws.com"), "", "-", "-", "-", "-", kSelf,
                       kYes},
        EvaluationCase{"service_denied", of_kind(Kind::kService, "codebuild.amazonaws.com"), "", "-", "-",
                       lets(R"({"Service":"codebuild.amazonaws.com"})", "Deny"), "-", kSelf, kNever,
                       PolicyType::kResource},
        EvaluationCase{"must_allow_missing", user(), kAllowAll, "-", "-", lets(kRoleArn), "-", kSelf, kNo,
                       PolicyType::kResource, ResourcePolicyRole::kMustAllow},
        EvaluationCase{"must_allow_account_and_identity", user(), kAllow, "-", "-", lets(kRootArn), "-", kSelf, kYes,
                       PolicyType::kIdentity, ResourcePolicyRole::kMustAllow},
        EvaluationCase{"must_allow_account_alone", user(), "", "-", "-", lets(kRootArn), "-", kSelf, kNo,
                       PolicyType::kIdentity, ResourcePolicyRole::kMustAllow},
        EvaluationCase{"must_allow_user", user(), "", "-", "-", lets(kUserArn), "-", kSelf, kYes, PolicyType::kIdentity,
                       ResourcePolicyRole::kMustAllow},
        EvaluationCase{"must_allow_service", of_kind(Kind::kService, "codedeploy.amazonaws.com"), "", "-", "-",
                       lets(R"({"Service":"codedeploy.ap-northeast-2.amazonaws.com"})"), "-", kSelf, kYes,
                       PolicyType::kIdentity, ResourcePolicyRole::kMustAllow},
        EvaluationCase{"must_allow_other_service", of_kind(Kind::kService, "ec2.amazonaws.com"), "", "-", "-",
                       lets(R"({"Service":"codebuild.amazonaws.com"})"), "-", kSelf, kNo, PolicyType::kResource,
                       ResourcePolicyRole::kMustAllow}),
    [](const auto& info) { return std::string(info.param.name); });

std::string spares(const std::string& principals) {
  return R"({"Effect":"Deny","NotPrincipal":{"AWS":[)" + principals +
         R"(]},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})";
}
const std::string kAccountName = R"("arn:aws:iam::123456789012:root")";
const std::string kUserName = R"("arn:aws:iam::123456789012:user/kim")";
const std::string kRoleName = R"("arn:aws:iam::123456789012:role/deploy")";
const std::string kSessionName = R"("arn:aws:sts::123456789012:assumed-role/deploy/s")";
const std::string kVisitor = R"({"AWS":"arn:aws:sts::123456789012:federated-user/visitor"})";

INSTANTIATE_TEST_SUITE_P(
    Principals, Decisions,
    ::testing::Values(
        // NotPrincipal spares whom it names in full: the account, and the user; or the account, the role and the
        // session.
        EvaluationCase{"spared_user", user(), kAllow, "-", "-", spares(kUserName + "," + kAccountName), "-", kSelf,
                       kYes},
        EvaluationCase{"spared_user_without_account", user(), kAllow, "-", "-", spares(kUserName), "-", kSelf, kNever,
                       PolicyType::kResource},
        EvaluationCase{"spared_account_alone", user(), kAllow, "-", "-", spares(kAccountName), "-", kSelf, kNever,
                       PolicyType::kResource},
        EvaluationCase{"spared_session", session(), kAllow, "-", "-",
                       spares(kSessionName + "," + kRoleName + "," + kAccountName), "-", kSelf, kYes},
        EvaluationCase{"spared_role_without_session", session(), kAllow, "-", "-",
                       spares(kRoleName + "," + kAccountName), "-", kSelf, kNever, PolicyType::kResource},
        EvaluationCase{"spared_root", of_kind(Kind::kRoot), "", "-", "-", spares(kAccountName), "-", kSelf, kYes},
        EvaluationCase{"spared_nobody_with_a_boundary", user(), kAllow, kAllowAll, "-",
                       spares(kUserName + "," + kAccountName), "-", kSelf, kNever, PolicyType::kResource},
        EvaluationCase{"not_spared_anonymous", of_kind(Kind::kAnonymous), "", "-", "-",
                       lets("\"*\"") + "," + spares(kUserName + "," + kAccountName), "-", kSelf, kNever,
                       PolicyType::kResource},
        // A federated session is let in past its bounds by its own ARN, within them by its user's.
        EvaluationCase{"federated_by_session", federated(), "", "-", kOther, lets(kVisitor), "-", kSelf, kYes},
        EvaluationCase{"federated_by_user", federated(), "", "-", kOther, lets(kUserArn), "-", kSelf, kNo,
                       PolicyType::kSession},
        EvaluationCase{"federated_by_user_within", federated(), "", "-", kAllowAll, lets(kUserArn), "-", kSelf, kYes},
        EvaluationCase{"federated_denied_by_user", federated(), kAllow, "-", kAllowAll, lets(kUserArn, "Deny"), "-",
                       kSelf, kNever, PolicyType::kResource},
        EvaluationCase{"canonical_user_is_the_account", stranger(), kAllow, "-", "-",
                       lets("{\"CanonicalUser\":\"" + canonical_user_id("999999999999") + "\"}"), "-", kSelf, kYes},
        EvaluationCase{"canonical_user_of_before_is_the_account", stranger(), kAllow, "-", "-",
                       lets(R"({"CanonicalUser":"999999999999"})"), "-", kSelf, kYes},
        EvaluationCase{"canonical_user_of_another_account", stranger(), kAllow, "-", "-",
                       lets("{\"CanonicalUser\":\"" + canonical_user_id("999999999998") + "\"}"), "-", kSelf, kNo,
                       PolicyType::kResource},
        EvaluationCase{"role_denied_by_account", session(), kAllow, "-", "-", lets(kRootArn, "Deny"), "-", kSelf,
                       kNever, PolicyType::kResource},
        // Across accounts the caller's own bounds count whoever is named.
        EvaluationCase{"stranger_boundary", stranger(), kAllow, kOther, "-",
                       lets(R"({"AWS":"arn:aws:iam::999999999999:user/kim"})"), "-", kSelf, kNo, PolicyType::kBoundary},
        EvaluationCase{"stranger_anyone_without_identity", stranger(), "", "-", "-", lets("\"*\""), "-", kSelf, kNo},
        EvaluationCase{"stranger_session_policy", stranger(), kAllow, "-", kOther, lets("\"*\""), "-", kSelf, kNo,
                       PolicyType::kSession},
        // Service control policies bind the caller's account, but neither services nor their linked roles.
        EvaluationCase{"control_past_resource_policy", user(), "", "-", "-", lets(kUserArn), kOther, kSelf, kNo,
                       PolicyType::kServiceControl},
        EvaluationCase{"control_spares_service_linked_roles", service_linked(), kAllow, "-", "-", "-", kDeny, kSelf,
                       kYes},
        EvaluationCase{"control_spares_services", of_kind(Kind::kService, "events.amazonaws.com"), "", "-", "-",
                       lets(R"({"Service":"events.amazonaws.com"})"), kDeny, kSelf, kYes},
        EvaluationCase{"control_does_not_allow", user(), "", "-", "-", "-", kAllowAll, kSelf, kNo},
        EvaluationCase{"service_must_be_let_in", of_kind(Kind::kService, "events.amazonaws.com"), "", "-", "-", "-",
                       "-", kSelf, kNo, PolicyType::kResource, ResourcePolicyRole::kMustAllow}),
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

TEST(Decision, KnowsWhichStatementsMadeIt) {
  const Caller caller = user();
  Question q{.action = "s3:GetObject",
             .resource = kObject,
             .caller = &caller,
             .identity = {source(kAllow, DocumentKind::kIdentity), source(kAllowAll, DocumentKind::kIdentity)}};
  EXPECT_EQ(evaluate(q).deciding().size(), 2u);
  q.identity.push_back(source(kDeny, DocumentKind::kIdentity));
  const auto denying = evaluate(q).deciding();
  ASSERT_EQ(denying.size(), 1u);
  EXPECT_EQ(denying[0].statement->effect, Effect::kDeny);
  q.identity = {source(kAllow, DocumentKind::kIdentity)};
  q.boundary = {source(kOther, DocumentKind::kIdentity)};
  EXPECT_TRUE(evaluate(q).deciding().empty());
}

struct Wording {
  PolicyType type;
  const char* implicit;
  const char* explicit_;
};

TEST(Reason, IsWordedAsAwsWordsIt) {
  for (const Wording& w : {
           Wording{PolicyType::kIdentity, "because no identity-based policy allows the s3:GetObject action",
                   "with an explicit deny in an identity-based policy"},
           Wording{PolicyType::kBoundary, "because no permissions boundary allows the s3:GetObject action",
                   "with an explicit deny in a permissions boundary"},
           Wording{PolicyType::kSession, "because no session policy allows the s3:GetObject action",
                   "with an explicit deny in a session policy"},
           Wording{PolicyType::kResource, "because no resource-based policy allows the s3:GetObject action",
                   "with an explicit deny in a resource-based policy"},
           Wording{PolicyType::kTrust, "because no role trust policy allows the s3:GetObject action",
                   "with an explicit deny in the role trust policy"},
           Wording{PolicyType::kServiceControl, "because no service control policy allows the s3:GetObject action",
                   "with an explicit deny in a service control policy"},
           Wording{PolicyType::kEndpoint, "because no VPC endpoint policy allows the s3:GetObject action",
                   "with an explicit deny in a VPC endpoint policy"},
       }) {
    Decision d;
    d.decided_by = w.type;
    EXPECT_EQ(reason(d, "s3:GetObject"), w.implicit);
    d.outcome = Outcome::kExplicitDeny;
    EXPECT_EQ(reason(d, "s3:GetObject"), w.explicit_);
    d.outcome = Outcome::kAllowed;
    EXPECT_EQ(reason(d, "s3:GetObject"), "");
  }
}

TEST(Evaluation, AnEndpointsPolicyBoundsWhoeverComesByIt) {
  const auto outcome = [](const Caller& caller, const std::string& endpoint) {
    Question q{.action = "s3:GetObject", .resource = kObject, .resource_account = kAccount, .caller = &caller};
    q.identity = {source(kAllowAll, DocumentKind::kIdentity)};
    q.endpoint = source(endpoint, DocumentKind::kResource);
    const Decision decision = evaluate(q);
    return decision.allowed() ? std::string("allowed") : reason(decision, q.action);
  };
  EXPECT_EQ(outcome(user(), lets("\"*\"")), "allowed");
  EXPECT_EQ(outcome(session(), lets("\"*\"")), "allowed");
  EXPECT_EQ(outcome(user(), lets("\"*\"", "Deny")), "with an explicit deny in a VPC endpoint policy");
  EXPECT_EQ(outcome(user(), R"({"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*"})"),
            "because no VPC endpoint policy allows the s3:GetObject action");
  // A gateway's knows everybody and the root alone.
  EXPECT_EQ(outcome(user(), lets(kUserArn)), "because no VPC endpoint policy allows the s3:GetObject action");
  EXPECT_EQ(outcome(of_kind(Kind::kRoot), lets(kRootArn)), "allowed");
}

TEST(Reason, CallsARolesPolicyByItsOwnName) {
  const Caller caller = user();
  const Question q{.action = "sts:AssumeRole",
                   .resource = "arn:aws:iam::123456789012:role/r",
                   .caller = &caller,
                   .resource_policies = {source(R"({"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"})",
                                                DocumentKind::kTrust)},
                   .resource_policy_role = ResourcePolicyRole::kMustAllow};
  EXPECT_EQ(reason(evaluate(q), q.action), "with an explicit deny in the role trust policy");
}

}  // namespace
}  // namespace hanbat::region::policy
