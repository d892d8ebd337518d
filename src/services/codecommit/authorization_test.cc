// What CodeCommit's calls tell policies: tags, and the branch that is written however it is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/codecommit/client.h"
#include "region/testing.h"
#include "services/codecommit/codecommit.h"

namespace hanbat::codecommit {
namespace {

constexpr const char* kArn = "arn:aws:codecommit:ap-northeast-2:123456789012:wsi";

class CodeCommitAuthorizationTest : public ::testing::Test {
 protected:
  CodeCommitAuthorizationTest() : codecommit(test.home, test.user, test.region) {
    test.add<CodeCommit>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    codecommit.create_repository({.repository_name = "wsi", .tags = {{{"team", "a"}}}});
  }

  std::string commit(const std::string& branch, const std::string& path, const std::string& parent = "") {
    PutFileInput in;
    in.repository_name = "wsi";
    in.branch_name = branch;
    in.file_path = path;
    in.file_content = path;
    if (!parent.empty()) in.parent_commit_id = parent;
    return codecommit.put_file(in).commit_id;
  }
  std::string condition_key_of(std::string_view action, std::string_view key) {
    return test.authorizer.condition_key_of(action, kArn, key);
  }

  region::TestRegion test;
  Client codecommit;
};

TEST_F(CodeCommitAuthorizationTest, ARepositoryIsMadeWithTheTagsThatItsMakerMayGive) {
  EXPECT_EQ(condition_key_of("codecommit:CreateRepository", "aws:RequestTag/team"), "a");
  EXPECT_EQ(condition_key_of("codecommit:TagResource", "aws:TagKeys"), "team");
  codecommit.get_repository({.repository_name = "wsi"});
  EXPECT_EQ(condition_key_of("codecommit:GetRepository", "aws:ResourceTag/team"), "a");
  codecommit.tag_resource({.resource_arn = kArn, .tags = {{"team", "b"}}});
  EXPECT_EQ(condition_key_of("codecommit:TagResource", "aws:RequestTag/team"), "b");
  EXPECT_EQ(condition_key_of("codecommit:TagResource", "aws:ResourceTag/team"), "a");
  codecommit.untag_resource({.resource_arn = kArn, .tag_keys = {"team"}});
  EXPECT_EQ(condition_key_of("codecommit:UntagResource", "aws:TagKeys"), "team");
}

TEST_F(CodeCommitAuthorizationTest, AMergeIsAskedForByTheBranchThatItMovesHoweverThatIsNamed) {
  const std::string first = commit("main", "a");
  codecommit.create_branch({.branch_name = "work", .commit_id = first, .repository_name = "wsi"});
  EXPECT_EQ(condition_key_of("codecommit:CreateBranch", "codecommit:References"), "refs/heads/work");
  commit("work", "b", first);
  for (const char* destination : {"main", "refs/heads/main", "HEAD"}) {
    MergeBranchesByFastForwardInput in;
    in.repository_name = "wsi";
    in.source_commit_specifier = "work";
    in.destination_commit_specifier = destination;
    test.authorizer.asked.clear();
    codecommit.merge_branches_by_fast_forward(in);
    EXPECT_EQ(condition_key_of("codecommit:MergeBranchesByFastForward", "codecommit:References"), "refs/heads/main")
        << destination;
  }
}

TEST_F(CodeCommitAuthorizationTest, AnArnThatIsNoRepositorysIsRefusedBeforeItIsAskedAbout) {
  for (const char* arn : {"arn:aws:s3:::bucket", "arn:aws-cn:codecommit:ap-northeast-2:123456789012:wsi", "nonsense"})
    EXPECT_THROW(codecommit.list_tags_for_resource({.resource_arn = arn}), InvalidResourceArnException) << arn;
  EXPECT_THROW(
      codecommit.list_tags_for_resource({.resource_arn = "arn:aws:codecommit:ap-northeast-2:210987654321:wsi"}),
      RepositoryDoesNotExistException);
  EXPECT_EQ(
      test.authorizer.condition_key_of("codecommit:ListTagsForResource", "*:210987654321:wsi", "aws:ResourceTag/team"),
      "no key");
}

}  // namespace
}  // namespace hanbat::codecommit
