// CodeBuild's projects and lists of builds by the API, in a region in memory.
#include "services/codebuild/codebuild.h"

#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "region/testing.h"
#include "services/codebuild/testing.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

using Names = std::vector<std::string>;

struct CodeBuildTest : testing::Test {
  CodeBuildTest() {
    test.add<CodeBuild>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
  }

  std::string start(const std::string& name) {
    test.clock.advance(Milliseconds(1));
    return *codebuild.start_build({.project_name = name}).build->id;
  }
  Names tags_of(const std::string& name) {
    Names out;
    const Project found = codebuild.batch_get_projects({.names = {name}}).projects->front();
    for (const Tag& tag : *found.tags) out.push_back(*tag.key + "=" + *tag.value);
    return out;
  }

  region::TestRegion test;
  Client codebuild{test.home, test.user, test.region};
};

TEST_F(CodeBuildTest, AProjectAndItsBuildsTellWhatItsMachineIsUnlessItIsSaid) {
  codebuild.create_project(least_project("web"));
  const auto is_usual = [](const ProjectEnvironment& told) {
    return told.privileged_mode == false && told.image_pull_credentials_type == "CODEBUILD" &&
           told.environment_variables && told.environment_variables->empty();
  };
  EXPECT_TRUE(is_usual(*codebuild.batch_get_projects({.names = {"web"}}).projects->front().environment));
  EXPECT_TRUE(is_usual(*codebuild.batch_get_builds({.ids = {start("web")}}).builds->front().environment));
  ProjectEnvironment other = least_project("web").environment;
  other.privileged_mode = true;
  EXPECT_EQ(codebuild.update_project({.environment = other, .name = "web"}).project->environment->privileged_mode,
            true);
}

TEST_F(CodeBuildTest, BuildsAreListedInPagesOfAHundredNewestFirst) {
  codebuild.create_project(least_project("web"));
  codebuild.create_project(least_project("other"));
  Names newest_first;
  for (int i = 0; i < 103; ++i) newest_first.insert(newest_first.begin(), start("web"));
  start("other");
  const auto first = codebuild.list_builds_for_project({.project_name = "web"});
  ASSERT_EQ(first.ids->size(), 100U);
  // One that starts between two pages is on neither.
  start("web");
  const auto second = codebuild.list_builds_for_project({.next_token = first.next_token, .project_name = "web"});
  Names all = *first.ids;
  all.insert(all.end(), second.ids->begin(), second.ids->end());
  EXPECT_EQ(all, newest_first);
  EXPECT_FALSE(second.next_token);
}

TEST_F(CodeBuildTest, OptionsOfGitAreForRepositoriesAlone) {
  const auto refusal = [&](const CreateProjectInput& in) {
    return wire::refusal_of([&] { codebuild.create_project(in); });
  };
  CreateProjectInput in = least_project("web");
  in.source.git_submodules_config.emplace().fetch_submodules = true;
  EXPECT_EQ(refusal(in),
            "InvalidInputException: Invalid project source: gitSubmodulesConfig is not supported for source type "
            "NO_SOURCE");
  in.source.type = "CODECOMMIT";
  in.source.location = "https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/r";
  in.source.report_build_status = true;
  EXPECT_EQ(refusal(in),
            "InvalidInputException: Invalid project source: reportBuildStatus is not supported for source type "
            "CODECOMMIT");
  in.source.report_build_status = false;
  EXPECT_TRUE(codebuild.create_project(in).project->source->git_submodules_config->fetch_submodules);
}

TEST_F(CodeBuildTest, ABuildOfAnotherKindOfSourceHasNoneOfTheProjectsOptionsOfGit) {
  CreateProjectInput in = least_project("web");
  in.source.type = "CODECOMMIT";
  in.source.location = "https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/r";
  in.source.git_submodules_config.emplace().fetch_submodules = true;
  in.source.git_clone_depth = 1;
  codebuild.create_project(in);
  StartBuildInput start;
  start.project_name = "web";
  start.source_type_override = "S3";
  start.source_location_override = "bucket/key.zip";
  const Build build = *codebuild.start_build(start).build;
  EXPECT_FALSE(build.source->git_submodules_config);
  EXPECT_FALSE(build.source->git_clone_depth);
  start.git_clone_depth_override = 1;
  EXPECT_EQ(wire::code_of([&] { codebuild.start_build(start); }), "InvalidInputException") << "the build's own option";
  start.source_type_override = "CODECOMMIT";
  start.source_location_override.reset();
  EXPECT_TRUE(codebuild.start_build(start).build->source->git_submodules_config->fetch_submodules);
}

TEST_F(CodeBuildTest, SourceCredentialsAreOneSetForAKindOfHostAndAreNeverShown) {
  ImportSourceCredentialsInput in;
  in.auth_type = "PERSONAL_ACCESS_TOKEN";
  in.server_type = "GITHUB";
  in.token = "ghp_secret";
  const std::string arn = "arn:aws:codebuild:ap-northeast-2:123456789012:token/github";
  EXPECT_EQ(codebuild.import_source_credentials(in).arn, arn);
  EXPECT_EQ(codebuild.import_source_credentials(in).arn, arn);
  in.should_overwrite = false;
  EXPECT_EQ(wire::code_of([&] { codebuild.import_source_credentials(in); }), "ResourceAlreadyExistsException");
  const auto listed = *codebuild.list_source_credentials({}).source_credentials_infos;
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.front().server_type, "GITHUB");
  EXPECT_EQ(listed.front().auth_type, "PERSONAL_ACCESS_TOKEN");
  EXPECT_EQ(test.db->read([](store::Tx& tx) {
    return tx.find("SELECT COUNT(*) FROM resources WHERE body LIKE '%ghp_%' OR own LIKE '%ghp_%'")->integer(0);
  }),
            0);
  EXPECT_EQ(codebuild.delete_source_credentials({.arn = arn}).arn, arn);
  EXPECT_EQ(wire::code_of([&] { codebuild.delete_source_credentials({.arn = arn}); }), "ResourceNotFoundException");

  in = {};
  in.auth_type = "BASIC_AUTH";
  in.server_type = "BITBUCKET";
  in.token = "password";
  EXPECT_EQ(wire::code_of([&] { codebuild.import_source_credentials(in); }), "InvalidInputException");
  in.username = "somebody";
  EXPECT_TRUE(codebuild.import_source_credentials(in).arn->ends_with(":token/bitbucket"));
  in.server_type = "GITHUB";
  EXPECT_EQ(wire::code_of([&] { codebuild.import_source_credentials(in); }), "InvalidInputException");
}

TEST_F(CodeBuildTest, ATokenCarriesTheOrderOfItsFirstPage) {
  codebuild.create_project(least_project("web"));
  Names oldest_first;
  for (int i = 0; i < 101; ++i) oldest_first.push_back(start("web"));
  const auto first = codebuild.list_builds({.sort_order = "ASCENDING"});
  EXPECT_EQ(first.ids->front(), oldest_first.front());
  EXPECT_EQ(codebuild.list_builds({.next_token = first.next_token}).ids, Names{oldest_first.back()});
  EXPECT_EQ(codebuild.list_builds({.next_token = first.next_token, .sort_order = "ASCENDING"}).ids,
            Names{oldest_first.back()});
  EXPECT_EQ(
      wire::refusal_of([&] { codebuild.list_builds({.next_token = first.next_token, .sort_order = "DESCENDING"}); }),
      "InvalidInputException: Sort order can't be specified when passing a nextToken");
}

TEST_F(CodeBuildTest, ATokenOfNoneOrAnotherListIsAnInvalidInput) {
  codebuild.create_project(least_project("web"));
  for (int i = 0; i < 101; ++i) start("web");
  const std::string token = *codebuild.list_builds({}).next_token;
  for (const std::string& wrong : {std::string("garbage"), std::string("-1"), std::string(), token + "x"}) {
    EXPECT_EQ(wire::code_of([&] { codebuild.list_builds({.next_token = wrong}); }), "InvalidInputException") << wrong;
    EXPECT_EQ(wire::code_of([&] { codebuild.list_projects({.next_token = wrong}); }), "InvalidInputException");
  }
  EXPECT_EQ(wire::code_of([&] { codebuild.list_builds_for_project({.next_token = token, .project_name = "web"}); }),
            "InvalidInputException");
}

TEST_F(CodeBuildTest, ProjectsAreSortedByNameOrTime) {
  for (const char* name : {"bb", "cc", "aa"}) {
    codebuild.create_project(least_project(name));
    test.clock.advance(Milliseconds(1));
  }
  UpdateProjectInput update;
  update.name = "bb";
  update.description = "changed";
  codebuild.update_project(update);
  EXPECT_EQ(codebuild.list_projects({}).projects, (Names{"aa", "bb", "cc"}));
  EXPECT_EQ(codebuild.list_projects({.sort_order = "DESCENDING"}).projects, (Names{"cc", "bb", "aa"}));
  EXPECT_EQ(codebuild.list_projects({.sort_by = "CREATED_TIME"}).projects, (Names{"bb", "cc", "aa"}));
  EXPECT_EQ(codebuild.list_projects({.sort_by = "LAST_MODIFIED_TIME"}).projects, (Names{"cc", "aa", "bb"}));
}

TEST_F(CodeBuildTest, ArtifactsOfS3SayHowTheyAreNamedAndPackedWhereTheCallDidNot) {
  CreateProjectInput in = least_project("web");
  in.artifacts = {.location = "bucket", .type = "S3"};
  const ProjectArtifacts made = *codebuild.create_project(in).project->artifacts;
  EXPECT_EQ(made.name, "web");
  EXPECT_EQ(made.namespace_type, "NONE");
  EXPECT_EQ(made.packaging, "NONE");
  EXPECT_EQ(made.encryption_disabled, false);
  EXPECT_FALSE(codebuild.create_project(least_project("none")).project->artifacts->packaging);
}

TEST_F(CodeBuildTest, ABuildSaysTheKeyOfS3ThatItsArtifactsAreSealedWith) {
  codebuild.create_project(least_project("web"));
  const std::string id = start("web");
  EXPECT_EQ(codebuild.batch_get_builds({.ids = {id}}).builds->front().encryption_key,
            "arn:aws:kms:" + test.region + ":123456789012:alias/aws/s3");
}

TEST_F(CodeBuildTest, TagsOfAProjectAreCheckedReplacedAndGoWithIt) {
  CreateProjectInput in = least_project("web");
  in.tags = {{{.key = "team", .value = "a"}}};
  codebuild.create_project(in);
  EXPECT_EQ(tags_of("web"), Names{"team=a"});
  UpdateProjectInput update;
  update.name = "web";
  update.description = "without a word about tags";
  codebuild.update_project(update);
  EXPECT_EQ(tags_of("web"), Names{"team=a"});
  update.tags = {{{.key = "stage", .value = "x"}}};
  codebuild.update_project(update);
  EXPECT_EQ(tags_of("web"), Names{"stage=x"});
  for (const std::vector<Tag>& wrong : {std::vector<Tag>{{.key = "aws:x", .value = "1"}},
                                        {{.key = "a", .value = "1"}, {.key = "a", .value = "2"}},
                                        {{.key = std::string(128, 'k'), .value = "1"}},
                                        {{.key = "k", .value = "<"}}}) {
    update.tags = wrong;
    EXPECT_EQ(wire::code_of([&] { codebuild.update_project(update); }), "InvalidInputException") << *wrong[0].key;
  }
  EXPECT_EQ(tags_of("web"), Names{"stage=x"});
  codebuild.delete_project({.name = "web"});
  codebuild.create_project(least_project("web"));
  EXPECT_EQ(tags_of("web"), Names{});
}

TEST_F(CodeBuildTest, AProjectIsDeletedByItsArnAndItsBuildsAreListedNoMore) {
  const std::string arn = *codebuild.create_project(least_project("web")).project->arn;
  const std::string id = start("web");
  codebuild.delete_project({.name = arn});
  EXPECT_TRUE(codebuild.list_projects({}).projects->empty());
  EXPECT_EQ(wire::code_of([&] { codebuild.list_builds_for_project({.project_name = "web"}); }),
            "ResourceNotFoundException");
  EXPECT_EQ(codebuild.batch_get_builds({.ids = {id}}).builds->size(), 1U);
}

TEST_F(CodeBuildTest, WhatIsNotBuiltIsRefusedInOverridesToo) {
  codebuild.create_project(least_project("web"));
  StartBuildInput in;
  in.project_name = "web";
  in.cache_override = ProjectCache{.type = "S3"};
  EXPECT_EQ(wire::code_of([&] { codebuild.start_build(in); }), "NotImplemented");
}

}  // namespace
}  // namespace hanbat::codebuild
