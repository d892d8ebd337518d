// What filters take and refuse.
#include "services/ec2/calls/filters.h"

#include <gtest/gtest.h>

#include "wire/testing.h"

namespace hanbat::ec2 {
namespace {

const FilterPath kFiltersTestPaths[] = {{"state", "State.Name"},
                                        {"group-id", "Groups.GroupId"},
                                        {"default", "IsDefault"},
                                        {"port", "Port"},
                                        {"managed", "=false"}};
const Json kShape = Json::parse(
    R"({"State":{"Name":"running"},"Groups":[{"GroupId":"sg-1"},{"GroupId":"sg-2"}],"IsDefault":true,"Port":22,)"
    R"("Tags":[{"Key":"Name","Value":"wsi-vpc"},{"Key":"a*b","Value":""}]})");

bool check(std::vector<NamedFilter> filters) { return matches_filters(kShape, filters, kFiltersTestPaths); }

TEST(Filters, TakeAResourceThatHasOneOfTheValuesOfEachFilter) {
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({{"state", {"stopped", "running"}}, {"group-id", {"sg-2"}}}));
  EXPECT_FALSE(check({{"state", {"running"}}, {"group-id", {"sg-3"}}}));
  EXPECT_TRUE(check({{"default", {"true"}}, {"port", {"22"}}}));
  EXPECT_FALSE(check({{"state", {}}}));
}

TEST(Filters, FindWhatIsSoOfEveryResourceAndToldByNone) {
  EXPECT_TRUE(check({{"managed", {"false"}}}));
  EXPECT_FALSE(check({{"managed", {"true"}}}));
}

TEST(Filters, LookIntoTags) {
  EXPECT_TRUE(check({{"tag:Name", {"wsi-*"}}}));
  EXPECT_FALSE(check({{"tag:Name", {"wsi"}}}));
  EXPECT_TRUE(check({{"tag-key", {"Name"}}}));
  EXPECT_TRUE(check({{"tag-value", {"wsi-vp?"}}}));
  EXPECT_FALSE(check({{"tag:name", {"*"}}}));
}

TEST(Filters, RefuseANameThatTheCallDoesNotHaveWhateverThereIs) {
  constexpr FilterPath kPaths[] = {{"state", "State.Name"}, {"carrier-ip", ""}};
  const auto refused = [&](const NamedFilter& filter) {
    return wire::code_of([&] { require_known_filters({filter}, kPaths); });
  };
  EXPECT_EQ(refused({"colour", {"red"}}), "InvalidParameterValue");
  EXPECT_EQ(refused({"carrier-ip", {"1.2.3.4"}}), "NotImplemented");
  EXPECT_EQ(refused({"state", std::vector<std::string>(201, "running")}), "FilterLimitExceeded");
  EXPECT_NO_THROW(require_known_filters({{"state", {"running"}}, {"tag:Name", {"a"}}, {"tag-key", {"b"}}}, kPaths));
}

TEST(Filters, MatchWildcardsAndTakeEscapedOnesLiterally) {
  EXPECT_TRUE(filter_value_matches("*", ""));
  EXPECT_TRUE(filter_value_matches("a*c*e", "abcde"));
  EXPECT_FALSE(filter_value_matches("a*c", "abcd"));
  EXPECT_TRUE(filter_value_matches("a\\*b", "a*b"));
  EXPECT_FALSE(filter_value_matches("a\\*b", "axb"));
  EXPECT_FALSE(filter_value_matches("?", ""));
}

}  // namespace
}  // namespace hanbat::ec2
