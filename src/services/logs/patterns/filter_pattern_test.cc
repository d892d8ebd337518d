// Which events a filter pattern matches, kind by kind; after AWS's page on their syntax.
#include "services/logs/patterns/filter_pattern.h"

#include <gtest/gtest.h>

#include "wire/testing.h"

namespace hanbat::logs {
namespace {

std::string refusal(const std::string& pattern) {
  return wire::code_of([&] { FilterPattern{pattern}; });
}

const std::string kEvent =
    R"({"name":"UpdateTrail","status":404,"ratio":0.5,"ok":true,"bad":false,"none":null,"text":"200",)"
    R"("a key":{"x":1},"users":[{"id":7,"name":"kim"},{"id":9,"name":"lee"}]})";

bool json(const std::string& pattern) { return FilterPattern("{ " + pattern + " }").matches(kEvent); }

TEST(JsonPattern, TextsAreComparedWithWildcards) {
  EXPECT_TRUE(json(R"($.name = "UpdateTrail")"));
  EXPECT_TRUE(json("$.name = UpdateTrail"));
  EXPECT_TRUE(json("$.name = Update*"));
  EXPECT_TRUE(json(R"($.name = "*Trail")"));
  EXPECT_FALSE(json("$.name = Trail"));
  EXPECT_FALSE(json("$.name = updatetrail"));
  EXPECT_TRUE(json("$.name != DeleteTrail"));
  EXPECT_FALSE(json("$.name != Update*"));
  EXPECT_FALSE(json("$.name = Update?rail"));
}

TEST(JsonPattern, NumbersAreComparedAsNumbers) {
  for (const char* yes : {"$.status = 404", "$.status = 4.04e2", "$.status >= 404", "$.status > 403", "$.status < 500",
                          "$.status <= 404", "$.status != 200", "$.ratio = 0.50", "$.status = 4*"})
    EXPECT_TRUE(json(yes)) << yes;
  for (const char* no : {"$.status = 40", "$.status > 404", "$.status < 404", "$.status != 404", "$.name > 1"})
    EXPECT_FALSE(json(no)) << no;
}

TEST(JsonPattern, SelectorsReachMembersAndElements) {
  EXPECT_TRUE(json("$.users[0].id = 7"));
  EXPECT_FALSE(json("$.users[2].id = 7"));
  EXPECT_TRUE(json("$.users[*].name = lee"));
  EXPECT_FALSE(json("$.users[*].name = park"));
  EXPECT_TRUE(json("$['a key'].x = 1"));
}

TEST(JsonPattern, TestsOfTypeAndOfBeingThere) {
  for (const char* yes : {"$.none IS NULL", "$.ok IS TRUE", "$.bad IS FALSE", "$.other NOT EXISTS"})
    EXPECT_TRUE(json(yes)) << yes;
  for (const char* no :
       {"$.ok IS NULL", "$.bad IS TRUE", "$.ok IS FALSE", "$.other IS NULL", "$.none NOT EXISTS", "$.other != 1"})
    EXPECT_FALSE(json(no)) << no;
}

TEST(JsonPattern, ConditionsAreJoinedAndBindsCloser) {
  EXPECT_TRUE(json("$.status = 404 && $.ok IS TRUE"));
  EXPECT_TRUE(json("$.status = 1 && $.ok IS TRUE || $.name = Update*"));
  EXPECT_FALSE(json("$.status = 1 && ($.ok IS TRUE || $.name = Update*)"));
  EXPECT_TRUE(json("(($.status = 1) || ($.status = 404)) && ($.ok IS TRUE)"));
}

TEST(JsonPattern, AnEventThatIsNoJsonObjectMatchesNothing) {
  for (const char* message : {"", "plain", "[1]", "{", R"({"x":1} tail)"})
    EXPECT_FALSE(FilterPattern("{ $.x NOT EXISTS }").matches(message)) << message;
}

TEST(JsonPattern, MistakesAreTold) {
  for (const char* bad :
       {"{", "{}", "{ $ }", "{ $.x }", "{ $.x = }", "{ $.x = 1", "{ $.x = 1 } }", "{ x = 1 }", "{ $.x > abc }",
        "{ $.x = \"a }", "{ ($.x = 1 }", "{ $.x IS MAYBE }", "{ $.x[a] = 1 }", "{ $.x = 1 && }", "{ $.x[-1] = 1 }"})
    EXPECT_EQ(refusal(bad), "InvalidParameterException") << bad;
  EXPECT_EQ(refusal("{ $.x = %a+% }"), "NotImplemented");
  std::string deep(10000, '(');
  EXPECT_EQ(refusal("{ " + deep + " }"), "InvalidParameterException");
}

const std::string kLine = R"(10.0.0.7 - kim [10/Oct/2021:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";

bool fields(const std::string& pattern) { return FilterPattern(pattern).matches(kLine); }

TEST(DelimitedPattern, FieldsAreWhatStandsBetweenBlanksQuotesAndBrackets) {
  EXPECT_TRUE(fields("[ip, id, user, time, request, status, size]"));
  EXPECT_FALSE(fields("[ip, id, user, time, request, status]"));
  EXPECT_TRUE(fields("[ip, ...]"));
  EXPECT_TRUE(fields("[..., status, size]"));
  EXPECT_TRUE(fields("[ip, ..., status = 4*, size]"));
  EXPECT_TRUE(fields("[ip, id, user, time, request = *.html*, status = 404, size > 1000]"));
  EXPECT_TRUE(fields(R"([ip, ..., request = "GET /index*", status, size])"));
  EXPECT_FALSE(fields("[..., status, size > 2000]"));
  EXPECT_FALSE(fields("[..., status != 404, size]"));
}

TEST(DelimitedPattern, ConditionsOfOneFieldAreJoined) {
  EXPECT_TRUE(fields("[..., status = 5* || status = 4*, size]"));
  EXPECT_TRUE(fields("[..., (status > 399 && status < 500), size]"));
  EXPECT_FALSE(fields("[..., status > 399 && status < 404, size]"));
}

TEST(DelimitedPattern, MistakesAreTold) {
  for (const char* bad : {"[", "[a", "[a,]", "[]", "[..., a, ...]", "[a = ]", "[a > x]", "[a = 1 || b = 2]", "[a] b"})
    EXPECT_EQ(refusal(bad), "InvalidParameterException") << bad;
}

TEST(TermPattern, RegularExpressionsAreNotBuilt) {
  EXPECT_EQ(refusal("%ERROR%"), "NotImplemented");
  EXPECT_EQ(refusal("\"ERROR"), "InvalidParameterException");
}

}  // namespace
}  // namespace hanbat::logs
