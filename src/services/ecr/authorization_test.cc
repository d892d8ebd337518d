// What ECR's calls tell policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ecr/client.h"
#include "region/testing.h"
#include "services/ecr/ecr.h"
#include "wire/testing.h"

namespace hanbat::ecr {
namespace {

constexpr const char* kArn = "arn:aws:ecr:ap-northeast-2:123456789012:repository/web";

TEST(EcrAuthorization, ARepositoryIsToldOfByItsTags) {
  region::TestRegion test;
  test.add<Ecr>();
  test.start();
  const Client ecr(test.home, test.user, test.region);
  ecr.create_repository({.repository_name = "web", .tags = {{{.key = "team", .value = "a"}}}});
  ecr.list_images({.repository_name = "web"});
  ecr.tag_resource({.resource_arn = kArn, .tags = {{.key = "stage", .value = "test"}}});
  ecr.untag_resource({.resource_arn = kArn, .tag_keys = {"team"}});
  const region::ExpectedKey expected[] = {{"ecr:CreateRepository", kArn, "aws:RequestTag/team", "a"},
                                          {"ecr:ListImages", kArn, "aws:ResourceTag/team", "a"},
                                          {"ecr:ListImages", kArn, "ecr:ResourceTag/team", "a"},
                                          {"ecr:TagResource", kArn, "aws:RequestTag/stage", "test"},
                                          {"ecr:TagResource", kArn, "ecr:ResourceTag/team", "a"},
                                          {"ecr:UntagResource", kArn, "aws:TagKeys", "team"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
}

TEST(EcrAuthorization, TagsOnARepositoryThatIsMadeNeedTheRightToTag) {
  region::TestRegion test;
  test.add<Ecr>();
  test.start();
  test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "ecr:TagResource"; };
  const Client ecr(test.home, test.user, test.region);
  ecr.create_repository({.repository_name = "plain"});
  const auto make_tagged = [&] {
    ecr.create_repository({.repository_name = "web", .tags = {{{.key = "team", .value = "a"}}}});
  };
  EXPECT_EQ(wire::code_of(make_tagged), "AccessDenied");
}

}  // namespace
}  // namespace hanbat::ecr
