// The job that the runner in a build's machine gets.
#include "services/codebuild/workers/build_job.h"

#include <gtest/gtest.h>

namespace hanbat::codebuild {
namespace {

TEST(BuildJob, APipelinesBuildFetchesAndStoresObjectsOfItsBucket) {
  BuildRow row;
  row.place = {"123456789012", "ap-northeast-2"};
  row.id = "p:u-u-i-d";
  row.parent = "arn:aws:codebuild:ap-northeast-2:123456789012:project/p";
  row.shape.id = row.id;
  row.shape.arn = "arn:aws:codebuild:ap-northeast-2:123456789012:build/p:u-u-i-d";
  row.shape.project_name = "p";
  row.shape.start_time = Timestamp{0};
  row.shape.source.emplace().type = "CODEPIPELINE";
  row.shape.source->location = "bucket/pipe/Source/abc.zip";
  row.shape.source_version = "arn:aws:s3:::bucket/pipe/Source/abc.zip";
  row.shape.environment.emplace().image = "aws/codebuild/standard:7.0";
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

}  // namespace
}  // namespace hanbat::codebuild
