// What a target gets of an event: input, path and transformer.
#include "services/events/delivery/target_input.h"

#include <gtest/gtest.h>

namespace hanbat::events {
namespace {

const Json kEvent =
    Json::parse(R"({"source":"aws.x","resources":["arn:1"],"detail":{"id":"i-1","n":3,"a b":{"c":true}}})");
const RuleFacts kRuleFacts{"arn:rule", "rule", {1'600'000'000'000}};

std::string fill(std::string text, std::map<std::string, std::string> paths) {
  const auto out =
      target_input({.input_template = std::move(text), .input_paths = std::move(paths)}, kEvent, kRuleFacts);
  return out ? out->dump() : "none";
}

TEST(TargetInput, PathsReachIntoObjectsAndArrays) {
  EXPECT_EQ(find_path(kEvent, "$.resources[0]")->as_string(), "arn:1");
  EXPECT_EQ(find_path(kEvent, "$.detail['a b'].c")->as_bool(), true);
  EXPECT_EQ(find_path(kEvent, "$")->dump(), kEvent.dump());
  EXPECT_EQ(find_path(kEvent, "$.detail.absent"), nullptr);
  EXPECT_FALSE(is_path("detail.id"));
  EXPECT_TRUE(is_path("$.detail.id"));
}

TEST(TargetInput, ATemplateIsFilledWithinAndWithoutQuotes) {
  EXPECT_EQ(fill(R"({"id":<id>,"n":<n>})", {{"id", "$.detail.id"}, {"n", "$.detail.n"}}), R"({"id":"i-1","n":3})");
  EXPECT_EQ(fill(R"("instance <id> by <aws.events.rule-name>")", {{"id", "$.detail.id"}}), R"("instance i-1 by rule")");
  EXPECT_EQ(fill(R"({"x":"<no>"})", {}), R"({"x":""})");
  EXPECT_EQ(fill(R"({"x":)", {}), "none");
}

TEST(TargetInput, ATextHasValuesWithoutTheirQuotes) {
  const std::map<std::string, std::string> paths = {
      {"all", "$.detail"}, {"list", "$.resources"}, {"id", "$.detail.id"}};
  EXPECT_EQ(fill(R"("got <all>")", paths), R"("got {id:i-1,n:3,a b:{c:true}}")");
  EXPECT_EQ(fill(R"("got <list>")", paths), R"("got [arn:1]")");
  EXPECT_EQ(fill(R"("said \"<id>\"")", paths), R"("said \"i-1\"")");
}

TEST(TargetInput, AnObjectBetweenTheQuotesOfJsonIsNoJson) {
  EXPECT_EQ(fill(R"({"x":"got <all>"})", {{"all", "$.detail"}}), "none");
  EXPECT_EQ(fill(R"({"x":"got <n>"})", {{"n", "$.detail.n"}}), R"({"x":"got 3"})");
}

TEST(TargetInput, QuotedLinesAreOneText) {
  EXPECT_EQ(fill("\"one <id>\"\n\"two\"\n", {{"id", "$.detail.id"}}), R"("one i-1\ntwo")");
  EXPECT_EQ(fill("\"one\"\n2", {}), "none");
}

TEST(TargetInput, TheEventWithoutItsDetailSpellsItsTypeInAnotherWay) {
  const Json event = Json::parse(R"({"detail-type":"T","detail":{"a":1}})");
  const auto filled = [&](const char* text) {
    return target_input({.input_template = text}, event, kRuleFacts)->dump();
  };
  EXPECT_EQ(filled("<aws.events.event>"), R"({"detailType":"T"})");
  EXPECT_EQ(filled("<aws.events.event.json>"), event.dump());
}

TEST(TargetInput, PlaceholdersAreTheNamesBetweenBrackets) {
  EXPECT_EQ(placeholders(R"({"a":<x>,"b":"<y> \<z"})"), (std::vector<std::string>{"x", "y"}));
}

TEST(TargetInput, ConstantAndPartTakeThePlaceOfTheEvent) {
  EXPECT_EQ(target_input({.input = R"({"a":1})"}, kEvent, kRuleFacts)->dump(), R"({"a":1})");
  EXPECT_EQ(target_input({.input_path = "$.detail.n"}, kEvent, kRuleFacts)->dump(), "3");
  EXPECT_EQ(target_input({}, kEvent, kRuleFacts)->dump(), kEvent.dump());
}

}  // namespace
}  // namespace hanbat::events
