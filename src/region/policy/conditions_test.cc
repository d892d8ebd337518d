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
  c.set("empty:text", "");
  c.set("aws:userid", "AIDA*?");
  c.set("x:big", "9007199254740993");
  c.set("x:bytes", "aGVsbG8=");
  c.set("x:address", "2001:db8::7");
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

// Every operator once with a key that is there, once with one that is not, and once with IfExists.
INSTANTIATE_TEST_SUITE_P(
    AbsentKeys, Operators,
    ::testing::Values(
        Case{"StringEqualsIgnoreCase", "aws:absent", {"x"}, false},
        Case{"StringNotEqualsIgnoreCase", "aws:absent", {"x"}, true}, Case{"StringLike", "aws:absent", {"*"}, false},
        Case{"StringLikeIfExists", "aws:absent", {"x"}, true}, Case{"StringNotLike", "aws:absent", {"*"}, true},
        Case{"NumericEquals", "aws:absent", {"1"}, false}, Case{"NumericNotEquals", "aws:absent", {"1"}, true},
        Case{"NumericLessThanIfExists", "aws:absent", {"1"}, true},
        Case{"NumericGreaterThan", "aws:absent", {"1"}, false},
        Case{"DateLessThan", "aws:absent", {"2026-01-01T00:00:00Z"}, false},
        Case{"DateNotEquals", "aws:absent", {"2026-01-01T00:00:00Z"}, true},
        Case{"DateGreaterThanEqualsIfExists", "aws:absent", {"2026-01-01T00:00:00Z"}, true},
        Case{"BinaryEquals", "aws:absent", {"aGVsbG8="}, false}, Case{"IpAddress", "aws:absent", {"0.0.0.0/0"}, false},
        Case{"NotIpAddress", "aws:absent", {"0.0.0.0/0"}, true},
        Case{"IpAddressIfExists", "aws:absent", {"10.0.0.0/8"}, true}, Case{"ArnEquals", "aws:absent", {"*"}, false},
        Case{"ArnNotEquals", "aws:absent", {"*"}, true}, Case{"ArnLikeIfExists", "aws:absent", {"arn:aws:x:::y"}, true},
        Case{"Null", "aws:absent", {"false"}, false},
        // A quantifier asks of what is there: all of nothing pass, any of nothing does not.
        Case{"ForAllValues:StringNotEquals", "aws:absent", {"x"}, true},
        Case{"ForAllValues:StringEquals", "empty:text", {"env"}, true},
        Case{"ForAnyValue:StringEquals", "empty:list", {"env"}, false},
        Case{"ForAnyValue:StringNotEquals", "aws:absent", {"x"}, false},
        Case{"ForAnyValue:StringEqualsIfExists", "aws:absent", {"x"}, true},
        Case{"ForAnyValue:StringNotEquals", "empty:list", {"env"}, false},
        // Null is what AWS says to pair with ForAllValues, so it sees the same nothing.
        Case{"Null", "empty:list", {"true"}, true}, Case{"Null", "empty:text", {"false"}, false},
        Case{"StringEquals", "empty:text", {"", "home/"}, true}, Case{"StringEquals", "empty:list", {""}, false}));

INSTANTIATE_TEST_SUITE_P(
    Values, Operators,
    ::testing::Values(
        // Negated operators deny every value of the policy, and hold only when no value of the request is among them.
        Case{"StringNotEquals", "aws:TagKeys", {"env"}, false},
        Case{"StringNotEquals", "aws:TagKeys", {"x", "y"}, true},
        Case{"ForAllValues:StringNotLike", "aws:TagKeys", {"te*"}, false},
        Case{"ForAnyValue:StringNotLike", "aws:TagKeys", {"te*"}, true},
        // Numbers are integers or decimals, compared as such.
        Case{"NumericEquals", "x:big", {"9007199254740992"}, false},
        Case{"NumericEquals", "x:big", {"9007199254740993"}, true},
        Case{"NumericEquals", "s3:max-keys", {"0xA"}, false}, Case{"NumericLessThan", "s3:max-keys", {"inf"}, false},
        Case{"NumericLessThan", "s3:max-keys", {"10.5"}, true}, Case{"NumericEquals", "s3:max-keys", {"1e1"}, true},
        Case{"NumericEquals", "s3:max-keys", {""}, false}, Case{"NumericNotEquals", "aws:username", {"1"}, true},
        // Dates come with and without a time, with an offset, and as seconds since 1970.
        Case{"DateLessThan", "aws:CurrentTime", {"2026-11-24"}, true},
        Case{"DateGreaterThan", "aws:CurrentTime", {"2026-11"}, true},
        Case{"DateEquals", "aws:CurrentTime", {"2026-11-24T05:00:00+09:00"}, true},
        Case{"DateLessThanEquals", "aws:CurrentTime", {"2026-11-23T20:00:00Z"}, true},
        Case{"DateGreaterThanEquals", "aws:CurrentTime", {"2026-11-23T20:00:00.001Z"}, false},
        Case{"DateNotEquals", "aws:CurrentTime", {"1795464000"}, false},
        Case{"DateLessThan", "aws:CurrentTime", {"tomorrow"}, false},
        // Binary values are compared by what they encode.
        Case{"BinaryEquals", "x:bytes", {"aGVsbG8="}, true}, Case{"BinaryEquals", "x:bytes", {"aGVsbG8h"}, false},
        Case{"BinaryEquals", "x:bytes", {"hello"}, false}, Case{"IpAddress", "x:address", {"2001:db8::/32"}, true},
        Case{"IpAddress", "x:address", {"2001:db8::8/125"}, false},
        Case{"IpAddress", "x:address", {"2001:DB8:0:0::7"}, true},
        Case{"NotIpAddress", "x:address", {"10.0.0.0/8"}, true}, Case{"IpAddress", "aws:SourceIp", {"0.0.0.0/0"}, true},
        Case{"IpAddress", "aws:SourceIp", {"203.0.113.7/33"}, false},
        // ARNs match part by part.
        Case{"ArnLike", "aws:PrincipalArn", {"arn:aws:iam:*:role/path/deploy"}, false},
        Case{"ArnLike", "aws:PrincipalArn", {"arn:*:iam::????????????:role/*/deploy"}, true},
        Case{"ArnLike", "aws:PrincipalArn", {"*"}, true}, Case{"ArnLike", "aws:username", {"arn:aws:iam::*:*"}, false},
        Case{"ArnNotEquals", "aws:PrincipalArn", {"arn:aws:iam::*:role/other"}, true},
        Case{"ArnNotLike", "aws:PrincipalArn", {"arn:aws:iam::*:user/*"}, true},
        Case{"Bool", "aws:SecureTransport", {"false", "true"}, true}));

INSTANTIATE_TEST_SUITE_P(
    PolicyVariables, Operators,
    ::testing::Values(
        Case{"StringEquals", "s3:prefix", {"home/${aws:username}/x"}, true},
        Case{"StringEquals", "aws:username", {"${aws:absent, 'kim'}"}, true},
        Case{"StringEquals", "aws:username", {"${aws:username, 'lee'}"}, true},
        Case{"StringLike", "aws:userid", {"AIDA${*}${?}"}, true}, Case{"StringLike", "aws:username", {"k${?}m"}, false},
        Case{"StringEquals", "aws:userid", {"AIDA*?"}, true},
        Case{"StringLike", "s3:prefix", {"${$}{aws:username}"}, false},
        // A key of several values stands for no text, and a number takes no variable.
        Case{"StringEquals", "aws:username", {"${aws:TagKeys}"}, false},
        Case{"StringEquals", "aws:username", {"${aws:TagKeys, 'kim'}"}, true},
        Case{"NumericEquals", "s3:max-keys", {"${s3:max-keys}"}, false},
        Case{"ArnEquals", "aws:PrincipalArn", {"arn:aws:iam::123456789012:role/path/${aws:absent, 'deploy'}"}, true}));

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
