// The condition operators, quantifiers and variables, each against one request.
#include "region/policy/conditions.h"

#include <gtest/gtest.h>

namespace hanbat::region::policy {
namespace {

/// The request that all cases are asked about.
Context request() {
  Context c;
  c.set("aws:username", "kim");
  c.set("aws:SourceIp", "203.0.113.7");
  c.set("aws:CurrentTime", "2026-11-23T20:00:00Z");
  c.set("aws:SecureTransport", "true");
  c.set("aws:PrincipalArn", "arn:aws:iam::123456789012:role/path/deploy");
  c.set("aws:TagKeys", std::vector<std::string>{"env", "team"});
  c.set("s3:max-keys", "10");
  c.set("s3:prefix", "home/kim/x");
  c.set("aws:PrincipalTag/team", "red*");
  c.set("empty:list", std::vector<std::string>{});
  return c;
}

struct Case {
  const char* op;
  const char* key;
  std::vector<std::string> values;
  bool holds;
};

class Operators : public ::testing::TestWithParam<Case> {};

TEST_P(Operators, DecideAsDocumented) {
  const Case& c = GetParam();
  std::string values;
  for (const std::string& value : c.values) values += (values.empty() ? "\"" : ",\"") + value + "\"";
  const Document document = parse_document(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{")" +
          std::string(c.op) + R"(":{")" + c.key + R"(":[)" + values + "]}}}}",
      DocumentKind::kIdentity);
  std::set<std::string> missing;
  EXPECT_EQ(conditions_hold(document.statements[0].conditions, request(), Variables::kReplaced, missing), c.holds)
      << c.op << " " << c.key << " " << values;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Operators,
    ::testing::Values(
        Case{"StringEquals", "aws:username", {"lee", "kim"}, true}, Case{"StringEquals", "AWS:UserName", {"kim"}, true},
        Case{"StringEquals", "aws:username", {"Kim"}, false}, Case{"StringEquals", "aws:absent", {"x"}, false},
        Case{"StringEqualsIfExists", "aws:absent", {"x"}, true},
        Case{"StringEqualsIfExists", "aws:username", {"x"}, false},
        Case{"StringNotEquals", "aws:username", {"lee", "kim"}, false},
        Case{"StringNotEquals", "aws:username", {"lee"}, true}, Case{"StringNotEquals", "aws:absent", {"x"}, true},
        Case{"StringNotEqualsIfExists", "aws:absent", {"x"}, true},
        Case{"StringEqualsIgnoreCase", "aws:username", {"KIM"}, true},
        Case{"StringNotEqualsIgnoreCase", "aws:username", {"KIM"}, false},
        Case{"StringLike", "aws:username", {"k?m"}, true},
        Case{"StringLike", "s3:prefix", {"home/${aws:username}/*"}, true},
        Case{"StringLike", "s3:prefix", {"home/${aws:absent}/*"}, false},
        Case{"StringLike", "s3:prefix", {"home/${aws:absent, 'kim'}/*"}, true},
        Case{"StringNotLike", "aws:username", {"k*"}, false}, Case{"StringEquals", "aws:username", {"k*"}, false},
        Case{"StringLike", "aws:PrincipalTag/team", {"red${*}"}, true},
        Case{"StringLike", "aws:username", {"k${*}"}, false}, Case{"NumericEquals", "s3:max-keys", {"10.0"}, true},
        Case{"NumericNotEquals", "s3:max-keys", {"10"}, false}, Case{"NumericLessThan", "s3:max-keys", {"10"}, false},
        Case{"NumericLessThanEquals", "s3:max-keys", {"10"}, true},
        Case{"NumericGreaterThan", "s3:max-keys", {"9"}, true},
        Case{"NumericGreaterThanEquals", "s3:max-keys", {"11"}, false},
        Case{"NumericEquals", "aws:username", {"1"}, false},
        Case{"DateGreaterThan", "aws:CurrentTime", {"2026-01-01T00:00:00Z"}, true},
        Case{"DateLessThan", "aws:CurrentTime", {"2026-01-01T00:00:00Z"}, false},
        Case{"DateEquals", "aws:CurrentTime", {"2026-11-23T20:00:00Z"}, true},
        Case{"DateGreaterThan", "aws:CurrentTime", {"1600000000"}, true},
        Case{"Bool", "aws:SecureTransport", {"True"}, true}, Case{"Bool", "aws:SecureTransport", {"false"}, false},
        Case{"Bool", "aws:absent", {"false"}, false}, Case{"BoolIfExists", "aws:absent", {"false"}, true},
        Case{"IpAddress", "aws:SourceIp", {"203.0.113.0/24"}, true},
        Case{"IpAddress", "aws:SourceIp", {"203.0.113.7"}, true},
        Case{"IpAddress", "aws:SourceIp", {"203.0.113.0/29"}, true},
        Case{"IpAddress", "aws:SourceIp", {"203.0.113.8/29"}, false},
        Case{"IpAddress", "aws:SourceIp", {"2001:db8::/32"}, false},
        Case{"NotIpAddress", "aws:SourceIp", {"10.0.0.0/8"}, true},
        Case{"ArnLike", "aws:PrincipalArn", {"arn:aws:iam::*:role/path/*"}, true},
        Case{"ArnLike", "aws:PrincipalArn", {"arn:aws:iam::*"}, true},
        Case{"ArnEquals", "aws:PrincipalArn", {"arn:aws:iam::123456789012:role/*"}, true},
        Case{"ArnLike", "aws:PrincipalArn", {"arn:aws:s3:*:*:*"}, false},
        Case{"ArnNotLike", "aws:PrincipalArn", {"arn:aws:iam::1*2:role/path/deploy"}, false},
        Case{"Null", "aws:absent", {"true"}, true}, Case{"Null", "aws:username", {"true"}, false},
        Case{"Null", "aws:username", {"false"}, true},
        Case{"ForAllValues:StringEquals", "aws:TagKeys", {"env", "team", "x"}, true},
        Case{"ForAllValues:StringEquals", "aws:TagKeys", {"env"}, false},
        Case{"ForAllValues:StringEquals", "aws:absent", {"env"}, true},
        Case{"ForAllValues:StringEquals", "empty:list", {"env"}, true},
        Case{"ForAnyValue:StringEquals", "aws:TagKeys", {"env"}, true},
        Case{"ForAnyValue:StringEquals", "aws:TagKeys", {"x"}, false},
        Case{"ForAnyValue:StringEquals", "aws:absent", {"x"}, false},
        Case{"ForAnyValue:StringNotEquals", "aws:TagKeys", {"env"}, true},
        Case{"ForAllValues:StringNotEquals", "aws:TagKeys", {"env"}, false},
        Case{"ForAllValues:StringNotEquals", "aws:TagKeys", {"x"}, true},
        Case{"ForAnyValue:StringLike", "aws:TagKeys", {"te*"}, true}));

TEST(Conditions, AllMustHoldAndAbsentKeysAreNamed) {
  const Document document = parse_document(
      R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:a":"1","aws:username":"kim"}}}})",
      DocumentKind::kIdentity);
  std::set<std::string> missing;
  EXPECT_FALSE(conditions_hold(document.statements[0].conditions, request(), Variables::kReplaced, missing));
  EXPECT_EQ(missing, std::set<std::string>{"aws:a"});
}

TEST(Patterns, KeepVariablesLiteralInOldDocuments) {
  EXPECT_TRUE(pattern_matches("a/${aws:username}", "a/${aws:username}", request(), Variables::kLiteral));
  EXPECT_FALSE(pattern_matches("a/${aws:username}", "a/kim", request(), Variables::kLiteral));
}

TEST(Patterns, DoNotLetAVariablesValueBeAWildcard) {
  EXPECT_FALSE(pattern_matches("${aws:PrincipalTag/team}", "redder", request(), Variables::kReplaced));
  EXPECT_TRUE(pattern_matches("${aws:PrincipalTag/team}", "red*", request(), Variables::kReplaced));
}

}  // namespace
}  // namespace hanbat::region::policy
