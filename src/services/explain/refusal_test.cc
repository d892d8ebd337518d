// AWS's messages of access denied, of each kind of policy.
#include "services/explain/refusal.h"

#include <gtest/gtest.h>

namespace hanbat::explain {
namespace {

constexpr const char* kRole = "arn:aws:sts::123456789012:assumed-role/web/i-1";

TEST(RefusalTest, AnImplicitDenyNamesWhoLacksWhatOnWhat) {
  const auto refusal = read_refusal("User: " + std::string(kRole) +
                                    " is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" "
                                    "because no identity-based policy allows the s3:GetObject action");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->principal, kRole);
  EXPECT_EQ(refusal->action, "s3:GetObject");
  EXPECT_EQ(refusal->resource, "arn:aws:s3:::b/k");
  EXPECT_EQ(refusal->policy, "identity-based");
  EXPECT_FALSE(refusal->is_explicit);
  const Finding finding = finding_of(*refusal, "x");
  EXPECT_EQ(finding.code, "DENIED_IMPLICITLY");
  EXPECT_EQ(
      finding.sentence.en,
      "the role web lacks s3:GetObject on arn:aws:s3:::b/k: nothing in its own (identity-based) policies allows it.");
  EXPECT_EQ(finding.statement, R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"})");
}

struct KindOfPolicy {
  const char* end;
  const char* policy;
  const char* code;
};

TEST(RefusalTest, EachKindOfPolicyIsToldFromTheOthers) {
  for (const KindOfPolicy& one :
       {KindOfPolicy{"because no permissions boundary allows the ec2:RunInstances action", "permissions boundary",
                     "DENIED_IMPLICITLY"},
        KindOfPolicy{"because no service control policy allows the ec2:RunInstances action", "service control",
                     "DENIED_IMPLICITLY"},
        KindOfPolicy{"because no session policy allows the ec2:RunInstances action", "session", "DENIED_IMPLICITLY"},
        KindOfPolicy{"because no resource-based policy allows the ec2:RunInstances action", "resource-based",
                     "DENIED_IMPLICITLY"},
        KindOfPolicy{"because no VPC endpoint policy allows the ec2:RunInstances action", "VPC endpoint",
                     "DENIED_IMPLICITLY"},
        KindOfPolicy{"with an explicit deny in a service control policy", "service control", "DENIED_EXPLICITLY"},
        KindOfPolicy{"with an explicit deny in an identity-based policy", "identity-based", "DENIED_EXPLICITLY"},
        KindOfPolicy{"with an explicit deny in a permissions boundary", "permissions boundary", "DENIED_EXPLICITLY"}}) {
    const auto refusal = read_refusal(
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/kim is not authorized "
        "to perform: ec2:RunInstances on resource: arn:aws:ec2:r:1:instance/* " +
        std::string(one.end) + ". Encoded authorization failure message: AAAA");
    ASSERT_TRUE(refusal) << one.end;
    EXPECT_EQ(refusal->policy, one.policy) << one.end;
    EXPECT_EQ(finding_of(*refusal, "x").code, one.code) << one.end;
    EXPECT_EQ(refusal->resource, "arn:aws:ec2:r:1:instance/*");
  }
}

TEST(RefusalTest, ARoleThatDoesNotTrustAsksForAStatementOfItsTrustPolicy) {
  const auto refusal =
      read_refusal("User: " + std::string(kRole) +
                   " is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/x");
  ASSERT_TRUE(refusal);
  const Finding finding = finding_of(*refusal, "x");
  EXPECT_EQ(finding.code, "ROLE_NOT_TRUSTING");
  EXPECT_EQ(finding.statement,
            R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/web"},"Action":"sts:AssumeRole"})");
}

TEST(RefusalTest, AMessageOfAnythingElseIsNone) {
  EXPECT_FALSE(read_refusal(""));
  EXPECT_FALSE(read_refusal("is not authorized to perform: "));
  EXPECT_FALSE(read_refusal("x is not authorized to perform: sts on resource"));
  EXPECT_FALSE(is_denial("ValidationException", "no"));
}

TEST(RefusalTest, WhatAServiceSaysOfItselfIsPassedOverForWhatStandsBehindIt) {
  EXPECT_FALSE(read_refusal("CodeBuild is not authorized to perform: sts:AssumeRole on service role."));
  const auto refusal = read_refusal(
      "CodeBuild is not authorized to perform: sts:AssumeRole on service role. User: "
      "arn:aws:iam::123456789012:user/kim is not authorized to perform: iam:PassRole on resource: "
      "arn:aws:iam::123456789012:role/x because no identity-based policy allows the iam:PassRole action");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->action, "iam:PassRole");
}

TEST(RefusalTest, TheSealedPartIsLeftOut) {
  EXPECT_EQ(without_encoded_message("a. Encoded authorization failure message: XYZ"), "a.");
}

}  // namespace
}  // namespace hanbat::explain
