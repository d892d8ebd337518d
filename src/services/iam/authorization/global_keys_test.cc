// The condition keys of a request by who makes it, and a refusal told in full.
#include "services/iam/authorization/global_keys.h"

#include <gtest/gtest.h>

#include "region/entrances.h"
#include "services/iam/authorization/denial.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using region::policy::Context;

Caller caller_of(Caller::Kind kind) {
  Caller c;
  c.kind = kind;
  c.account = "123456789012";
  c.arn = "arn:aws:sts::123456789012:assumed-role/deploy/s";
  c.principal_arn = "arn:aws:iam::123456789012:role/deploy";
  c.user_id = "AROADEPLOY:s";
  c.name = "deploy";
  return c;
}

Context keys_of(const Caller& caller, std::optional<region::Membership> membership = {},
                std::optional<region::Membership> of_resource = {}) {
  Context context;
  set_global_keys(context, {.caller = caller,
                            .principal_tags = {{"team", "red"}},
                            .now = {1'795'000'000'000},
                            .region = "ap-northeast-2",
                            .caller_membership = std::move(membership),
                            .resource_account = "222222222222",
                            .resource_membership = std::move(of_resource)});
  return context;
}

/// The key's only value, or "-" when it is absent.
std::string text(const Context& context, std::string_view key) {
  const auto* values = context.find(key);
  return values ? values->at(0) : "-";
}

TEST(GlobalKeys, WhoComesByAnEndpointHasAnAddressInTheVpcAndNoneOnTheInternet) {
  Caller caller = caller_of(Caller::Kind::kUser);
  caller.source_ip = "10.1.0.5";
  EXPECT_EQ(text(keys_of(caller), "aws:SourceIp"), "10.1.0.5");
  EXPECT_EQ(text(keys_of(caller), "aws:SourceVpce"), "-");
  caller.request_keys = region::keys_of({.id = "vpce-1", .vpc_id = "vpc-1"}, caller.source_ip);
  EXPECT_EQ(text(keys_of(caller), "aws:SourceIp"), "-");
  EXPECT_EQ(text(keys_of(caller), "aws:VpcSourceIp"), "10.1.0.5");
  EXPECT_EQ(text(keys_of(caller), "aws:SourceVpc"), "vpc-1");
  EXPECT_EQ(text(keys_of(caller), "aws:SourceVpce"), "vpce-1");
  caller.via_service = "codebuild.amazonaws.com";
  EXPECT_EQ(text(keys_of(caller), "aws:SourceVpce"), "-");
}

TEST(GlobalKeys, TellWhoCallsByTheKindOfPrincipal) {
  const Context role = keys_of(caller_of(Caller::Kind::kAssumedRole));
  EXPECT_EQ(text(role, "aws:PrincipalArn"), "arn:aws:iam::123456789012:role/deploy");
  EXPECT_EQ(text(role, "aws:PrincipalType"), "AssumedRole");
  EXPECT_EQ(text(role, "aws:PrincipalTag/team"), "red");
  EXPECT_EQ(text(role, "aws:userid"), "AROADEPLOY:s");
  EXPECT_EQ(text(role, "aws:username"), "-");
  EXPECT_EQ(text(role, "aws:PrincipalIsAWSService"), "false");
  EXPECT_EQ(text(keys_of(caller_of(Caller::Kind::kUser)), "aws:username"), "deploy");
  // A federated user is its own session, not the user who asked for it.
  EXPECT_EQ(text(keys_of(caller_of(Caller::Kind::kFederatedUser)), "aws:PrincipalArn"),
            "arn:aws:sts::123456789012:assumed-role/deploy/s");
  const Context nobody = keys_of(caller_of(Caller::Kind::kAnonymous));
  EXPECT_EQ(text(nobody, "aws:PrincipalType"), "Anonymous");
  EXPECT_EQ(text(nobody, "aws:PrincipalArn"), "-");
  EXPECT_EQ(text(nobody, "aws:PrincipalAccount"), "-");
}

TEST(GlobalKeys, TellForWhomAServiceCalls) {
  Caller service = caller_of(Caller::Kind::kService);
  service.name = "events.amazonaws.com";
  service.source_arn = "arn:aws:events:ap-northeast-2:123456789012:rule/r";
  const Context keys = keys_of(service, region::Membership{.organization_id = "o-1", .path = "o-1/r-1/"});
  EXPECT_EQ(text(keys, "aws:PrincipalIsAWSService"), "true");
  EXPECT_EQ(text(keys, "aws:PrincipalServiceName"), "events.amazonaws.com");
  EXPECT_EQ(*keys.find("aws:PrincipalServiceNamesList"),
            (std::vector<std::string>{"events.amazonaws.com", "events.ap-northeast-2.amazonaws.com"}));
  EXPECT_EQ(text(keys, "aws:SourceArn"), "arn:aws:events:ap-northeast-2:123456789012:rule/r");
  EXPECT_EQ(text(keys, "aws:SourceAccount"), "123456789012");
  EXPECT_EQ(text(keys, "aws:SourceOrgID"), "o-1");
  EXPECT_EQ(text(keys, "aws:PrincipalAccount"), "-");
  EXPECT_EQ(text(keys, "aws:PrincipalOrgID"), "-");
}

TEST(GlobalKeys, TellWhereAnInstanceGotItsKeys) {
  Caller caller = caller_of(Caller::Kind::kAssumedRole);
  caller.session_keys = {{"aws:Ec2InstanceSourceVpc", "vpc-1"}};
  EXPECT_EQ(text(keys_of(caller), "aws:Ec2InstanceSourceVpc"), "vpc-1");
}

TEST(GlobalKeys, TellTheOrganizationsOfBothSides) {
  const Context keys =
      keys_of(caller_of(Caller::Kind::kUser), region::Membership{.organization_id = "o-1", .path = "o-1/r-1/ou-1/"},
              region::Membership{.organization_id = "o-2", .path = "o-2/r-2/"});
  EXPECT_EQ(text(keys, "aws:PrincipalOrgID"), "o-1");
  EXPECT_EQ(text(keys, "aws:PrincipalOrgPaths"), "o-1/r-1/ou-1/");
  EXPECT_EQ(text(keys, "aws:ResourceAccount"), "222222222222");
  EXPECT_EQ(text(keys, "aws:ResourceOrgID"), "o-2");
  EXPECT_EQ(text(keys_of(caller_of(Caller::Kind::kUser)), "aws:PrincipalOrgID"), "-");
}

TEST(GlobalKeys, TellHowTheRequestCame) {
  Caller caller = caller_of(Caller::Kind::kUser);
  // A pipeline's own call passes a bucket that demands TLS.
  EXPECT_EQ(text(keys_of(caller), "aws:SecureTransport"), "true");
  caller.source_ip = "203.0.113.7";
  EXPECT_EQ(text(keys_of(caller), "aws:SecureTransport"), "false");
  caller.secure_transport = true;
  caller.referer = "https://example.com/";
  EXPECT_EQ(text(keys_of(caller), "aws:SourceIp"), "203.0.113.7");
  EXPECT_EQ(text(keys_of(caller), "aws:SecureTransport"), "true");
  EXPECT_EQ(text(keys_of(caller), "aws:Referer"), "https://example.com/");
  EXPECT_EQ(text(keys_of(caller), "aws:MultiFactorAuthPresent"), "-");
  caller.token_issued_at = Timestamp{1'794'999'000'000};
  EXPECT_EQ(text(keys_of(caller), "aws:MultiFactorAuthPresent"), "false");
  caller.request_keys = {{"s3:authType", "REST-HEADER"}};
  EXPECT_EQ(text(keys_of(caller), "s3:authType"), "REST-HEADER");
  // What a service asks on the caller's behalf comes from the service.
  caller.via_service = "cloudformation.amazonaws.com";
  EXPECT_EQ(text(keys_of(caller), "aws:SourceIp"), "-");
  EXPECT_EQ(text(keys_of(caller), "aws:ViaAWSService"), "true");
  EXPECT_EQ(text(keys_of(caller), "aws:CalledViaLast"), "cloudformation.amazonaws.com");
  EXPECT_EQ(text(keys_of(caller), "s3:authType"), "-");
}

TEST(GlobalKeys, AServiceWithARoleOfItsOwnCallsAsThatRoleAndNotViaAService) {
  Caller pipeline = caller_of(Caller::Kind::kAssumedRole);
  pipeline.held_by = "codepipeline.amazonaws.com";
  EXPECT_EQ(text(keys_of(pipeline), "aws:ViaAWSService"), "false");
  EXPECT_EQ(text(keys_of(pipeline), "aws:CalledVia"), "-");
}

TEST(Denial, TellsWhatWasAskedWithWhichKeysAndWhichStatementDenied) {
  const Caller caller = caller_of(Caller::Kind::kUser);
  region::policy::Question question{
      .action = "ec2:RunInstances", .resource = "arn:aws:ec2:::instance/*", .caller = &caller};
  question.context.set("ec2:InstanceType", "t3.micro");
  question.identity = {{"p", "user",
                        std::make_shared<const region::policy::Document>(region::policy::parse_document(
                            R"({"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"},
               {"Sid":"Small","Effect":"Deny","Action":"ec2:RunInstances","Resource":"*",
                "Condition":{"StringNotEqualsIfExists":{"ec2:InstanceType":"t3.nano"}}}]})",
                            region::policy::DocumentKind::kIdentity))}};

  const Json told = explain_denial(question, evaluate(question));

  EXPECT_FALSE(told.flag("allowed"));
  EXPECT_TRUE(told.flag("explicitDeny"));
  const auto& matched = told["matchedStatements"]["items"].items();
  ASSERT_EQ(matched.size(), 1u);
  EXPECT_EQ(matched[0].text("statementId"), "Small");
  EXPECT_EQ(matched[0].text("effect"), "DENY");
  EXPECT_EQ(matched[0]["principals"]["items"].items()[0].text("value"), "AROADEPLOY:s");
  const Json& condition = matched[0]["conditions"]["items"].items()[0];
  EXPECT_EQ(condition.text("operator"), "StringNotEqualsIfExists");
  EXPECT_EQ(condition["values"]["items"].items()[0].text("value"), "t3.nano");
  EXPECT_EQ(told["context"].text("action"), "ec2:RunInstances");
  EXPECT_EQ(told["context"]["principal"].text("name"), "deploy");
  const Json& key = told["context"]["conditions"]["items"].items()[0];
  EXPECT_EQ(key.text("key"), "ec2:InstanceType");
  EXPECT_EQ(key["values"]["items"].items()[0].text("value"), "t3.micro");

  question.identity.clear();
  EXPECT_TRUE(explain_denial(question, evaluate(question))["matchedStatements"]["items"].empty());
}

}  // namespace
}  // namespace hanbat::iam
