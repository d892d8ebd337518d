// The job that the runner in a build's machine gets.
#include "services/codebuild/workers/build_job.h"

#include <gtest/gtest.h>

namespace hanbat::codebuild {
namespace {

BuildRow build_of(const std::string& source_type, const std::string& location) {
  BuildRow row;
  row.place = {"123456789012", "ap-northeast-2"};
  row.id = "p:u-u-i-d";
  row.parent = "arn:aws:codebuild:ap-northeast-2:123456789012:project/p";
  row.shape.id = row.id;
  row.shape.arn = "arn:aws:codebuild:ap-northeast-2:123456789012:build/p:u-u-i-d";
  row.shape.project_name = "p";
  row.shape.start_time = Timestamp{0};
  row.shape.source.emplace().type = source_type;
  row.shape.source->location = location;
  row.shape.environment.emplace().image = "aws/codebuild/standard:7.0";
  row.own = Work{.artifacts = {.type = "NO_ARTIFACTS"}}.to_json();
  return row;
}

TEST(BuildJob, APipelinesBuildFetchesAndStoresObjectsOfItsBucket) {
  BuildRow row = build_of("CODEPIPELINE", "bucket/pipe/Source/abc.zip");
  row.shape.source_version = "arn:aws:s3:::bucket/pipe/Source/abc.zip";
  ProjectArtifacts artifacts;
  artifacts.type = "CODEPIPELINE";
  artifacts.location = "bucket";
  artifacts.path = "pipe/Build/";
  artifacts.name = "xyz";
  row.own = Work{.artifacts = artifacts}.to_json();
  const border::BuildJob job = job_of(row);
  EXPECT_EQ(job.source.kind, border::BuildSource::Kind::kPipeline);
  EXPECT_EQ(job.source.location, "bucket/pipe/Source/abc.zip");
  EXPECT_EQ(job.source.version, "");
  EXPECT_EQ(job.artifacts.bucket, "bucket");
  EXPECT_EQ(job.artifacts.key, "pipe/Build/xyz");
  EXPECT_EQ(job.artifacts.packaging, border::BuildOutput::Packaging::kZip);
  EXPECT_TRUE(job.artifacts.may_be_empty);
  EXPECT_EQ(job.variables.at("CODEBUILD_PROJECT_ARN"), row.parent);
  EXPECT_EQ(job.credentials_url, "http://169.254.170.2/v2/credentials/u-u-i-d");
}

TEST(BuildJob, ARepositorysAddressOfTheHostIsItsNameInABuild) {
  const std::string name = ".amazonaws.com/v1/repos/r";
  const auto clone_url = [](const std::string& location) {
    return job_of(build_of("CODECOMMIT", location)).source.location;
  };
  EXPECT_EQ(clone_url("http://127.0.0.1:4566/v1/repos/r"), "https://git-codecommit.ap-northeast-2" + name);
  EXPECT_EQ(clone_url("http://git-codecommit.us-east-1.localhost:4566/v1/repos/r"),
            "https://git-codecommit.us-east-1" + name);
  EXPECT_EQ(clone_url("https://git-codecommit.eu-west-1" + name), "https://git-codecommit.eu-west-1" + name);
}

TEST(BuildJob, TheSourcesAddressIsToldAsItIsFetched) {
  const auto told = [](const std::string& type, const std::string& location) {
    return job_of(build_of(type, location)).variables.at("CODEBUILD_SOURCE_REPO_URL");
  };
  const std::string name = "https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/r";
  EXPECT_EQ(told("CODECOMMIT", "http://127.0.0.1:4566/v1/repos/r"), name);
  EXPECT_EQ(told("CODECOMMIT", "http://git-codecommit.ap-northeast-2.localhost:4566/v1/repos/r"), name);
  EXPECT_EQ(told("CODECOMMIT", name), name);
  EXPECT_EQ(told("S3", "bucket/a/source.zip"), "s3://bucket/a/source.zip");
  EXPECT_EQ(told("CODEPIPELINE", "bucket/pipe/Source/abc.zip"), "");
  EXPECT_EQ(told("NO_SOURCE", ""), "");
}

TEST(BuildJob, ARepositoryIsClonedAsItsProjectSays) {
  BuildRow row = build_of("CODECOMMIT", "https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/r");
  EXPECT_FALSE(job_of(row).source.submodules);
  EXPECT_FALSE(job_of(row).source.insecure_ssl);
  row.shape.source->git_submodules_config.emplace().fetch_submodules = true;
  row.shape.source->insecure_ssl = true;
  row.shape.source->git_clone_depth = 3;
  const border::BuildSource source = job_of(row).source;
  EXPECT_TRUE(source.submodules);
  EXPECT_TRUE(source.insecure_ssl);
  EXPECT_EQ(source.depth, 3);
}

TEST(BuildJob, VariablesSayWhereTheirValuesLie) {
  BuildRow row = build_of("NO_SOURCE", "");
  row.shape.environment->environment_variables = {{{.name = "A", .value = "1"},
                                                   {.name = "B", .type = "PLAINTEXT", .value = "2"},
                                                   {.name = "C", .type = "PARAMETER_STORE", .value = "/c"},
                                                   {.name = "D", .type = "SECRETS_MANAGER", .value = "d:key"}}};
  using Kind = border::BuildVariable::Kind;
  const std::vector<border::BuildVariable> expected{{"A", "1", Kind::kPlaintext},
                                                    {"B", "2", Kind::kPlaintext},
                                                    {"C", "/c", Kind::kParameterStore},
                                                    {"D", "d:key", Kind::kSecretsManager}};
  EXPECT_EQ(job_of(row).environment, expected);
}

}  // namespace
}  // namespace hanbat::codebuild
