// What is refused as a policy document, and in which words.
#include "region/policy/document.h"

#include <gtest/gtest.h>

namespace hanbat::region::policy {
namespace {

/// What the document is refused with, or "".
std::string refusal(std::string_view text, DocumentKind kind = DocumentKind::kIdentity) {
  try {
    parse_document(text, kind);
  } catch (const DocumentError& error) {
    return error.what();
  }
  return "";
}

std::string identity(const std::string& statement) {
  return R"({"Version":"2012-10-17","Statement":[)" + statement + "]}";
}

struct Refusal {
  const char* name;
  std::string text;
  DocumentKind kind;
  const char* message;
};

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SpeakAsAwsDoes) { EXPECT_EQ(refusal(GetParam().text, GetParam().kind), GetParam().message); }

constexpr auto kIdentity = DocumentKind::kIdentity;
constexpr auto kTrust = DocumentKind::kTrust;
constexpr auto kResource = DocumentKind::kResource;

INSTANTIATE_TEST_SUITE_P(
    Documents, Refusals,
    ::testing::Values(
        Refusal{"good", identity(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})"), kIdentity, ""},
        Refusal{"one_statement", R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})", kIdentity, ""},
        Refusal{"no_json", "nonsense", kIdentity, "This policy contains invalid Json"},
        Refusal{"version", R"({"Version":"2020-01-01","Statement":[]})", kIdentity,
                "The policy must contain a valid version string."},
        Refusal{"no_statement", R"({"Version":"2012-10-17"})", kIdentity, "Syntax errors in policy."},
        Refusal{"unknown_element", identity(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Extra":1})"),
                kIdentity, "Syntax errors in policy."},
        Refusal{"no_effect", identity(R"({"Action":"s3:*","Resource":"*"})"), kIdentity,
                "Missing required field Effect"},
        Refusal{"effect", identity(R"({"Effect":"allow","Action":"s3:*","Resource":"*"})"), kIdentity,
                "Invalid effect: allow"},
        Refusal{"no_action", identity(R"({"Effect":"Allow","Resource":"*"})"), kIdentity,
                "Policy statement must contain actions."},
        Refusal{"no_resource", identity(R"({"Effect":"Allow","Action":"s3:*"})"), kIdentity,
                "Policy statement must contain resources."},
        Refusal{"both_actions", identity(R"({"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"})"),
                kIdentity, "Syntax errors in policy."},
        Refusal{"vendor", identity(R"({"Effect":"Allow","Action":"GetObject","Resource":"*"})"), kIdentity,
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
        Refusal{"resource", identity(R"({"Effect":"Allow","Action":"s3:*","Resource":"bucket"})"), kIdentity,
                "Resource bucket must be in ARN format or \"*\"."},
        Refusal{"partition", identity(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:azure:s3:::b"})"), kIdentity,
                "Partition \"azure\" is not valid for resource \"arn:azure:s3:::b\"."},
        Refusal{"principal", identity(R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"})"),
                kIdentity, "Policy document should not specify a principal."},
        Refusal{"sid", identity(R"({"Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*"})"), kIdentity,
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                "[0-9A-Za-z]*"},
        Refusal{
            "same_sid",
            identity(
                R"({"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"})"),
            kIdentity, "Statement IDs (SID) in a single policy must be unique."},
        Refusal{"condition",
                identity(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Equals":{"aws:x":"1"}}})"),
                kIdentity, "Invalid Condition type : Equals."},
        Refusal{"trust", identity(R"({"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"})"),
                kTrust, ""},
        Refusal{"trust_not_principal",
                identity(R"({"Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"})"),
                kTrust, "Has prohibited field NotPrincipal"},
        Refusal{"allow_not_principal",
                identity(R"({"Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:*","Resource":"*"})"),
                kResource, "Allow with NotPrincipal is not allowed."},
        Refusal{"trust_no_principal", identity(R"({"Effect":"Allow","Action":"sts:AssumeRole"})"), kTrust,
                "Missing required field Principal"},
        Refusal{"trust_action", identity(R"({"Effect":"Allow","Principal":"*","Action":"*"})"), kTrust,
                "AssumeRole policy may only specify STS AssumeRole actions."},
        Refusal{"trust_service",
                identity(R"({"Effect":"Allow","Principal":{"Service":"ec2"},"Action":"sts:AssumeRole"})"), kTrust,
                "Invalid principal in policy: \"SERVICE\":\"ec2\""},
        Refusal{"resource_policy",
                identity(R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"})"),
                kResource, ""},
        Refusal{"resource_no_resource", identity(R"({"Effect":"Allow","Principal":"*","Action":"s3:*"})"), kResource,
                "Policy statement must contain resources."},
        Refusal{"implied_resource", identity(R"({"Effect":"Allow","Principal":"*","Action":"ecr:*"})"),
                DocumentKind::kResourceImplied, ""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Document, KnowsWhereItsStatementsStand) {
  const Document document = parse_document(
      "{\n \"Statement\": [\n  {\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},\n"
      "  {\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\n   \"Condition\":{\"Bool\":{\"aws:x\":true}}}]}",
      kIdentity);
  ASSERT_EQ(document.statements.size(), 2u);
  // Behind the bracket, and behind the comma.
  EXPECT_EQ(document.statements[0].start.line, 2);
  EXPECT_EQ(document.statements[0].start.column, 16);
  EXPECT_EQ(document.statements[1].start.line, 3);
  EXPECT_EQ(document.statements[1].start.column, 53);
  EXPECT_EQ(document.statements[1].end.line, 5);
  EXPECT_EQ(document.statements[1].conditions[0].values, std::vector<std::string>{"true"});
}

}  // namespace
}  // namespace hanbat::region::policy
