// Which instances a deployment group's tag filters mean.
#include "services/codedeploy/groups/tag_filters.h"

#include <gtest/gtest.h>

namespace hanbat::codedeploy {
namespace {

EC2TagFilter filter(std::string type, std::string key, std::string value) {
  EC2TagFilter out;
  out.type = std::move(type);
  out.key = std::move(key);
  out.value = std::move(value);
  return out;
}

const Tags kTags = {{"wsi:deploy:group", "dev-api"}, {"Name", "wsi-api-1"}};

TEST(TagFilters, AnyFilterOfAListWillDo) {
  EXPECT_TRUE(any_matches({filter("KEY_AND_VALUE", "wsi:deploy:group", "dev-api")}, kTags));
  EXPECT_FALSE(any_matches({filter("KEY_AND_VALUE", "wsi:deploy:group", "prod")}, kTags));
  EXPECT_TRUE(any_matches({filter("KEY_ONLY", "Name", "")}, kTags));
  EXPECT_TRUE(any_matches({filter("VALUE_ONLY", "", "dev-api")}, kTags));
  EXPECT_FALSE(any_matches({}, kTags));
}

TEST(TagFilters, ATagSetWantsOneOfEachList) {
  DeploymentGroupInfo group;
  EXPECT_FALSE(wants(group, kTags));
  group.ec2_tag_set.emplace();
  group.ec2_tag_set->ec2_tag_set_list.emplace();
  group.ec2_tag_set->ec2_tag_set_list->push_back({filter("KEY_ONLY", "Name", "")});
  EXPECT_TRUE(wants(group, kTags));
  group.ec2_tag_set->ec2_tag_set_list->push_back({filter("KEY_AND_VALUE", "Name", "other")});
  EXPECT_FALSE(wants(group, kTags));
}

}  // namespace
}  // namespace hanbat::codedeploy
