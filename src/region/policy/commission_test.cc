// The roles of the commission (examples/wsi-2021/policies) are least privilege: each may do what the services and its
// own scripts ask of it, and nothing near that.
#include <gtest/gtest.h>

#include "base/text.h"
#include "os/files.h"
#include "region/policy/evaluation.h"

namespace hanbat::region::policy {
namespace {

constexpr const char* kBucket = "wsi-artifacts";

std::string render(std::string text) {
  text = replace_all(text, "@REGION@", "ap-northeast-2");
  text = replace_all(text, "@ACCOUNT@", "123456789012");
  return replace_all(text, "@BUCKET@", kBucket);
}

Source policy(const std::string& name, DocumentKind kind) {
  const std::string path = std::string(HANBAT_SOURCE_DIR) + "/examples/wsi-2021/policies/" + name + ".json";
  return {name, "role", std::make_shared<const Document>(parse_document(render(read_file(path)), kind))};
}

struct CommissionCase {
  const char* role;
  const char* action;
  std::string resource;
  bool allowed;
  Context context = {};
};

Context with(std::string_view key, std::string value) {
  Context context;
  context.set(key, std::move(value));
  return context;
}

class Commission : public ::testing::TestWithParam<CommissionCase> {};

TEST_P(Commission, RolesMayDoWhatTheyMust) {
  const CommissionCase& c = GetParam();
  Caller caller;
  caller.kind = Caller::Kind::kAssumedRole;
  caller.account = "123456789012";
  Question question{.action = c.action, .resource = c.resource, .context = c.context, .caller = &caller};
  question.identity = {policy(c.role, DocumentKind::kIdentity)};
  EXPECT_EQ(evaluate(question).allowed(), c.allowed) << c.role << " " << c.action << " " << c.resource;
}

std::string here(const std::string& service, const std::string& resource) {
  return "arn:aws:" + service + ":ap-northeast-2:123456789012:" + resource;
}
const std::string kArtifact = std::string("arn:aws:s3:::") + kBucket + "/wsi-api-pipeline/Build/abc.zip";
const std::string kOtherArtifact = "arn:aws:s3:::other/x";
const std::string kRepo = here("codecommit", "wsi-api-repo");
const std::string kGroup = here("logs", "log-group:/aws/codebuild/wsi-api-build");
const std::string kTargets = here("elasticloadbalancing", "targetgroup/wsi-api-tg/0123456789abcdef");
const std::string kImages = here("ecr", "repository/wsi-api-ecr");

INSTANTIATE_TEST_SUITE_P(
    Servers, Commission,
    ::testing::Values(CommissionCase{"wsi-api", "s3:GetObject", kArtifact, true},
                      CommissionCase{"wsi-api", "s3:GetObjectVersion", kArtifact, true},
                      CommissionCase{"wsi-api", "s3:GetObject",
                                     "arn:aws:s3:::aws-codedeploy-ap-northeast-2/latest/install", true},
                      CommissionCase{"wsi-api", "s3:PutObject", kArtifact, false},
                      CommissionCase{"wsi-api", "s3:GetObject", kOtherArtifact, false},
                      CommissionCase{"wsi-api", "ec2:RunInstances", here("ec2", "instance/*"), false}));

INSTANTIATE_TEST_SUITE_P(
    Bastion, Commission,
    ::testing::Values(
        CommissionCase{"wsi-bastion", "ec2:RunInstances", here("ec2", "instance/*"), true},
        CommissionCase{"wsi-bastion", "ec2:RunInstances", "arn:aws:ec2:ap-northeast-2::image/ami-1", true},
        CommissionCase{"wsi-bastion", "ec2:CreateTags", here("ec2", "instance/*"), true,
                       with("ec2:CreateAction", "RunInstances")},
        CommissionCase{"wsi-bastion", "ec2:CreateTags", here("ec2", "instance/i-1"), false},
        CommissionCase{"wsi-bastion", "ec2:TerminateInstances", here("ec2", "instance/i-1"), false},
        CommissionCase{"wsi-bastion", "iam:PassRole", "arn:aws:iam::123456789012:role/wsi-api", true},
        CommissionCase{"wsi-bastion", "iam:PassRole", "arn:aws:iam::123456789012:role/wsi-codepipeline", false},
        CommissionCase{"wsi-bastion", "ec2:DescribeInstances", "*", true},
        CommissionCase{"wsi-bastion", "elasticloadbalancing:DescribeTargetHealth", "*", true},
        CommissionCase{"wsi-bastion", "ecr:GetAuthorizationToken", "*", true},
        CommissionCase{"wsi-bastion", "ecr:BatchGetImage", kImages, true},
        CommissionCase{"wsi-bastion", "ecr:PutImage", kImages, false},
        CommissionCase{"wsi-bastion", "ecr:GetDownloadUrlForLayer", kImages, true},
        CommissionCase{
            "wsi-bastion", "ssm:GetParameter",
            "arn:aws:ssm:ap-northeast-2::parameter/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
            true}));

INSTANTIATE_TEST_SUITE_P(
    Delivery, Commission,
    ::testing::Values(
        CommissionCase{"wsi-events", "codepipeline:StartPipelineExecution", here("codepipeline", "wsi-api-pipeline"),
                       true},
        CommissionCase{"wsi-events", "codebuild:StartBuild", here("codebuild", "project/wsi-api-release"), true},
        CommissionCase{"wsi-events", "codebuild:StartBuild", here("codebuild", "project/wsi-api-build"), false},
        CommissionCase{"wsi-codepipeline", "codecommit:GetBranch", kRepo, true},
        CommissionCase{"wsi-codepipeline", "codecommit:UploadArchive", kRepo, true},
        CommissionCase{"wsi-codepipeline", "codecommit:GitPush", kRepo, false},
        CommissionCase{"wsi-codepipeline", "s3:PutObject", kArtifact, true},
        CommissionCase{"wsi-codepipeline", "codebuild:StartBuild", here("codebuild", "project/wsi-api-build"), true},
        CommissionCase{"wsi-codepipeline", "codebuild:BatchGetBuilds", here("codebuild", "project/wsi-api-build"),
                       true},
        CommissionCase{"wsi-codepipeline", "codebuild:StartBuild", here("codebuild", "project/wsi-api-release"), false},
        CommissionCase{"wsi-codepipeline", "codedeploy:CreateDeployment",
                       here("codedeploy", "deploymentgroup:wsi-api/dev-api"), true},
        CommissionCase{"wsi-codepipeline", "codedeploy:GetDeployment",
                       here("codedeploy", "deploymentgroup:wsi-api/dev-api"), true},
        CommissionCase{"wsi-codepipeline", "codedeploy:RegisterApplicationRevision",
                       here("codedeploy", "application:wsi-api"), true},
        CommissionCase{"wsi-codepipeline", "codedeploy:GetDeploymentConfig",
                       here("codedeploy", "deploymentconfig:CodeDeployDefault.OneAtATime"), true},
        CommissionCase{"wsi-api-build", "logs:CreateLogGroup", kGroup + ":*", true},
        CommissionCase{"wsi-api-build", "logs:CreateLogStream", kGroup + ":*", true},
        CommissionCase{"wsi-api-build", "logs:PutLogEvents", kGroup + ":log-stream:1", true},
        CommissionCase{"wsi-api-build", "logs:PutLogEvents", here("logs", "log-group:other:log-stream:1"), false},
        CommissionCase{"wsi-api-build", "s3:GetObject", kArtifact, true},
        CommissionCase{"wsi-api-build", "s3:PutObject", kArtifact, true},
        CommissionCase{"wsi-api-build", "s3:PutObject", kOtherArtifact, false},
        CommissionCase{"wsi-api-build", "ecr:PutImage", kImages, false},
        CommissionCase{"wsi-api-release", "codecommit:GitPull", kRepo, true},
        CommissionCase{"wsi-api-release", "codecommit:GitPush", kRepo, false},
        CommissionCase{"wsi-api-release", "ecr:PutImage", kImages, true},
        CommissionCase{"wsi-api-release", "ecr:UploadLayerPart", kImages, true},
        CommissionCase{"wsi-api-release", "s3:GetObject", kArtifact, false},
        CommissionCase{"wsi-codedeploy", "ec2:DescribeInstances", "*", true},
        CommissionCase{"wsi-codedeploy", "elasticloadbalancing:DeregisterTargets", kTargets, true},
        CommissionCase{"wsi-codedeploy", "elasticloadbalancing:RegisterTargets", kTargets, true},
        CommissionCase{"wsi-codedeploy", "elasticloadbalancing:RegisterTargets",
                       here("elasticloadbalancing", "targetgroup/other/0123456789abcdef"), false},
        CommissionCase{"wsi-codedeploy", "elasticloadbalancing:DescribeTargetHealth", "*", true},
        CommissionCase{"wsi-codedeploy", "s3:GetObject", kArtifact, true}));

TEST(CommissionTrust, RolesTrustTheirServiceAlone) {
  for (const char* service : {"codebuild", "codedeploy", "codepipeline", "ec2", "events"}) {
    const Source trust = policy("trust-" + std::string(service), DocumentKind::kTrust);
    for (const char* other : {"codebuild", "codedeploy", "codepipeline", "ec2", "events"}) {
      Caller caller;
      caller.kind = Caller::Kind::kService;
      caller.name = std::string(other) + ".amazonaws.com";
      Question question{.action = "sts:AssumeRole", .resource = "arn:aws:iam::123456789012:role/r", .caller = &caller};
      question.resource_policies = {trust};
      question.resource_policy_role = ResourcePolicyRole::kMustAllow;
      EXPECT_EQ(evaluate(question).allowed(), std::string_view(service) == other) << service << " " << other;
    }
  }
}

}  // namespace
}  // namespace hanbat::region::policy
