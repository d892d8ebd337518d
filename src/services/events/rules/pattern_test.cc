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

TEST(Pattern, ANameWithADotIsAPath) {
  for (const char* pattern : {R"({"detail":{"state.status":["X"]}})", R"({"detail":{"state":{"status":["X"]}}})"})
    for (const char* event : {R"({"detail":{"state.status":"X"}})", R"({"detail":{"state":{"status":"X"}}})"})
      EXPECT_TRUE(matches(pattern, event)) << pattern << " on " << event;
}

TEST(Pattern, LeavesOfDifferentArraysNeedNotLieAtOneIndex) {
  constexpr std::string_view kPattern = R"({"detail":{"x":{"a":["1"]},"y":{"b":["2"]}}})";
  EXPECT_TRUE(matches(kPattern, R"({"detail":{"x":[{"a":"1"},{"a":"0"}],"y":[{"b":"0"},{"b":"2"}]}})"));
}

TEST(Pattern, LeavesBelowNestedArraysLieInOneElementOfEach) {
  constexpr std::string_view kPattern = R"({"d":{"rows":{"name":["n"],"cells":{"a":["1"],"b":["2"]}}}})";
  EXPECT_TRUE(matches(kPattern, R"({"d":{"rows":[{"name":"x"},{"name":"n","cells":[{"a":"0"},{"a":"1","b":"2"}]}]}})"));
  EXPECT_FALSE(matches(kPattern, R"({"d":{"rows":[{"name":"n"},{"name":"x","cells":[{"a":"1","b":"2"}]}]}})"));
}

TEST(Pattern, AnEventMadeToBeSlowIsDecidedAllTheSame) {
  // Two choices for each of thirty leaves, and two leaves at the end that fit together nowhere.
  std::string pattern = R"("z":{"x":["1"],"y":["1"]})";
  std::string event = R"("z":[{"x":"1"},{"x":"1"},{"x":"1"},{"y":"1"},{"y":"1"},{"y":"1"}])";
  for (int i = 0; i < 30; ++i) {
    const std::string name = "\"f" + std::to_string(i) + "\":";
    pattern += "," + name + R"({"a":["1"]})";
    event += "," + name + R"([{"a":"1"},{"a":"1"}])";
  }
  EXPECT_FALSE(matches("{" + pattern + "}", "{" + event + "}"));
}

TEST(Pattern, RefusesWhatAwsRefuses) {
  EXPECT_EQ(reason("{}"), "Empty objects are not allowed");
  EXPECT_EQ(reason(R"({"n":[{"numeric":["<",5,">",9]}]})"), "Too many elements in numeric expression");
  EXPECT_EQ(reason(R"({"n":[{"numeric":[">",9,"<",5]}]})"), "Bottom must be less than top");
  EXPECT_EQ(reason(R"({"n":[{"numeric":[">","9"]}]})"), "Value of > must be numeric");
  EXPECT_EQ(reason(R"({"n":[{"numeric":["=",1,"<"]}]})"), "Too many elements in numeric expression");
  EXPECT_EQ(reason(R"({"n":[{"numeric":[">",5000000001]}]})"),
            "Value must be between -5000000000 and 5000000000, inclusive");
  EXPECT_EQ(reason(R"({"n":[{"numeric":5}]})"), "Value of numeric must be an array.");
  EXPECT_EQ(reason(R"({"n":[{"NUMERIC":["=",5]}]})"), "Unrecognized match type NUMERIC");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":null}]})"),
            "Value of anything-but must be an array or single string/number value.");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":[]}]})"),
            "Inside anything but list, either all values are number or string, mixed type is not supported");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":[true]}]})"),
            "Inside anything but list, start|null|boolean is not supported.");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":{"prefix":""}}]})"), "Null prefix/suffix not allowed");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":{"suffix":[".a",""]}}]})"), "Null prefix/suffix not allowed");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":{"prefix":{"equals-ignore-case":"a"}}}]})"),
            "prefix/suffix match pattern must be a string");
  EXPECT_EQ(reason(R"({"n":[{"anything-but":{"numeric":["=",1]}}]})"), "Unsupported anything-but pattern: numeric");
  EXPECT_EQ(reason(R"({"n":[{"cidr":"10.0.0.0/x"}]})"), "Malformed CIDR, mask bits must be an integer");
  EXPECT_EQ(reason(R"({"n":[{"cidr":"10.0.0/8"}]})"), "Nonstandard IP address: 10.0.0");
  EXPECT_EQ(reason(R"({"n":[{"cidr":"10.0.0.0/32"}]})"), "IPv4 mask bits must be < 32");
  EXPECT_EQ(reason(R"({"$or":[{"prefix":["a"]},{"b":["c"]}]})"),
            "prefix is Ruler reserved fieldName which cannot be used inside $or.");

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
