// What a runner's events change in a build, and where artifacts lie, as cases.
#include "services/codebuild/build_phases.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(build.phases->front().phase_status, "FAILED");
  EXPECT_EQ(build.phases->front().contexts->front().status_code, "COMMAND_EXECUTION_ERROR");
  EXPECT_EQ(applied.end, BuildEvent::kRunnerFailed);
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
  EXPECT_EQ(applied.end, BuildEvent::kRunnerBroke);
  EXPECT_EQ(applied.fault, "the build's machine was restarted");
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
