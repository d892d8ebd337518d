// Builds, pipelines and deployments that are made to fail, and the causes that explain names for them.
#include "main/explain_testing.h"

namespace hanbat {
namespace {

TEST_F(ExplainTest, ABuildsCommandThatIsNotThereIsTheFirstCauseOfItsFailure) {
  const Json told =
      f.explain("build", f.build_of_command("/codebuild/output/tmp/script.sh: line 4: mvn: command not found"));
  EXPECT_EQ(told.text("outcome"), "FAILED");
  EXPECT_EQ(chain_of(told), "BUILD_FAILED > BUILD_COMMAND_FAILED > COMMAND_NOT_FOUND");
  EXPECT_EQ(told["summary"].text("en"), "mvn: command not found.");
  EXPECT_EQ(told["summary"].text("ko"), "mvn: 명령을 찾을 수 없습니다.");
  EXPECT_EQ(told["causes"].items()[1]["evidence"].items()[0].text("call"), "logs:GetLogEvents");
}

TEST_F(ExplainTest, ABuildsRoleThatLacksAnActionIsToldWithTheStatement) {
  const Json told = f.explain(
      "build",
      f.build_of_command(
          "An error occurred (AccessDenied): User: arn:aws:sts::123456789012:assumed-role/codebuild/x is not "
          "authorized to perform: ecr:PutImage on resource: arn:aws:ecr:ap-northeast-2:123456789012:repository/r "
          "because no identity-based policy allows the ecr:PutImage action"));
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_EQ(
      told["causes"].items().back()["remedy"].text("statement"),
      R"({"Effect":"Allow","Action":"ecr:PutImage","Resource":"arn:aws:ecr:ap-northeast-2:123456789012:repository/r"})");
}

TEST_F(ExplainTest, ABuildsOtherFailuresAreToldByTheirPhase) {
  struct Case {
    border::RunnerPhase phase;
    const char* code;
    const char* message;
    const char* cause;
  };
  for (const Case& one :
       {Case{border::RunnerPhase::kDownloadSource, "YAML_FILE_ERROR", "stat buildspec.yml: no such file or directory",
             "BUILDSPEC_MISSING"},
        Case{border::RunnerPhase::kDownloadSource, "YAML_FILE_ERROR", "wrong number of container tags, expected 1",
             "BUILDSPEC_INVALID"},
        Case{border::RunnerPhase::kUploadArtifacts, "CLIENT_ERROR", "no matching artifact paths found",
             "ARTIFACT_FILES_MISSING"},
        Case{border::RunnerPhase::kUploadArtifacts, "CLIENT_ERROR", "Failed to upload artifacts: NoSuchBucket",
             "ARTIFACT_UPLOAD_FAILED"},
        Case{border::RunnerPhase::kDownloadSource, "CLIENT_ERROR",
             "reference not found for primary source and source version main", "SOURCE_UNREADABLE"},
        Case{border::RunnerPhase::kDownloadSource, "YAML_FILE_ERROR",
             "Unknown runtime version named '2.7' of python. This build image has the following "
             "versions: 3.7, 3.8",
             "RUNTIME_UNKNOWN"},
        Case{border::RunnerPhase::kInstall, "CLIENT_ERROR",
             "python 3.8: Maven Central has 3.7.9; hanbat image runtime add python 3.8 FILE.tar", "RUNTIME_NOT_HERE"},
        Case{border::RunnerPhase::kDownloadSource, "CLIENT_ERROR",
             "fatal: could not read Username for 'https://git.example' for primary source",
             "SOURCE_CREDENTIALS_MISSING"},
        Case{border::RunnerPhase::kDownloadSource, "Decrypted Variables Error",
             "parameter does not exist: /db/password", "VARIABLE_UNREADABLE"}})
    EXPECT_EQ(first_cause(f.explain("build", f.failed_build(f.project(), {}, one.phase, one.code, one.message))),
              one.cause);
}

TEST_F(ExplainTest, ARoleThatDoesNotTrustCodeBuildAnyMoreIsTheCause) {
  f.make_role("fickle-build", "codebuild");
  const std::string project = f.project("", "fickle-build");
  f.set_trust("fickle-build", "lambda");
  const std::string id = f.start_build(project);
  f.run();
  const Json told = f.explain("build", id);
  EXPECT_EQ(first_cause(told), "ROLE_NOT_TRUSTING");
  EXPECT_NE(told["causes"].items().back()["remedy"].text("statement").find("codebuild.amazonaws.com"),
            std::string::npos);
}

TEST_F(ExplainTest, ARoleWithoutPermissionToWriteLogsIsTheCause) {
  const Json told = f.explain("build", f.ended_build("bare"));
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the role bare lacks logs:Create"), std::string::npos)
      << told["summary"].dump();
}

TEST_F(ExplainTest, AStoppedBuildNamesWhoStoppedItAndARunningOneItsEnd) {
  const std::string id = f.start_build(f.project());
  const Json running = f.explain("build", id);
  EXPECT_EQ(running.text("outcome"), "WAITING");
  EXPECT_EQ(first_cause(running), "BUILD_RUNS");
  EXPECT_FALSE(running["causes"].items().back()["until"].is_null());
  f.call("codebuild", "StopBuild", R"({"id":")" + id + "\"}");
  f.run();
  f.foundations->trail.flush();
  const Json told = f.explain("build", id);
  EXPECT_EQ(first_cause(told), "BUILD_STOPPED");
  EXPECT_EQ(told["summary"].text("en"), "The build was stopped by root.");
}

// Pipelines

TEST_F(ExplainTest, ASourceThatIsNotThereIsNamed) {
  const std::string store = f.bucket(),
                    build = "," + Failures::action("Build", "Build", "CodeBuild", R"({"ProjectName":"none"})",
                                                   R"(,"inputArtifacts":[{"name":"o"}])");
  const Json branch = f.explain("pipeline", f.pipeline(Failures::from_commits(f.repository("other")) + build, store));
  EXPECT_EQ(chain_of(branch), "STAGE_FAILED > ACTION_FAILED > BRANCH_MISSING");
  EXPECT_NE(branch["summary"].text("en").find("has no branch main"), std::string::npos);
  EXPECT_EQ(first_cause(f.explain("pipeline", f.pipeline(Failures::from_commits("no-such-repo") + build, store))),
            "SOURCE_REPOSITORY_MISSING");
  const std::string plain = f.bucket();
  s3::Client(f.test.home.as(f.root, kRegion))
      .put_object({.body = wire::Body::of_bytes("zip"), .bucket = plain, .key = "a.zip"});
  EXPECT_EQ(
      first_cause(f.explain(
          "pipeline", f.pipeline(Failures::action("Source", "Source", "S3",
                                                  R"({"S3Bucket":")" + plain +
                                                      R"(","S3ObjectKey":"a.zip","PollForSourceChanges":"false"})",
                                                  R"(,"outputArtifacts":[{"name":"o"}])") +
                                     build,
                                 store))),
      "BUCKET_NOT_VERSIONED");
}

TEST_F(ExplainTest, WhatThePipelinesRoleLacksIsToldWithItsStatement) {
  const std::string store = f.bucket(),
                    build = "," + Failures::action("Build", "Build", "CodeBuild", R"({"ProjectName":"none"})",
                                                   R"(,"inputArtifacts":[{"name":"o"}])");
  const Json lacks =
      f.explain("pipeline", f.pipeline(Failures::from_commits(f.repository("main")) + build, store, "bare-pipeline"));
  EXPECT_EQ(first_cause(lacks), "DENIED_IMPLICITLY");
  EXPECT_NE(lacks["summary"].text("en").find("the role bare-pipeline lacks codecommit:GetBranch on "),
            std::string::npos)
      << lacks["summary"].dump();
  f.make_role("fickle-pipeline", "codepipeline");
  const std::string name = f.pipeline(Failures::from_commits(f.repository("other")) + build, store, "fickle-pipeline");
  f.set_trust("fickle-pipeline", "lambda");
  f.call("codepipeline", "StartPipelineExecution", R"({"name":")" + name + "\"}");
  f.run();
  EXPECT_EQ(first_cause(f.explain("pipeline", name)), "ROLE_NOT_TRUSTING");
}

TEST_F(ExplainTest, ABucketForArtifactsThatIsGoneAndAProjectThatIsNotThereAreNamed) {
  const std::string build =
      "," + Failures::action("Build", "Build", "CodeBuild", R"({"ProjectName":"no-such-project"})",
                             R"(,"inputArtifacts":[{"name":"o"}])");
  EXPECT_EQ(first_cause(f.explain(
                "pipeline", f.pipeline(Failures::from_commits(f.repository("main")) + build, "no-such-bucket-here"))),
            "ARTIFACT_UPLOAD_FAILED");
  const Json told = f.explain("pipeline", f.pipeline(Failures::from_commits(f.repository("main")) + build, f.bucket()));
  EXPECT_EQ(first_cause(told), "BUILD_NOT_STARTED");
  EXPECT_NE(told["summary"].text("en").find("no-such-project"), std::string::npos);
}

TEST_F(ExplainTest, ADeploymentThatCannotBeStartedAndOneThatFailsStandBehindTheirActions) {
  const auto to = [](const std::string& application) {
    return "," + Failures::action("Deploy", "Deploy", "CodeDeploy",
                                  R"({"ApplicationName":")" + application + R"(","DeploymentGroupName":"dev"})",
                                  R"(,"inputArtifacts":[{"name":"o"}])");
  };
  EXPECT_EQ(first_cause(f.explain(
                "pipeline", f.pipeline(Failures::from_commits(f.repository("main")) + to("no-such-app"), f.bucket()))),
            "DEPLOYMENT_NOT_STARTED");
  EXPECT_EQ(chain_of(f.explain("pipeline", f.pipeline(Failures::from_commits(f.repository("main")) +
                                                          to(f.group("codedeploy", "nobody")),
                                                      f.bucket()))),
            "STAGE_FAILED > ACTION_FAILED > DEPLOYMENT_FAILED > NO_INSTANCE_HAS_THE_TAGS");
}

TEST_F(ExplainTest, AnApprovalAndADisabledTransitionAreWaitedFor) {
  const std::string approval = "," + Failures::action("Approve", "Approval", "Manual", "{}", "");
  const std::string name = f.pipeline(Failures::from_commits(f.repository("main")) + approval, f.bucket());
  const Json told = f.explain("pipeline", name);
  EXPECT_EQ(told.text("outcome"), "WAITING");
  EXPECT_EQ(first_cause(told), "APPROVAL_WAITS");
  EXPECT_NE(told["causes"].items().back()["remedy"].text("command").find(
                "--stage-name Approve --action-name ApproveAction --token"),
            std::string::npos);
  EXPECT_NE(f.explain("stuck", "").dump().find("APPROVAL_WAITS"), std::string::npos);
  f.call("codepipeline", "DisableStageTransition",
         R"({"pipelineName":")" + name + R"(","stageName":"Approve","transitionType":"Inbound","reason":"freeze"})");
  const Json state = f.call("codepipeline", "GetPipelineState", R"({"name":")" + name + "\"}");
  const Json& run = state["stageStates"].items()[1]["actionStates"].items()[0]["latestExecution"];
  f.call("codepipeline", "PutApprovalResult",
         R"({"pipelineName":")" + name + R"(","stageName":"Approve","actionName":"ApproveAction","token":")" +
             run.text("token") + R"(","result":{"summary":"no","status":"Rejected"}})");
  f.run();
  EXPECT_EQ(first_cause(f.explain("pipeline", name)), "APPROVAL_REJECTED");
  f.call("codepipeline", "StartPipelineExecution", R"({"name":")" + name + "\"}");
  f.run();
  const Json shut = f.explain("pipeline", name);
  EXPECT_EQ(first_cause(shut), "TRANSITION_DISABLED");
  EXPECT_NE(shut["summary"].text("en").find("freeze"), std::string::npos);
}

TEST_F(ExplainTest, APipelineThatNobodyTellsOfANewCommitIsBehindForWantOfARule) {
  const std::string repository = f.repository("main");
  const std::string name =
      f.pipeline(Failures::from_commits(repository) + "," + Failures::action("Approve", "Approval", "Manual", "{}", ""),
                 f.bucket());
  const Json state = f.call("codepipeline", "GetPipelineState", R"({"name":")" + name + "\"}");
  const Json& run = state["stageStates"].items()[1]["actionStates"].items()[0]["latestExecution"];
  f.call("codepipeline", "PutApprovalResult",
         R"({"pipelineName":")" + name + R"(","stageName":"Approve","actionName":"ApproveAction","token":")" +
             run.text("token") + R"(","result":{"summary":"yes","status":"Approved"}})");
  f.run();
  EXPECT_EQ(f.explain("pipeline", name).text("outcome"), "WORKS");
  const std::string head =
      f.call("codecommit", "GetBranch", R"({"repositoryName":")" + repository + R"(","branchName":"main"})")["branch"]
          .text("commitId");
  f.call("codecommit", "PutFile",
         R"({"repositoryName":")" + repository +
             R"(","branchName":"main","filePath":"new.py","fileContent":"Yg==","parentCommitId":")" + head + "\"}");
  EXPECT_EQ(chain_of(f.explain("pipeline", name)), "PIPELINE_BEHIND > TRIGGER_MISSING");

  f.make_role("starts-nothing", "events", "");
  const auto rule = [&](const std::string& branch, const std::string& state) {
    const std::string pattern = R"({"source":["aws.codecommit"],"detail":{"repositoryName":[")" + repository +
                                R"("],"referenceName":[")" + branch + R"("]}})";
    f.call(f.root, "events", "PutRule", Json::object({{"Name", name}, {"State", state}, {"EventPattern", pattern}}));
    f.call("events", "PutTargets",
           R"({"Rule":")" + name +
               R"(","Targets":[{"Id":"1","Arn":"arn:aws:codepipeline:ap-northeast-2:123456789012:)" + name +
               R"(","RoleArn":")" + kArn + R"(:role/starts-nothing"}]})");
  };
  rule("main", "DISABLED");
  const Json off = f.explain("pipeline", name);
  EXPECT_EQ(chain_of(off), "PIPELINE_BEHIND > TRIGGER_DISABLED");
  EXPECT_EQ(off["causes"].items().back()["remedy"].text("command"), "aws events enable-rule --name " + name);
  rule("master", "ENABLED");
  EXPECT_EQ(chain_of(f.explain("pipeline", name)), "PIPELINE_BEHIND > TRIGGER_DOES_NOT_MATCH");
  rule("main", "ENABLED");
  const std::string next =
      f.call("codecommit", "GetBranch", R"({"repositoryName":")" + repository + R"(","branchName":"main"})")["branch"]
          .text("commitId");
  f.call("codecommit", "PutFile",
         R"({"repositoryName":")" + repository +
             R"(","branchName":"main","filePath":"more.py","fileContent":"Yg==","parentCommitId":")" + next + "\"}");
  f.run();
  f.foundations->trail.flush();
  const Json refused = f.explain("pipeline", name);
  EXPECT_EQ(chain_of(refused), "PIPELINE_BEHIND > DENIED_IMPLICITLY");
  EXPECT_NE(refused["summary"].text("en").find("the role starts-nothing lacks codepipeline:StartPipelineExecution"),
            std::string::npos);
}

// Deployments

TEST_F(ExplainTest, ADeploymentWithoutInstancesNamesTheTagsThatNoneHas) {
  const Json told = f.explain("deployment", f.deploy(f.group("codedeploy", "nobody")));
  EXPECT_EQ(chain_of(told), "DEPLOYMENT_FAILED > NO_INSTANCE_HAS_THE_TAGS");
  EXPECT_NE(told["summary"].text("en").find("group=nobody"), std::string::npos);
}

TEST_F(ExplainTest, AServiceRoleWithoutTrustOrPermissionIsTheCauseOfADeployment) {
  f.make_role("fickle-deploy", "codedeploy");
  const std::string application = f.group("fickle-deploy", "nobody");
  f.set_trust("fickle-deploy", "lambda");
  EXPECT_EQ(first_cause(f.explain("deployment", f.deploy(application))), "ROLE_NOT_TRUSTING");
  const std::string id = f.deploy(f.group("bare-deploy", "nobody"));
  f.foundations->trail.flush();
  const Json told = f.explain("deployment", id);
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the role bare-deploy lacks ec2:DescribeInstances"), std::string::npos)
      << told.dump();
}

TEST_F(ExplainTest, WhatAnAgentReportsIsReadDownToTheLineThatSaysWhy) {
  struct Case {
    const char* event;
    const char* diagnostics;
    const char* cause;
    const char* named;
  };
  const std::string instance = f.instance("scripts");
  const std::string application = f.group("codedeploy", "scripts");
  for (
      const Case& one :
      {Case{
           "AfterInstall",
           R"({"error_code":4,"script_name":"scripts/install.sh","message":"Script at specified location: scripts/install.sh failed with exit code 127","log":"[stderr]/opt/x/install.sh: line 2: pip3: command not found\n"})",
           "COMMAND_NOT_FOUND", "AfterInstall: pip3: command not found."},
       Case{
           "ApplicationStart",
           R"({"error_code":4,"script_name":"start.sh","message":"failed","log":"[stderr]ModuleNotFoundError: No module named 'flask'\n"})",
           "PYTHON_MODULE_MISSING", "flask"},
       Case{
           "BeforeInstall",
           R"({"error_code":1,"script_name":"scripts/none.sh","message":"Script does not exist at specified location: scripts/none.sh","log":""})",
           "SCRIPT_MISSING", "scripts/none.sh"},
       Case{"BeforeInstall", R"({"error_code":2,"script_name":"a.sh","message":"not executable","log":""})",
            "SCRIPT_NOT_EXECUTABLE", "a.sh"},
       Case{
           "ApplicationStart",
           R"({"error_code":3,"script_name":"start.sh","message":"Script at specified location: start.sh failed to complete in 30 seconds","log":""})",
           "SCRIPT_TIMED_OUT", "30 seconds"},
       Case{
           "Install",
           R"({"error_code":5,"script_name":"","message":"The deployment failed because a specified file already exists at this location: /srv/app.py","log":""})",
           "FILE_EXISTS", "/srv/app.py"},
       Case{
           "BeforeInstall",
           R"({"error_code":5,"script_name":"","message":"The CodeDeploy agent did not find an AppSpec file within the unpacked revision directory at revision-relative path \"appspec.yml\".","log":""})",
           "APPSPEC_MISSING", "appspec.yml"},
       Case{
           "BeforeInstall",
           R"({"error_code":5,"script_name":"","message":"The deployment failed because the application specification file was empty. ","log":""})",
           "APPSPEC_INVALID", "empty"},
       Case{"DownloadBundle", R"({"error_code":5,"script_name":"","message":"S3 answered 404 NoSuchKey","log":""})",
            "BUNDLE_NOT_DOWNLOADED", "NoSuchKey"}}) {
    const std::string id = f.deploy(application);
    f.agent_fails(id, instance, one.event, one.diagnostics);
    const Json told = f.explain("deployment", id);
    EXPECT_EQ(first_cause(told), one.cause) << told.dump();
    EXPECT_NE(told["summary"].text("en").find(one.named), std::string::npos) << told["summary"].dump();
    f.run(200);
  }
}

TEST_F(ExplainTest, AnAgentThatIsSilentIsExplainedByItsInstance) {
  f.instance("silent");
  const std::string id = f.deploy(f.group("codedeploy", "silent"));
  const Json waits = f.explain("deployment", id);
  EXPECT_EQ(waits.text("outcome"), "WAITING");
  EXPECT_EQ(first_cause(waits), "HOST_WORKS");
  EXPECT_NE(f.explain("stuck", "").dump().find(id), std::string::npos);
  for (int minute = 0; minute < 6; ++minute) {
    f.test.clock.advance(Seconds(60));
    f.run(2);
  }
  const Json told = f.explain("deployment", id);
  EXPECT_EQ(chain_of(told), "DEPLOYMENT_FAILED > AGENT_SILENT > INSTANCE_PROFILE_MISSING");
}

TEST_F(ExplainTest, AStoppedDeploymentIsToldToHaveBeenStopped) {
  f.instance("stopped");
  const std::string id = f.deploy(f.group("codedeploy", "stopped"));
  f.call("codedeploy", "StopDeployment", R"({"deploymentId":")" + id + "\"}");
  EXPECT_EQ(first_cause(f.explain("deployment", id)), "DEPLOYMENT_STOPPED");
}

}  // namespace
}  // namespace hanbat
