// Which condition keys CodeBuild's calls bring to policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kArn = "arn:aws:codebuild:ap-northeast-2:123456789012:project/web";
constexpr const char* kRole = "arn:aws:iam::123456789012:role/build";

class CodeBuildAuthorizationTest : public ::testing::Test {
 protected:
  CodeBuildAuthorizationTest() : codebuild(test.home, test.user, test.region) {
    test.add<CodeBuild>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    codebuild.create_project(project());
  }

  CreateProjectInput project(const std::string& role = kRole) {
    CreateProjectInput in;
    in.name = "web";
    in.service_role = role;
    in.source.type = "NO_SOURCE";
    in.source.buildspec = "version: 0.2";
    in.artifacts.type = "NO_ARTIFACTS";
    in.environment.type = "LINUX_CONTAINER";
    in.environment.image = "aws/codebuild/standard:7.0";
    in.environment.compute_type = "BUILD_GENERAL1_SMALL";
    in.environment.privileged_mode = true;
    in.tags = {{{.key = "team", .value = "a"}}};
    return in;
  }
  std::string condition_key_of(std::string_view action, std::string_view key) {
    return test.authorizer.condition_key_of(action, kArn, key);
  }

  region::TestRegion test;
  Client codebuild;
};

TEST_F(CodeBuildAuthorizationTest, AProjectIsAskedForByWhatItIsMadeOf) {
  EXPECT_EQ(condition_key_of("codebuild:CreateProject", "aws:RequestTag/team"), "a");
  EXPECT_EQ(condition_key_of("codebuild:CreateProject", "codebuild:environment.privilegedMode"), "true");
  EXPECT_EQ(condition_key_of("codebuild:CreateProject", "codebuild:environment.image"), "aws/codebuild/standard:7.0");
  EXPECT_EQ(condition_key_of("codebuild:CreateProject", "codebuild:serviceRole"), kRole);
  EXPECT_EQ(test.authorizer.condition_key_of("iam:PassRole", kRole, "iam:PassedToService"), "codebuild.amazonaws.com");
  EXPECT_EQ(test.authorizer.condition_key_of("iam:PassRole", kRole, "iam:AssociatedResourceArn"), kArn);
  UpdateProjectInput in;
  in.name = "web";
  in.secondary_sources = {{{.location = "b/lib.zip", .source_identifier = "lib", .type = "S3"}}};
  in.secondary_artifacts = {{{.artifact_identifier = "docs", .location = "out", .type = "S3"}}};
  codebuild.update_project(in);
  EXPECT_EQ(condition_key_of("codebuild:UpdateProject", "codebuild:secondarySources/lib.location"), "b/lib.zip");
  EXPECT_EQ(condition_key_of("codebuild:UpdateProject", "codebuild:secondaryArtifacts/docs.location"), "out");
}

TEST_F(CodeBuildAuthorizationTest, ABuildIsItsProjects) {
  StartBuildInput in;
  in.project_name = "web";
  in.environment_variables_override = {{{.name = "STAGE", .value = "test"}}};
  const std::string id = *codebuild.start_build(in).build->id;
  codebuild.stop_build({.id = id});
  codebuild.batch_get_builds({.ids = {id}});
  EXPECT_EQ(condition_key_of("codebuild:StartBuild", "aws:ResourceTag/team"), "a");
  EXPECT_EQ(condition_key_of("codebuild:StartBuild", "codebuild:environment.environmentVariables.name"), "STAGE");
  EXPECT_EQ(condition_key_of("codebuild:StartBuild", "codebuild:environment.environmentVariables/STAGE.value"), "test");
  EXPECT_EQ(condition_key_of("codebuild:StopBuild", "aws:ResourceTag/team"), "a");
  EXPECT_EQ(condition_key_of("codebuild:BatchGetBuilds", "aws:ResourceTag/team"), "a");
}

TEST_F(CodeBuildAuthorizationTest, ARetryNeedsNoRightToStart) {
  const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
  codebuild.stop_build({.id = id});
  test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "codebuild:StartBuild"; };
  EXPECT_NE(*codebuild.retry_build({.id = id}).build->id, id);
}

TEST_F(CodeBuildAuthorizationTest, WhatIsNoRoleIsRefusedInCodeBuildsWords) {
  codebuild.delete_project({.name = "web"});
  for (const char* role : {"nonsense", "arn:aws:s3:::bucket", "arn:aws:iam::123456789012:user/build"})
    EXPECT_EQ(wire::code_of([&] { codebuild.create_project(project(role)); }), "InvalidInputException") << role;
}

}  // namespace
}  // namespace hanbat::codebuild
