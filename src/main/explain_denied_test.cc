// Calls that are made to be denied, images that are not there, and what a caller may not see of it.
#include "main/explain_testing.h"

namespace hanbat {
namespace {

// Who may not see, and what is not there

TEST_F(ExplainTest, WhoMayNotSeeIsToldWhichPermissionIsMissing) {
  const std::string id = f.build_of_command("mvn: command not found");
  const Json nothing = f.explain("build", id, f.user("blind"));
  EXPECT_EQ(nothing.text("outcome"), "UNSEEN");
  EXPECT_EQ(nothing["unseen"].items().at(0).text("action"), "codebuild:BatchGetBuilds");
  const Json partly = f.explain("build", id, f.user("no-logs", {Failures::allow("codebuild:*")}));
  EXPECT_EQ(first_cause(partly), "BUILD_COMMAND_FAILED");
  EXPECT_EQ(partly["unseen"].items().at(0).text("action"), "logs:GetLogEvents");
  EXPECT_EQ(partly.dump().find("mvn"), std::string::npos) << "the log is nobody's who may not read it";
}

TEST_F(ExplainTest, WhatIsNotThereIsNotFoundAndWhatIsNotSaidIsInvalid) {
  EXPECT_EQ(wire::code_of([&] { f.explain("build", "none:1"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("pipeline", "none"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("deployment", "d-NONE00000"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("target", "i-00000000000000001"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("target", "no-such-group"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("denied", "11111111-2222-3333-4444-555555555555"); }),
            "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("pipeline", ""); }), "ValidationException");
}

// Denied calls

TEST_F(ExplainTest, AnImplicitDenyNamesTheUserTheActionAndTheStatement) {
  const region::Caller kim = f.user("kim");
  f.refused(kim, "codecommit", "GetRepository", R"({"repositoryName":"wsi-api-repo"})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_EQ(
      told["summary"].text("en"),
      "the user kim lacks codecommit:GetRepository on arn:aws:codecommit:ap-northeast-2:123456789012:wsi-api-repo: "
      "nothing in its own (identity-based) policies allows it.");
  EXPECT_NE(told.dump().find("iam:SimulatePrincipalPolicy"), std::string::npos);
  EXPECT_NE(told.dump().find("implicitDeny"), std::string::npos);
}

TEST_F(ExplainTest, AnExplicitDenyNamesThePolicyThatSaysIt) {
  const region::Caller lee = f.user("lee", {Failures::allow("*"), Failures::allow("ec2:RunInstances", "Deny")});
  f.refused(lee, "ec2", "RunInstances", R"({"ImageId":"ami-00000000000000001","MinCount":1,"MaxCount":1})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "DENIED_EXPLICITLY");
  EXPECT_NE(told.dump().find("user_lee_p1"), std::string::npos) << told.dump();
}

TEST_F(ExplainTest, ABoundaryThatDoesNotAllowIsNamedAsTheKindOfPolicy) {
  const std::string arn =
      f.call(f.root, "iam", "CreatePolicy",
             Json::object({{"PolicyName", "bound"}, {"PolicyDocument", Failures::allow("s3:*")}}))["Policy"]
          .text("Arn");
  const region::Caller park = f.user("park", {Failures::allow("*")});
  f.call(f.root, "iam", "PutUserPermissionsBoundary",
         Json::object({{"UserName", "park"}, {"PermissionsBoundary", arn}}));
  f.refused(park, "codebuild", "ListProjects", "{}");
  const Json told = f.explain("denied", "last");
  EXPECT_NE(told["summary"].text("en").find("permissions boundary"), std::string::npos) << told["summary"].dump();
  EXPECT_NE(told.dump().find("the permissions boundary does not allow it"), std::string::npos);
}

TEST_F(ExplainTest, ARefusedCallOfIamIsFoundThoughItIsInAnotherRegion) {
  f.refused(f.user("choi"), "iam", "ListUsers", "{}");
  EXPECT_NE(f.explain("denied", "last")["summary"].text("en").find("the user choi lacks iam:ListUsers"),
            std::string::npos);
}

TEST_F(ExplainTest, ARoleThatTrustsNobodyIsShownWithItsTrustPolicyAndOneThatIsMissingIsNamed) {
  const region::Caller jung = f.user("jung", {Failures::allow("sts:AssumeRole")});
  f.refused(jung, "sts", "AssumeRole",
            R"({"RoleArn":"arn:aws:iam::123456789012:role/stranger","RoleSessionName":"session"})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "ROLE_NOT_TRUSTING");
  EXPECT_NE(told.dump().find("lambda.amazonaws.com"), std::string::npos);
  f.refused(jung, "sts", "AssumeRole",
            R"({"RoleArn":"arn:aws:iam::123456789012:role/nobody","RoleSessionName":"session"})");
  EXPECT_EQ(first_cause(f.explain("denied", "last")), "ROLE_MISSING");
}

TEST_F(ExplainTest, ADenialIsExplainedFromItsMessageAlone) {
  const Json told =
      f.explain("denied",
                "An error occurred (AccessDenied) when calling the GetObject operation: User: "
                "arn:aws:iam::123456789012:user/kim is not authorized to perform: s3:GetObject on resource: "
                "\"arn:aws:s3:::b/k\" because no resource-based policy allows the s3:GetObject action");
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the resource's own policy"), std::string::npos);
  EXPECT_NE(told["causes"].items()[0]["remedy"].text("statement").find("\"Principal\""), std::string::npos);
}

TEST_F(ExplainTest, WhatExplainItselfWasRefusedIsNeverTheLastDeniedCall) {
  f.refused(f.user("han"), "codecommit", "ListRepositories", "{}");
  f.explain("build", "x:1", f.user("curious"));
  f.foundations->trail.flush();
  EXPECT_NE(f.explain("denied", "last")["summary"].text("en").find("the user han"), std::string::npos);
}

// Images

TEST_F(ExplainTest, AnImagesRepositoryItsTagAndItsPushAreToldApart) {
  EXPECT_EQ(first_cause(f.explain("image", "nowhere:1")), "REPOSITORY_MISSING");
  f.call("ecr", "CreateRepository", R"({"repositoryName":"wsi-api-ecr"})");
  EXPECT_EQ(first_cause(f.explain("image", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/wsi-api-ecr:1")),
            "IMAGE_NEVER_PUSHED");
}

TEST_F(ExplainTest, AnImageWhoseBuildFailedIsExplainedByThatBuild) {
  f.call("ecr", "CreateRepository", R"({"repositoryName":"late-ecr"})");
  f.failed_build(
      f.project(),
      {"docker push 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/late-ecr:1", "no basic auth credentials"},
      border::RunnerPhase::kPostBuild, "COMMAND_EXECUTION_ERROR",
      "Error while executing command: docker push. Reason: exit status 1");
  EXPECT_EQ(chain_of(f.explain("image", "late-ecr:1")),
            "IMAGE_NEVER_PUSHED > BUILD_FAILED > BUILD_COMMAND_FAILED > REGISTRY_LOGIN_MISSING");
}

TEST_F(ExplainTest, AnImageWhosePushWasDeniedIsExplainedByTheDenial) {
  f.call("ecr", "CreateRepository", R"({"repositoryName":"shut-ecr"})");
  f.refused(f.user("pusher"), "ecr", "InitiateLayerUpload", R"({"repositoryName":"shut-ecr"})");
  const Json told = f.explain("image", "shut-ecr:1");
  EXPECT_EQ(chain_of(told), "IMAGE_NEVER_PUSHED > DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the user pusher lacks ecr:InitiateLayerUpload"), std::string::npos);
}

// Packets

TEST_F(ExplainTest, APacketIsFollowedToWhereItEndsAndTheRuleThatWouldLetItPass) {
  const std::string vpc = f.call("ec2", "CreateVpc", R"({"CidrBlock":"10.7.0.0/16"})")["Vpc"].text("VpcId");
  const std::string subnet =
      f.call("ec2", "CreateSubnet", R"({"VpcId":")" + vpc + R"(","CidrBlock":"10.7.0.0/24"})")["Subnet"].text(
          "SubnetId");
  const std::string web = f.instance("packets", R"(,"SubnetId":")" + subnet + "\"");
  const std::string app = f.instance("packets", R"(,"SubnetId":")" + subnet + "\"");
  EXPECT_EQ(f.packet(web, app, 8080).text("outcome"), "WORKS");
  EXPECT_EQ(f.packet(web, app, 8080)["path"].items().front().text("component"), web);
  EXPECT_EQ(first_cause(f.packet("internet", web, 80)), "INTERNET_GATEWAY_MISSING");
  const std::string gateway = f.call("ec2", "CreateInternetGateway", "{}")["InternetGateway"].text("InternetGatewayId");
  f.call("ec2", "AttachInternetGateway", R"({"VpcId":")" + vpc + R"(","InternetGatewayId":")" + gateway + "\"}");
  EXPECT_EQ(chain_of(f.packet("internet", web, 80)),
            "NO_ROUTE_TO_DESTINATION > ENI_SG_RULES_MISMATCH > IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
  const Json out = f.packet(web, "internet", 443);
  EXPECT_EQ(first_cause(out), "NO_ROUTE_TO_DESTINATION");
  EXPECT_NE(out["causes"].items().back()["remedy"].text("command").find("aws ec2 create-route --route-table-id rtb-"),
            std::string::npos);
  EXPECT_TRUE(f.call("ec2", "DescribeNetworkInsightsPaths", "{}")["NetworkInsightsPaths"].empty());
  EXPECT_EQ(wire::code_of([&] { f.packet("internet", "internet", 443); }), "ValidationException");
  EXPECT_EQ(wire::code_of([&] { f.packet(web, "no-such-balancer", 443); }), "ResourceNotFoundException");
  const Json blind = f.packet(web, app, 8080, f.user("packet-blind"));
  EXPECT_EQ(blind.text("outcome"), "UNSEEN");
  EXPECT_EQ(blind["unseen"].items().front().text("action"), "ec2:DescribeNetworkInterfaces");
}

TEST_F(ExplainTest, WhatTheKernelDidWithAPacketOnTrialStandsBesideWhatWasComputed) {
  const std::string vpc = f.call("ec2", "CreateVpc", R"({"CidrBlock":"10.8.0.0/16"})")["Vpc"].text("VpcId");
  const std::string subnet =
      f.call("ec2", "CreateSubnet", R"({"VpcId":")" + vpc + R"(","CidrBlock":"10.8.0.0/24"})")["Subnet"].text(
          "SubnetId");
  const std::string web = f.instance("trials", R"(,"SubnetId":")" + subnet + "\"");
  const std::string app = f.instance("trials", R"(,"SubnetId":")" + subnet + "\"");
  EXPECT_EQ(f.packet(web, app, 8080)["kernel"]["sentence"].text("en"),
            "The kernel was not asked: " + vpc + " is in no kernel.");

  f.host.trial_result = host::TrialResult{.end = host::TrialEnd::kAnswered, .trace = {"forth x: accept"}};
  const Json works = f.packet(web, app, 8080);
  EXPECT_EQ(works.text("outcome"), "WORKS");
  EXPECT_TRUE(works["kernel"].flag("agrees"));
  EXPECT_EQ(works["kernel"]["evidence"].items().front().text("excerpt"), "forth x: accept");
  EXPECT_EQ(f.host.trials.back().vpc_id, vpc);
  EXPECT_TRUE(f.host.trials.back().destination.starts_with("10.8.0."));

  f.host.trial_result->end = host::TrialEnd::kRefused;
  EXPECT_EQ(first_cause(f.packet(web, app, 8080)), "NOTHING_LISTENS");
  f.host.trial_result = host::TrialResult{.end = host::TrialEnd::kStopped, .stop = host::TrialStop::kNetworkAcl};
  const Json differs = f.packet(web, app, 8080);
  EXPECT_EQ(first_cause(differs), "KERNEL_DISAGREES");
  EXPECT_EQ(differs.text("outcome"), "FAILED");

  const std::size_t asked = f.host.trials.size();
  EXPECT_EQ(f.packet(web, app, 8080, f.user("trial-blind", {Failures::allow("ec2:Describe*")})).text("outcome"),
            "UNSEEN");
  EXPECT_EQ(f.host.trials.size(), asked) << "whoever may not analyse the path has no packet sent";
}

}  // namespace
}  // namespace hanbat
