// The Build machine and the job that the runner gets, as tables of cases.
#include "services/codebuild/build_phases.h"

#include <gtest/gtest.h>

#include "services/codebuild/build_job.h"

namespace hanbat::codebuild {
namespace {

Build apply_all(const std::vector<std::string>& events, Applied& applied) {
  Build build;
  for (const std::string& event : events) apply_event(build, border::BuildEvent::from_line(event), applied);
  return build;
}

TEST(BuildPhases, AnEventBeginsAndEndsItsPhaseOnce) {
  Applied applied;
  const Build build =
      apply_all({R"({"t":1000,"type":"phase_start","phase":"INSTALL"})",
                 R"({"t":3500,"type":"phase_end","phase":"INSTALL","status":"SUCCEEDED","code":"","message":""})",
                 R"({"t":9000,"type":"phase_end","phase":"INSTALL","status":"FAILED","code":"X","message":""})"},
                applied);
  ASSERT_EQ(build.phases->size(), 1u);
  const BuildPhase& phase = build.phases->front();
  EXPECT_EQ(phase.phase_status, "SUCCEEDED");
  EXPECT_EQ(phase.duration_in_seconds, 2);
  EXPECT_EQ(build.current_phase, "INSTALL");
}

TEST(BuildPhases, AFailedCommandStandsInItsPhase) {
  Applied applied;
  const Build build = apply_all(
      {R"({"t":1,"type":"phase_end","phase":"BUILD","status":"FAILED","code":"COMMAND_EXECUTION_ERROR","message":"exit status 1"})",
       R"({"t":2,"type":"end","status":"FAILED"})"},
      applied);
  EXPECT_TRUE(has_failed_phase(build));
  EXPECT_EQ(build.phases->front().contexts->front().status_code, "COMMAND_EXECUTION_ERROR");
  EXPECT_EQ(applied.done, "FAILED");
}

TEST(BuildPhases, CompletingEndsOpenPhasesWithTheBuildsStatus) {
  Build build;
  begin_phase(build, "BUILD", {1000});
  complete(build, "STOPPED", {2000});
  EXPECT_EQ(build.phases->front().phase_status, "STOPPED");
  EXPECT_EQ(build.current_phase, "COMPLETED");
  EXPECT_TRUE(*build.build_complete);
}

TEST(BuildPhases, LinesVersionsVariablesAndArtifactsAreKept) {
  Applied applied;
  const Build build =
      apply_all({R"({"t":5,"type":"log","message":"hello"})", R"({"t":5,"type":"source","version":"abc"})",
                 R"({"t":5,"type":"exported","name":"TAG","value":"1"})",
                 R"({"t":5,"type":"artifact","identifier":"","location":"arn:aws:s3:::b/k","sha256":"s","md5":""})"},
                applied);
  EXPECT_EQ(applied.lines.at(0).text, "hello");
  EXPECT_EQ(build.resolved_source_version, "abc");
  EXPECT_EQ(build.exported_environment_variables->at(0).name, "TAG");
  EXPECT_EQ(build.artifacts->location, "arn:aws:s3:::b/k");
  EXPECT_FALSE(build.artifacts->md5sum);
}

TEST(BuildPhases, WhyARunnerGaveUpIsKept) {
  Applied applied;
  apply_all({R"({"t":1,"type":"end","status":"FAULT","message":"the build's machine was restarted"})"}, applied);
  EXPECT_EQ(applied.done, "FAULT");
  EXPECT_EQ(applied.fault, "the build's machine was restarted");
}

TEST(BuildJob, APipelinesBuildFetchesAndStoresObjectsOfItsBucket) {
  BuildRow row;
  row.region = "ap-northeast-2";
  row.account = "123456789012";
  row.build.id = "p:u-u-i-d";
  row.build.arn = "arn:aws:codebuild:ap-northeast-2:123456789012:build/p:u-u-i-d";
  row.build.project_name = "p";
  row.build.start_time = Timestamp{0};
  row.build.source.emplace().type = "CODEPIPELINE";
  row.build.source->location = "bucket/pipe/Source/abc.zip";
  row.build.source_version = "arn:aws:s3:::bucket/pipe/Source/abc.zip";
  row.build.environment.emplace().image = "aws/codebuild/standard:7.0";
  ProjectArtifacts artifacts;
  artifacts.type = "CODEPIPELINE";
  artifacts.location = "bucket";
  artifacts.path = "pipe/Build/";
  artifacts.name = "xyz";
  row.work = Json::object({{"artifacts", wire::to_json(artifacts)}});
  const border::BuildJob job = job_of(row);
  EXPECT_EQ(job.source.kind, border::BuildSource::Kind::kS3);
  EXPECT_EQ(job.source.location, "bucket/pipe/Source/abc.zip");
  EXPECT_EQ(job.source.version, "");
  EXPECT_EQ(job.artifacts.bucket, "bucket");
  EXPECT_EQ(job.artifacts.key, "pipe/Build/xyz");
  EXPECT_EQ(job.artifacts.packaging, border::BuildOutput::Packaging::kZip);
  EXPECT_EQ(job.credentials_url, "http://169.254.170.2/v2/credentials/u-u-i-d");
}

TEST(ArtifactArn, PathNamespaceAndNameMakeTheKey) {
  ProjectArtifacts artifacts;
  artifacts.type = "S3";
  artifacts.location = "bucket";
  artifacts.path = "/out";
  artifacts.namespace_type = "BUILD_ID";
  artifacts.name = "app.zip";
  EXPECT_EQ(artifact_arn(artifacts, "", "uuid"), "arn:aws:s3:::bucket/out/uuid/app.zip");
  EXPECT_EQ(artifact_arn(artifacts, "other", ""), "arn:aws:s3:::bucket/out/other");
}

}  // namespace
}  // namespace hanbat::codebuild
