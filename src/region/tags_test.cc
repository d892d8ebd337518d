// Tags: what AWS refuses, limits, folded keys, and the table of them.
#include "region/tags.h"

#include <gtest/gtest.h>

#include "region/tag_refusals.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::region {
namespace {

wire::Error error_of(const TagProblem& problem) {
  static constexpr const char* kCodes[] = {"TooMany", "Reserved",  "Duplicate", "EmptyKey",
                                           "LongKey", "LongValue", "Character"};
  return {kCodes[static_cast<int>(problem.fault)], 400, problem.key};
}

constexpr TagRules kRules{.error = &error_of, .most = 3};
constexpr TagRules kFolded{.error = &error_of, .keys = TagRules::Case::kFolded};

std::string code(const TagPairs& brought, const TagRules& rules = kRules, TagMap have = {}) {
  try {
    merged_tags(std::move(have), brought, rules);
  } catch (const wire::Error& error) {
    return error.code();
  }
  return "fine";
}

TEST(Tags, WhatAwsRefusesIsRefused) {
  EXPECT_EQ(code({{"k", "v"}, {"한글 키", "값 _.:/=+-@"}}), "fine");
  EXPECT_EQ(code({{"", "v"}}), "EmptyKey");
  EXPECT_EQ(code({{"aws:k", "v"}}), "Reserved");
  EXPECT_EQ(code({{"AWS:k", "v"}}), "Reserved");
  EXPECT_EQ(code({{"k", "v"}, {"k", "w"}}), "Duplicate");
  EXPECT_EQ(code({{"k*", "v"}}), "Character");
  EXPECT_EQ(code({{"k", "a\nb"}}), "Character");
}

constexpr TagRefusals kRefusals{
    .too_many = {"TooMany", "too many"},
    .reserved = TagRefusal("Reserved", "{key} of {value}", 409).with("Tag", "{key}={value}"),
    .duplicate = {"Duplicate", ""},
    .empty_key = {"EmptyKey", ""},
    .long_key = {"LongKey", ""},
    .long_value = {"LongValue", ""},
    .key_character = {"KeyCharacter", ""},
    .value_character = {"ValueCharacter", ""},
};
constexpr TagRules kTabled{.error = refuse_by<kRefusals>};

TEST(Tags, ATableSaysTheErrorOfEachFault) {
  const auto error = wire::error_of([] { merged_tags({}, {{"aws:k", "{key}"}}, kTabled); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), "Reserved");
  EXPECT_EQ(error->status(), 409);
  EXPECT_EQ(error->message(), "aws:k of {key}");
  EXPECT_EQ(error->extra().at(0), (std::pair<std::string, std::string>{"Tag", "aws:k={key}"}));
  EXPECT_EQ(code({{"k", "v"}, {"k", "w"}}, kTabled), "Duplicate");
  EXPECT_EQ(code({{"", ""}}, kTabled), "EmptyKey");
  EXPECT_EQ(code({{"k*", "v"}}, kTabled), "KeyCharacter");
  EXPECT_EQ(code({{"k", "a*b"}}, kTabled), "ValueCharacter");
}

TEST(Tags, LengthsAreOfCharactersAndNotOfBytes) {
  std::string key, value;
  for (int i = 0; i < 128; ++i) key += "키";
  for (int i = 0; i < 256; ++i) value += "값";
  EXPECT_EQ(code({{key, value}}), "fine");
  EXPECT_EQ(code({{key + "키", value}}), "LongKey");
  EXPECT_EQ(code({{key, value + "값"}}), "LongValue");
}

TEST(Tags, TheLimitCountsWhatTheResourceHas) {
  const TagMap have{{"a", ""}, {"b", ""}};
  EXPECT_EQ(code({{"c", ""}}, kRules, have), "fine");
  EXPECT_EQ(code({{"b", "other"}, {"c", ""}}, kRules, have), "fine");
  EXPECT_EQ(code({{"c", ""}, {"d", ""}}, kRules, have), "TooMany");
}

TEST(Tags, FoldedKeysAreOneKeyInAnyCase) {
  EXPECT_EQ(code({{"k", ""}, {"K", ""}}, kFolded), "Duplicate");
  EXPECT_EQ(merged_tags({{"Key", "old"}}, {{"KEY", "new"}}, kFolded), (TagMap{{"KEY", "new"}}));
  EXPECT_TRUE(without_tags({{"Key", "old"}}, {"kEY"}, kFolded).empty());
}

TEST(Tags, AreKeptByArnAndNothingOfARefusedCallStays) {
  TestRegion home;
  home.start();
  const std::string arn = "arn:aws:ecr:ap-northeast-2:123456789012:repository/a";
  home.db->write([&](store::Tx& tx) {
    put_tags(tx, arn, {{"a", "1"}, {"b", "2"}}, kRules);
    put_tags(tx, arn + "-other", {{"a", "9"}}, kRules);
    EXPECT_EQ(wire::code_of([&] { put_tags(tx, arn, {{"c", "3"}, {"d", "4"}}, kRules); }), "TooMany");
    EXPECT_EQ(tags_of(tx, arn), (TagMap{{"a", "1"}, {"b", "2"}}));
    remove_tags(tx, arn, {"a", "missing"}, kRules);
    EXPECT_EQ(tags_of(tx, arn), (TagMap{{"b", "2"}}));
    EXPECT_EQ(tags_below(tx, "arn:aws:ecr:ap-northeast-2:123456789012:repository/").size(), 2u);
    replace_tags(tx, arn, {{"x", ""}}, kRules);
    EXPECT_EQ(tags_of(tx, arn), (TagMap{{"x", ""}}));
  });
}

}  // namespace
}  // namespace hanbat::region
