// More kinds of failures than one meets every day, each made and told by its own cause.
#include "main/explain_testing.h"

namespace hanbat {
namespace {

TEST_F(ExplainTest, ABuildThatCannotBeginOrGoOnIsToldByWhatRefusedIt) {
  struct Case {
    const char* code;
    const char* message;
    const char* cause;
  };
  for (const Case& one :
       {Case{"BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE", "no registry gives registry.example/none:1",
             "BUILD_IMAGE_MISSING"},
        Case{"VPC_CLIENT_ERROR", "Unexpected EC2 error: UnauthorizedOperation", "BUILD_IN_VPC_REFUSED"},
        Case{"INTERNAL_SERVICE_ERROR", "the machine went away", "BUILD_FAULT"},
        Case{"CLIENT_ERROR", "the archive has no end", "BUILD_CANNOT_GO_ON"}}) {
    const Json told = f.explain(
        "build", f.failed_build(f.project(), {}, border::RunnerPhase::kDownloadSource, one.code, one.message));
    EXPECT_EQ(chain_of(told), std::string("BUILD_FAILED > ") + one.cause);
    EXPECT_NE(told["summary"].text("en").find(one.message), std::string::npos) << told["summary"].dump();
  }
}

TEST_F(ExplainTest, ABuildThatTakesTooLongIsToldByItsLimit) {
  const std::string id = f.start_build(f.project(R"(,"timeoutInMinutes":5)"));
  f.test.clock.advance(Seconds(301));
  f.run();
  const Json told = f.explain("build", id);
  EXPECT_EQ(chain_of(told), "BUILD_TIMED_OUT");
  EXPECT_NE(told["summary"].text("en").find("its 5 minutes"), std::string::npos) << told["summary"].dump();
}

// Pipelines

TEST_F(ExplainTest, APipelineThatNobodyHasStartedNeverRan) {
  const std::string name = "unstarted";
  f.call("codepipeline", "CreatePipeline",
         R"({"pipeline":{"name":")" + name + R"(","pipelineType":"V2","variables":[{"name":"version"}],"roleArn":")" +
             kArn + R"(:role/codepipeline","artifactStore":{"type":"S3","location":")" + f.bucket() +
             R"("},"stages":[)" + Failures::from_commits(f.repository("main")) + "," +
             Failures::action("Approve", "Approval", "Manual", "{}", "") + "]}}");
  f.run();
  EXPECT_EQ(f.explain("pipeline", name)["causes"].items().front().text("code"), "PIPELINE_NEVER_RAN");
}

TEST_F(ExplainTest, AVariableThatBreaksAConfigurationOrIsNowhereIsTold) {
  const auto with_build = [&](const std::string& configuration) {
    // What it takes from the commit's message ends the JSON's text.
    const std::string repository = f.repository("");
    f.call("codecommit", "PutFile",
           R"({"repositoryName":")" + repository +
               R"(","branchName":"main","filePath":"a","fileContent":"YQ==","commitMessage":"say \"hi\""})");
    std::string source = Failures::from_commits(repository);
    source.insert(source.find(R"(,"outputArtifacts")"), R"(,"namespace":"Source")");
    return source + "," +
           Failures::action("Build", "Build", "CodeBuild", configuration, R"(,"inputArtifacts":[{"name":"o"}])");
  };
  const std::string project = f.project();
  const Json broken = f.explain(
      "pipeline",
      f.pipeline(with_build(R"({"ProjectName":")" + project +
                            R"(","EnvironmentVariables":"[{\"name\":\"A\",\"value\":\"#{Source.CommitMessage}\"}]"})"),
                 f.bucket()));
  EXPECT_EQ(first_cause(broken), "ACTION_CONFIGURATION_INVALID") << broken.dump();
  const Json variable =
      f.explain("pipeline", f.pipeline(with_build(R"({"ProjectName":"#{Source.Project}"})"), f.bucket()));
  EXPECT_EQ(first_cause(variable), "VARIABLE_UNRESOLVED") << variable.dump();
  EXPECT_NE(variable["summary"].text("en").find("#{Source.Project}"), std::string::npos);
}

TEST_F(ExplainTest, AnObjectThatIsNotThereIsASourceThatCannotBeRead) {
  const std::string source = f.bucket();
  f.call("s3", "PutBucketVersioning",
         R"({"Bucket":")" + source + R"(","VersioningConfiguration":{"Status":"Enabled"}})");
  const Json told = f.explain(
      "pipeline", f.pipeline(Failures::action("Source", "Source", "S3",
                                              R"({"S3Bucket":")" + source +
                                                  R"(","S3ObjectKey":"none.zip","PollForSourceChanges":"false"})",
                                              R"(,"outputArtifacts":[{"name":"o"}])") +
                                 "," + Failures::action("Approve", "Approval", "Manual", "{}", ""),
                             f.bucket()));
  EXPECT_EQ(first_cause(told), "SOURCE_OBJECT_UNREADABLE");
  EXPECT_NE(told["summary"].text("en").find("none.zip"), std::string::npos);
}

// Deployments

TEST_F(ExplainTest, AConfigurationThatWantsMoreHostsThanThereAreSaysSo) {
  f.call("codedeploy", "CreateDeploymentConfig",
         R"({"deploymentConfigName":"five","minimumHealthyHosts":{"type":"HOST_COUNT","value":5}})");
  f.instance("few");
  const std::string application = f.group("codedeploy", "few");
  f.call("codedeploy", "UpdateDeploymentGroup",
         R"({"applicationName":")" + application +
             R"(","currentDeploymentGroupName":"dev","deploymentConfigName":"five"})");
  const Json told = f.explain("deployment", f.deploy(application));
  EXPECT_EQ(chain_of(told), "DEPLOYMENT_FAILED > TOO_FEW_INSTANCES_FOR_THE_CONFIGURATION");
  EXPECT_NE(told["summary"].text("en").find("five"), std::string::npos);
}

TEST_F(ExplainTest, AnEventThatFailsForNoKnownReasonIsToldInItsOwnWords) {
  struct Case {
    const char* diagnostics;
    const char* cause;
    const char* named;
  };
  const std::string instance = f.instance("unknown"), application = f.group("codedeploy", "unknown");
  for (
      const Case& one :
      {Case{
           R"({"error_code":4,"script_name":"check.sh","message":"check.sh failed with exit code 9","log":"[stdout]no\n"})",
           "SCRIPT_FAILED", "check.sh failed with exit code 9"},
       Case{R"({"error_code":5,"script_name":"","message":"the moon is full","log":""})", "EVENT_FAILED",
            "AfterInstall failed: the moon is full"}}) {
    const std::string id = f.deploy(application);
    f.agent_fails(id, instance, "AfterInstall", one.diagnostics);
    const Json told = f.explain("deployment", id);
    EXPECT_EQ(first_cause(told), one.cause) << told.dump();
    EXPECT_NE(told["summary"].text("en").find(one.named), std::string::npos) << told["summary"].dump();
    f.run(200);
  }
}

TEST_F(ExplainTest, ASilentAgentIsToldByWhatItsInstanceIs) {
  f.call("iam", "CreateInstanceProfile", R"({"InstanceProfileName":"ec2"})");
  f.call("iam", "AddRoleToInstanceProfile", R"({"InstanceProfileName":"ec2","RoleName":"ec2"})");
  const std::string halted = f.instance("halted");
  f.instance("mute", R"(,"IamInstanceProfile":{"Name":"ec2"})");
  const std::string stopped = f.deploy(f.group("codedeploy", "halted")), mute = f.deploy(f.group("codedeploy", "mute"));
  f.call("ec2", "StopInstances", R"({"InstanceIds":[")" + halted + "\"]}");
  for (int minute = 0; minute < 6; ++minute) {
    f.test.clock.advance(Seconds(60));
    f.run(2);
  }
  EXPECT_EQ(chain_of(f.explain("deployment", stopped)), "DEPLOYMENT_FAILED > AGENT_SILENT > INSTANCE_NOT_RUNNING");
  const Json told = f.explain("deployment", mute);
  EXPECT_EQ(chain_of(told), "DEPLOYMENT_FAILED > AGENT_SILENT > AGENT_NOT_REACHING");
  EXPECT_TRUE(told["causes"].items().back()["remedy"].text("command").starts_with("hanbat explain packet i-"));
}

TEST_F(ExplainTest, AnAgentThatNeverReportsTheEndIsLate) {
  const std::string instance = f.instance("slow"), id = f.deploy(f.group("codedeploy", "slow"));
  const std::string event = f.agent_takes(instance, "", "");
  EXPECT_FALSE(event.empty());
  f.test.clock.advance(Seconds(3700));
  f.run();
  const Json told = f.explain("deployment", id);
  EXPECT_EQ(chain_of(told), "DEPLOYMENT_FAILED > AGENT_LATE");
  EXPECT_TRUE(told["summary"].text("en").starts_with(event + ": the agent took the command")) << told["summary"].dump();
}

// Images

TEST_F(ExplainTest, ATagThatIsMissingIsToldFromAPushThatWasRefused) {
  f.call("ecr", "CreateRepository", R"({"repositoryName":"fixed-ecr","imageTagMutability":"IMMUTABLE"})");
  // An image of a configuration "{}" and no layer.
  const std::string digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  const std::string upload = f.call("ecr", "InitiateLayerUpload", R"({"repositoryName":"fixed-ecr"})").text("uploadId");
  f.call("ecr", "UploadLayerPart",
         R"({"repositoryName":"fixed-ecr","uploadId":")" + upload +
             R"(","partFirstByte":0,"partLastByte":1,"layerPartBlob":"e30="})");
  f.call("ecr", "CompleteLayerUpload",
         R"({"repositoryName":"fixed-ecr","uploadId":")" + upload + R"(","layerDigests":[")" + digest + "\"]}");
  const auto put = [&](const std::string& note) {
    const std::string manifest =
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":")" +
        digest + R"("},"layers":[],"annotations":{"note":")" + note + "\"}}";
    f.call(f.root, "ecr", "PutImage",
           Json::object({{"repositoryName", "fixed-ecr"}, {"imageManifest", manifest}, {"imageTag", "1"}}));
  };
  put("first");
  EXPECT_EQ(f.explain("image", "fixed-ecr:1").text("outcome"), "WORKS");
  EXPECT_EQ(chain_of(f.explain("image", "fixed-ecr:2")), "IMAGE_TAG_MISSING");
  EXPECT_EQ(wire::code_of([&] { put("second"); }), "ImageTagAlreadyExistsException");
  f.foundations->trail.flush();
  const Json told = f.explain("image", "fixed-ecr:2");
  EXPECT_EQ(chain_of(told), "IMAGE_TAG_MISSING > PUSH_REFUSED");
  EXPECT_NE(told["causes"].items().back()["remedy"].text("en").find("immutable"), std::string::npos);
}

// What changes by itself

TEST_F(ExplainTest, WhatIsStillBeingMadeIsAmongWhatWaits) {
  const std::string subnet = f.call("ec2", "DescribeSubnets", "{}")["Subnets"].items().front().text("SubnetId");
  const std::string address = f.call("ec2", "AllocateAddress", R"({"Domain":"vpc"})").text("AllocationId");
  f.call("ec2", "CreateNatGateway", R"({"SubnetId":")" + subnet + R"(","AllocationId":")" + address + "\"}");
  const std::string image =
      f.call("ec2", "DescribeImages", R"({"Owners":["amazon"]})")["Images"].items().front().text("ImageId");
  f.call("ec2", "RunInstances",
         R"({"ImageId":")" + image + R"(","InstanceType":"t3.small","MinCount":1,"MaxCount":1})");
  const Json told = f.explain("stuck", "");
  EXPECT_EQ(told.text("outcome"), "WAITING");
  for (const char* code : {"NAT_GATEWAY_CHANGES", "INSTANCE_CHANGES"})
    EXPECT_NE(told.dump().find(code), std::string::npos) << code;
  f.run(4);
  const std::string later = f.explain("stuck", "").dump();
  EXPECT_EQ(later.find("NAT_GATEWAY_CHANGES"), std::string::npos);
  EXPECT_EQ(later.find("INSTANCE_CHANGES"), std::string::npos);
}

// Packets

TEST_F(ExplainTest, ABalancerWithoutAListenerOnThePortIsToldByItsPorts) {
  const Json subnets = f.call("ec2", "DescribeSubnets", "{}")["Subnets"];
  const std::string vpc = subnets.items()[0].text("VpcId");
  const std::string group =
      f.call("ec2", "CreateSecurityGroup", R"({"GroupName":"open","Description":"all","VpcId":")" + vpc + "\"}")
          .text("GroupId");
  f.call("ec2", "AuthorizeSecurityGroupIngress",
         R"({"GroupId":")" + group + R"(","IpPermissions":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]})");
  const std::string arn =
      f.call("elasticloadbalancing", "CreateLoadBalancer",
             R"({"Name":"deaf","Subnets":[")" + subnets.items()[0].text("SubnetId") + R"(",")" +
                 subnets.items()[1].text("SubnetId") + R"("],"SecurityGroups":[")" + group + "\"]}")["LoadBalancers"]
          .items()
          .front()
          .text("LoadBalancerArn");
  f.call(
      "elasticloadbalancing", "CreateListener",
      R"({"LoadBalancerArn":")" + arn +
          R"(","Protocol":"HTTP","Port":80,"DefaultActions":[{"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"200"}}]})");
  f.run(4);
  f.host.trial_result = host::TrialResult{.end = host::TrialEnd::kAnswered};
  EXPECT_EQ(f.packet("internet", "deaf", 80).text("outcome"), "WORKS");
  const Json told = f.packet("internet", "deaf", 8080);
  EXPECT_EQ(first_cause(told), "ELBV2_LISTENERS_MISMATCH");
  EXPECT_EQ(told["causes"].items().back()["evidence"].items().front().text("excerpt"), "ports: 80");
  f.host.trial_result.reset();
}

}  // namespace
}  // namespace hanbat
