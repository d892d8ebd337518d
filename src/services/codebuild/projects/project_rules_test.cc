// What goes together in a project and its builds, and by which names they are asked for.
#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/testing.h"
#include "services/codebuild/workers/build_log.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kIdentifier =
    "InvalidInputException: Invalid input: identifier must contain only alphanumeric characters and underscores and be "
    "less than 128 characters in length";
const std::string kHere = "arn:aws:codebuild:ap-northeast-2:123456789012:";

struct ProjectRules : testing::Test {
  ProjectRules() {
    test.add<CodeBuild>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    codebuild.create_project(least_project("web"));
  }

  std::string refusal(const CreateProjectInput& in) {
    return wire::refusal_of([&] { codebuild.create_project(in); });
  }
  std::string code(const CreateProjectInput& in) {
    return wire::code_of([&] { codebuild.create_project(in); });
  }
  Build start(StartBuildInput in = {}) {
    in.project_name = "web";
    return *codebuild.start_build(in).build;
  }

  region::TestRegion test;
  Client codebuild{test.home, test.user, test.region};
};

TEST_F(ProjectRules, SourcesAndArtifactsHaveIdentifiersOfLettersDigitsAndUnderscores) {
  CreateProjectInput in = least_project("api");
  in.source.source_identifier = "my-source";
  EXPECT_EQ(refusal(in), kIdentifier);
  in = least_project("api");
  in.secondary_sources = {{{.location = "bucket/in.zip", .source_identifier = "in put", .type = "S3"}}};
  EXPECT_EQ(refusal(in), kIdentifier);
  in = least_project("api");
  in.secondary_artifacts = {{{.artifact_identifier = std::string(128, 'a'), .location = "bucket", .type = "S3"}}};
  EXPECT_EQ(refusal(in), kIdentifier);
  in.secondary_artifacts->front().artifact_identifier.reset();
  EXPECT_EQ(code(in), "InvalidInputException");
  in.secondary_artifacts->front().artifact_identifier = "other_1";
  EXPECT_EQ(code(in), "");
}

TEST_F(ProjectRules, IdentifiersAreUniqueAndVersionsAreOfSourcesThatThereAre) {
  const ProjectSource more{.location = "bucket/in.zip", .source_identifier = "more", .type = "S3"};
  CreateProjectInput in = least_project("api");
  in.secondary_sources = {{more, more}};
  EXPECT_EQ(code(in), "InvalidInputException");
  in.secondary_sources = {{more}};
  in.secondary_source_versions = {{{.source_identifier = "less", .source_version = "1"}}};
  EXPECT_EQ(code(in), "InvalidInputException");
  in.secondary_source_versions->front().source_identifier = "more";
  EXPECT_EQ(code(in), "");
}

TEST_F(ProjectRules, ABuildsOwnSourcesAndArtifactsAreNamedLikewise) {
  StartBuildInput in;
  in.secondary_artifacts_override = {{{.artifact_identifier = "build-output", .location = "bucket", .type = "S3"}}};
  EXPECT_EQ(wire::refusal_of([&] { start(in); }), kIdentifier);
  in.secondary_artifacts_override->front().artifact_identifier = "build_output";
  EXPECT_EQ(start(in).secondary_artifacts->size(), 1u);
}

TEST_F(ProjectRules, OnlyArtifactsOfS3CanBeLeftUnsealedAndAPipelinesAreNeverSecondary) {
  CreateProjectInput in = least_project("api");
  in.artifacts.encryption_disabled = true;
  EXPECT_EQ(code(in), "InvalidInputException");
  in = least_project("api");
  in.secondary_artifacts = {{{.artifact_identifier = "other", .type = "CODEPIPELINE"}}};
  EXPECT_EQ(code(in), "InvalidInputException");
  in.secondary_artifacts = {{{.artifact_identifier = "other", .type = "S3"}}};
  EXPECT_EQ(code(in), "InvalidInputException") << "without a bucket";
}

TEST_F(ProjectRules, AProjectSaysS3sKeyAndTakesNoOther) {
  const std::string s3 = "arn:aws:kms:ap-northeast-2:123456789012:alias/aws/s3";
  CreateProjectInput in = least_project("api");
  for (const std::string& key : {std::string("alias/aws/s3"), s3}) {
    in.encryption_key = key;
    EXPECT_EQ(codebuild.create_project(in).project->encryption_key, s3);
    codebuild.delete_project({.name = "api"});
  }
  in.encryption_key = "alias/mine";
  EXPECT_EQ(code(in), "NotImplemented");
  EXPECT_EQ(wire::code_of([&] { codebuild.update_project({.encryption_key = "alias/mine", .name = "web"}); }),
            "NotImplemented");
  EXPECT_EQ(wire::code_of([&] { start({.encryption_key_override = "alias/mine"}); }), "NotImplemented");
  EXPECT_EQ(codebuild.batch_get_projects({.names = {"web"}}).projects->front().encryption_key, s3);
}

TEST_F(ProjectRules, AProjectAndItsBuildsTellWhatNobodySaid) {
  const Project shown = codebuild.batch_get_projects({.names = {"web"}}).projects->front();
  EXPECT_EQ(shown.logs_config->cloud_watch_logs->status, "ENABLED");
  EXPECT_EQ(shown.logs_config->s3_logs->status, "DISABLED");
  EXPECT_EQ(shown.logs_config->s3_logs->encryption_disabled, false);
  EXPECT_EQ(shown.source->insecure_ssl, false);
  const Build build = start();
  EXPECT_TRUE(build.secondary_sources && build.secondary_sources->empty());
  EXPECT_TRUE(build.secondary_artifacts && build.secondary_artifacts->empty());
  EXPECT_TRUE(build.secondary_source_versions && build.secondary_source_versions->empty());
  EXPECT_EQ(build.source->insecure_ssl, false);
  EXPECT_EQ(build.logs->s3_logs->status, "DISABLED");
  EXPECT_EQ(build.logs->deep_link,
            "https://console.aws.amazon.com/cloudwatch/home?region=ap-northeast-2#logsV2:log-groups/log-group/null/"
            "log-events/null");
}

TEST_F(ProjectRules, WhatIsMadeBesideTellsWhatNobodySaidToo) {
  CreateProjectInput in = least_project("api");
  in.secondary_sources = {{{.location = "bucket/in.zip", .source_identifier = "more", .type = "S3"}}};
  in.secondary_artifacts = {{{.artifact_identifier = "other", .location = "bucket", .name = "other", .type = "S3"}}};
  const Project made = *codebuild.create_project(in).project;
  EXPECT_EQ(made.secondary_sources->front().insecure_ssl, false);
  EXPECT_EQ(made.secondary_artifacts->front().packaging, "NONE");
  EXPECT_EQ(made.secondary_artifacts->front().namespace_type, "NONE");
  EXPECT_EQ(made.secondary_artifacts->front().encryption_disabled, false);
  const Build build = *codebuild.start_build({.project_name = "api"}).build;
  EXPECT_EQ(build.secondary_artifacts->front().encryption_disabled, false);
  EXPECT_EQ(build.secondary_artifacts->front().override_artifact_name, false);
}

TEST_F(ProjectRules, ALinkToALogHasItsNamesEncodedAsTheConsoleReadsThem) {
  EXPECT_EQ(log_link("us-west-2", "/aws/codebuild/web", "a/b"),
            "https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logsV2:log-groups/log-group/"
            "$252Faws$252Fcodebuild$252Fweb/log-events/a$252Fb");
}

TEST_F(ProjectRules, ARoleIsOneOfTheCallersAccount) {
  CreateProjectInput in = least_project("api");
  in.service_role = "arn:aws:iam::210987654321:role/build";
  const std::string foreign =
      "InvalidInputException: Invalid service role: Service role account ID does not match caller's account";
  EXPECT_EQ(refusal(in), foreign);
  EXPECT_EQ(wire::refusal_of([&] { start({.service_role_override = in.service_role}); }), foreign);
  EXPECT_EQ(wire::code_of([&] { start({.service_role_override = "build"}); }), "InvalidInputException");
}

TEST_F(ProjectRules, AProjectIsNamedByItsNameOrItsArnAndByNoOther) {
  const std::string id = *start().id;
  struct Case {
    std::string project, code;
  };
  for (const auto& [asked, expected] :
       {Case{"web", ""}, Case{kHere + "project/web", ""},
        Case{"arn:aws:codebuild:us-east-1:123456789012:project/web", "InvalidInputException"},
        Case{"arn:aws:codebuild:ap-northeast-2:210987654321:project/web", "InvalidInputException"},
        Case{"arn:aws:sqs:ap-northeast-2:123456789012:project/web", "InvalidInputException"},
        Case{kHere + "build/web", "InvalidInputException"}, Case{"arn:aws:web", "InvalidInputException"}}) {
    EXPECT_EQ(wire::code_of([&] { codebuild.batch_get_projects({.names = {asked}}); }), expected) << asked;
    EXPECT_EQ(wire::code_of([&] { codebuild.start_build({.project_name = asked}); }), expected) << asked;
    EXPECT_EQ(wire::code_of([&] { codebuild.list_builds_for_project({.project_name = asked}); }), expected) << asked;
    EXPECT_EQ(wire::code_of([&] { codebuild.update_project({.description = "x", .name = asked}); }), expected) << asked;
    EXPECT_EQ(wire::code_of([&] {
                codebuild.delete_project({.name = asked == "web" || expected.empty() ? "no-such-project" : asked});
              }),
              expected)
        << asked;
  }
  const auto builds = [&](const std::string& asked) {
    return codebuild.batch_get_builds({.ids = {asked}}).builds->size();
  };
  EXPECT_EQ(builds(id), 1u);
  EXPECT_EQ(builds(kHere + "build/" + id), 1u);
  EXPECT_EQ(builds("arn:aws:codebuild:ap-northeast-2:210987654321:build/" + id), 0u);
  EXPECT_EQ(wire::code_of([&] { builds(kHere + "project/" + id); }), "InvalidInputException");
}

TEST_F(ProjectRules, ATokenIsGoodForFiveMinutesAndForTheSameParameters) {
  const StartBuildInput in{.idempotency_token = "once"};
  const std::string id = *start(in).id;
  test.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(start(in).id, id);
  StartBuildInput other = in;
  other.timeout_in_minutes_override = 7;
  EXPECT_EQ(wire::code_of([&] { start(other); }), "InvalidInputException");
  test.clock.advance(std::chrono::minutes(2));
  EXPECT_NE(start(other).id, id);
}

TEST_F(ProjectRules, ATokenRetriesABuildOnce) {
  const std::string id = *start().id;
  codebuild.stop_build({.id = id});
  const auto retry = [&](const std::string& token) {
    return *codebuild.retry_build({.id = id, .idempotency_token = token}).build->id;
  };
  const std::string again = retry("once");
  EXPECT_EQ(retry("once"), again);
  EXPECT_NE(retry("twice"), again);
}

}  // namespace
}  // namespace hanbat::codebuild
