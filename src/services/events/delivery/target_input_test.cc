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

TEST(TargetInput, ConstantAndPartTakeThePlaceOfTheEvent) {
  EXPECT_EQ(target_input({.input = R"({"a":1})"}, kEvent, kRuleFacts)->dump(), R"({"a":1})");
  EXPECT_EQ(target_input({.input_path = "$.detail.n"}, kEvent, kRuleFacts)->dump(), "3");
  EXPECT_EQ(target_input({}, kEvent, kRuleFacts)->dump(), kEvent.dump());
}

}  // namespace
}  // namespace hanbat::events
