// Which events a pattern matches, as a table of cases.
#include "services/events/rules/pattern.h"

#include <gtest/gtest.h>

namespace hanbat::events {
namespace {

bool matches(std::string_view pattern, std::string_view event) {
  return Pattern::parse(pattern).matches(Json::parse(event));
}

std::string reason(std::string_view pattern) {
  try {
    Pattern::parse(pattern);
  } catch (const PatternError& error) {
    return error.what();
  }
  return "";
}

constexpr std::string_view kPush = R"({"source":"aws.codecommit","detail-type":"CodeCommit Repository State Change",
  "resources":["arn:aws:codecommit:ap-northeast-2:123456789012:wsi-api-repo"],
  "detail":{"event":"referenceUpdated","referenceType":"branch","referenceName":"main","size":300,"ip":"10.1.2.3"}})";

TEST(Pattern, TakesThePushToItsBranchAndNoOther) {
  EXPECT_TRUE(matches(R"({"source":["aws.codecommit"],"detail":{"event":["referenceCreated","referenceUpdated"],
    "referenceName":["main"]},"resources":["arn:aws:codecommit:ap-northeast-2:123456789012:wsi-api-repo"]})",
                      kPush));
  EXPECT_FALSE(matches(R"({"source":["aws.codecommit"],"detail":{"referenceName":["release"]}})", kPush));
  EXPECT_FALSE(matches(R"({"source":["aws.codecommit"],"detail":{"absent":["x"]}})", kPush));
}

TEST(Pattern, OperatorsHoldAsDocumented) {
  struct Case {
    std::string_view condition;
    std::string_view value;
    bool want;
  };
  const Case cases[] = {
      {R"({"prefix":"ab"})", R"("abc")", true},
      {R"({"prefix":"ab"})", R"("xabc")", false},
      {R"({"prefix":{"equals-ignore-case":"AB"}})", R"("abc")", true},
      {R"({"suffix":".png"})", R"("a.png")", true},
      {R"({"suffix":{"equals-ignore-case":".PNG"}})", R"("a.png")", true},
      {R"({"equals-ignore-case":"Alice"})", R"("aLICE")", true},
      {R"({"wildcard":"dir/*/x.png"})", R"("dir/a/b/x.png")", true},
      {R"({"wildcard":"a\\*b"})", R"("a*b")", true},
      {R"({"wildcard":"a\\*b"})", R"("axb")", false},
      {R"({"anything-but":"x"})", R"("y")", true},
      {R"({"anything-but":["x","y"]})", R"("y")", false},
      {R"({"anything-but":[1,2]})", "3", true},
      {R"({"anything-but":{"prefix":"init"}})", R"("initializing")", false},
      {R"({"anything-but":{"suffix":[".a",".b"]}})", R"("x.c")", true},
      {R"({"anything-but":{"equals-ignore-case":["X"]}})", R"("x")", false},
      {R"({"anything-but":{"wildcard":"*/tmp/*"}})", R"("a/tmp/b")", false},
      {R"({"numeric":[">",0,"<=",5]})", "5", true},
      {R"({"numeric":[">",0,"<=",5]})", "0", false},
      {R"({"numeric":["=",3.0]})", "3", true},
      {R"({"numeric":["=",3]})", R"("3")", false},
      {R"({"cidr":"10.0.0.0/24"})", R"("10.0.0.255")", true},
      {R"({"cidr":"10.0.0.0/24"})", R"("10.0.1.0")", false},
      {R"({"cidr":"2001:db8::/32"})", R"("2001:db8:1::1")", true},
      {R"({"exists":true})", R"("x")", true},
      {R"({"exists":false})", R"("x")", false},
      {"null", "null", true},
      {"true", "true", true},
      {"300", "300.0", true},
      {R"("a")", R"(["b","a"])", true},
      {R"("")", R"("")", true},
  };
  for (const Case& c : cases)
    EXPECT_EQ(matches(R"({"detail":{"v":[)" + std::string(c.condition) + "]}}",
                      R"({"detail":{"v":)" + std::string(c.value) + "}}"),
              c.want)
        << c.condition << " on " << c.value;
}

TEST(Pattern, ExistsFalseWantsTheLeafAbsent) {
  EXPECT_TRUE(matches(R"({"detail":{"v":[{"exists":false}]}})", R"({"detail":{"w":1}})"));
  EXPECT_TRUE(matches(R"({"detail":{"v":["a",{"exists":false}]}})", R"({"detail":{"v":"a"}})"));
  EXPECT_FALSE(matches(R"({"detail":{"v":[{"exists":true}]}})", R"({"detail":{"v":{"inner":1}}})"));
}

TEST(Pattern, OrTakesOneOfItsAlternativesBesideTheOtherFields) {
  constexpr std::string_view kPattern = R"({"source":["s"],"$or":[{"detail":{"a":["1"]}},{"detail":{"b":["2"]}}]})";
  EXPECT_TRUE(matches(kPattern, R"({"source":"s","detail":{"b":"2"}})"));
  EXPECT_FALSE(matches(kPattern, R"({"source":"s","detail":{"b":"3"}})"));
  EXPECT_FALSE(matches(kPattern, R"({"source":"t","detail":{"a":"1"}})"));
}

TEST(Pattern, FieldsBelowAnArrayOfObjectsAreSoughtInOneElement) {
  constexpr std::string_view kPattern = R"({"detail":{"items":{"a":["1"],"b":["2"]}}})";
  EXPECT_TRUE(matches(kPattern, R"({"detail":{"items":[{"a":"0"},{"a":"1","b":"2"}]}})"));
  EXPECT_FALSE(matches(kPattern, R"({"detail":{"items":[{"a":"1","b":"0"},{"a":"0","b":"2"}]}})"));
}

TEST(Pattern, RefusesWhatAwsRefuses) {
  EXPECT_EQ(reason("[]"), "Filter is not an object");
  EXPECT_EQ(reason(R"({"source":"x"})"), "\"source\" must be an object or an array");
  EXPECT_EQ(reason(R"({"source":[]})"), "Empty arrays are not allowed");
  EXPECT_EQ(reason(R"({"source":[{"near":"x"}]})"), "Unrecognized match type near");
  EXPECT_EQ(reason(R"({"source":[{"prefix":1}]})"), "prefix match pattern must be a string");
  EXPECT_NE(reason(R"({"source":[{"numeric":["!",1]}]})"), "");
  EXPECT_NE(reason(R"({"source":[{"cidr":"10.0.0.0"}]})"), "");
  EXPECT_NE(reason("{"), "");
}

}  // namespace
}  // namespace hanbat::events
