// The lists of delivery: logs, events, builds, deployments, pipelines, repositories, images, objects.
#include "main/list_cases.h"

namespace hanbat {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

const Step kLogGroup{"CreateLogGroup", R"({"logGroupName":"g"})"};
const Step kLogStream{"CreateLogStream", R"({"logGroupName":"g","logStreamName":"s"})"};
const std::string kPattern = R"("EventPattern":"{\"source\":[\"a\"]}"})";
const Step kRule{"PutRule", R"({"Name":"r$P",)" + kPattern};
const std::string kTarget = R"("Targets":[{"Id":"t$N","Arn":"arn:aws:logs:ap-northeast-2:$A:log-group:/g$N"}]})";
const std::string kOneTarget = R"("Targets":[{"Id":"t","Arn":"arn:aws:logs:ap-northeast-2:$A:log-group:/g$P"}]})";
const std::string kProject =
    R"("source":{"type":"NO_SOURCE","buildspec":"version: 0.2"},"artifacts":{"type":"NO_ARTIFACTS"},"environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","computeType":"BUILD_GENERAL1_SMALL"},"serviceRole":"arn:aws:iam::$A:role/r"})";
const Step kOneProject{"CreateProject", R"({"name":"p0$P",)" + kProject};
const Step kBuild{"StartBuild", R"({"projectName":"p0$P"})", "id=build.id"};
const Step kStop{"StopBuild", R"({"id":"$id"})"};
const Step kApplication{"CreateApplication", R"({"applicationName":"a$P"})"};
const std::string kServiceRole = R"("serviceRoleArn":"arn:aws:iam::$A:role/r"})";
const Step kRevision{
    "RegisterApplicationRevision",
    R"({"applicationName":"a$P","revision":{"revisionType":"S3","s3Location":{"bucket":"b","key":"k$N","bundleType":"zip"}}})"};
const Step kDeployment{
    "CreateDeployment",
    R"({"applicationName":"a$P","deploymentGroupName":"g$N","revision":{"revisionType":"S3","s3Location":{"bucket":"b","key":"k","bundleType":"zip"}}})",
    "id=deploymentId"};
const Step kDeploymentGroup{"CreateDeploymentGroup",
                            R"({"applicationName":"a$P","deploymentGroupName":"g$N",)" + kServiceRole};
const Step kOneDeploymentGroup{"CreateDeploymentGroup",
                               R"({"applicationName":"a$P","deploymentGroupName":"g1",)" + kServiceRole};
const Step kOneDeployment{
    "CreateDeployment",
    R"({"applicationName":"a$P","deploymentGroupName":"g1","revision":{"revisionType":"S3","s3Location":{"bucket":"b","key":"k","bundleType":"zip"}}})",
    "d=deploymentId"};
const std::string kAppArn = "arn:aws:codedeploy:ap-northeast-2:$A:application:a";
const std::string kStages =
    R"("roleArn":"arn:aws:iam::$A:role/r","artifactStore":{"type":"S3","location":"bucket"},"stages":[{"name":"Source","actions":[{"name":"s","actionTypeId":{"category":"Source","owner":"AWS","provider":"CodeCommit","version":"1"},"configuration":{"RepositoryName":"repo","BranchName":"main","PollForSourceChanges":"false"},"outputArtifacts":[{"name":"o"}]}]},{"name":"Build","actions":[{"name":"b","actionTypeId":{"category":"Build","owner":"AWS","provider":"CodeBuild","version":"1"},"configuration":{"ProjectName":"p"},"inputArtifacts":[{"name":"o"}]}]}]}})";
const Step kPipeline{"CreatePipeline", R"({"pipeline":{"name":"p$P",)" + kStages};
const std::string kPipelineArn = "arn:aws:codepipeline:ap-northeast-2:$A:p$P";
const Step kRepository{"CreateRepository", R"({"repositoryName":"r-$A"})"};
const Step kFirst{"PutFile", R"({"repositoryName":"r-$A","branchName":"main","filePath":"f0","fileContent":"YQ=="})",
                  "c=commitId"};
const Step kBranch{"CreateBranch", R"({"repositoryName":"r-$A","branchName":"other","commitId":"$c"})"};
const std::string kFiles =
    R"({"filePath":"f1","fileContent":"YQ=="},{"filePath":"f2","fileContent":"YQ=="},{"filePath":"f3","fileContent":"YQ=="},{"filePath":"f4","fileContent":"YQ=="},{"filePath":"f5","fileContent":"YQ=="},{"filePath":"f6","fileContent":"YQ=="},{"filePath":"f7","fileContent":"YQ=="},{"filePath":"f8","fileContent":"YQ=="}]})";
const std::string kOtherFiles = replaced(kFiles, "YQ==", "Yg==");
const Step kSecond{"CreateCommit",
                   R"({"repositoryName":"r-$A","branchName":"main","parentCommitId":"$c","putFiles":[)" + kFiles,
                   "c2=commitId"};
const Step kThird{"CreateCommit",
                  R"({"repositoryName":"r-$A","branchName":"other","parentCommitId":"$c","putFiles":[)" + kOtherFiles,
                  "c3=commitId"};
const std::string kRepositoryArn = "arn:aws:codecommit:ap-northeast-2:$A:r-$A";

}  // namespace

std::vector<ListCase> log_cases() {
  return {
      {"logs",
       "DescribeLogGroups",
       "{}",
       {},
       {{"CreateLogGroup", R"({"logGroupName":"g$N"})"}},
       {{"DeleteLogGroup", R"({"logGroupName":"g$N"})"}}},
      {"logs",
       "DescribeLogStreams",
       R"({"logGroupName":"g"})",
       {kLogGroup},
       {{"CreateLogStream", R"({"logGroupName":"g","logStreamName":"s$N"})"}},
       {{"DeleteLogStream", R"({"logGroupName":"g","logStreamName":"s$N"})"}}},
      {"logs",
       "DescribeMetricFilters",
       R"({"logGroupName":"g"})",
       {kLogGroup},
       {{"PutMetricFilter",
         R"({"logGroupName":"g","filterName":"f$N","filterPattern":"","metricTransformations":[{"metricName":"m","metricNamespace":"n","metricValue":"1"}]})"}},
       {{"DeleteMetricFilter", R"({"logGroupName":"g","filterName":"f$N"})"}}},
      {"logs",
       "DescribeResourcePolicies",
       "{}",
       {},
       {{"PutResourcePolicy",
         R"({"policyName":"p$N","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"logs:PutLogEvents\",\"Resource\":\"*\"}]}"})"}},
       {{"DeleteResourcePolicy", R"({"policyName":"p$N"})"}}},
      {"logs",
       "FilterLogEvents",
       R"({"logGroupName":"g"})",
       {kLogGroup, kLogStream},
       {{"PutLogEvents",
         R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":"$T","message":"m$N"}]})"}},
       {},
       9,
       "events"},
  };
}

std::vector<ListCase> event_cases() {
  return {
      {"events",
       "ListEventBuses",
       "{}",
       {},
       {{"CreateEventBus", R"({"Name":"b$N"})"}},
       {{"DeleteEventBus", R"({"Name":"b$N"})"}},
       9,
       "EventBuses"},
      {"events",
       "ListRules",
       "{}",
       {},
       {{"PutRule", R"({"Name":"r$N",)" + kPattern}},
       {{"DeleteRule", R"({"Name":"r$N"})"}}},
      {"events",
       "ListTargetsByRule",
       R"({"Rule":"r$P"})",
       {kRule},
       {{"PutTargets", R"({"Rule":"r$P",)" + kTarget}},
       {{"RemoveTargets", R"({"Rule":"r$P","Ids":["t$N"]})"}},
       5},
      {"events",
       "ListRuleNamesByTarget",
       R"({"TargetArn":"arn:aws:logs:ap-northeast-2:$A:log-group:/g$P"})",
       {},
       {{"PutRule", R"({"Name":"r$N",)" + kPattern}, {"PutTargets", R"({"Rule":"r$N",)" + kOneTarget}},
       {{"RemoveTargets", R"({"Rule":"r$N","Ids":["t"]})"}}},
  };
}

std::vector<ListCase> build_cases() {
  return {
      {"codebuild",
       "ListProjects",
       "{}",
       {},
       {{"CreateProject", R"({"name":"p-$N",)" + kProject}},
       {{"DeleteProject", R"({"name":"p-$N"})"}},
       103},
      {"codebuild",
       "ListBuilds",
       "{}",
       {kOneProject},
       {kBuild},
       {kStop, {"BatchDeleteBuilds", R"({"ids":["$id"]})"}},
       103},
      {"codebuild",
       "ListBuildsForProject",
       R"({"projectName":"p0$P"})",
       {kOneProject},
       {kBuild},
       {kStop, {"BatchDeleteBuilds", R"({"ids":["$id"]})"}},
       103},
  };
}

std::vector<ListCase> deployment_cases() {
  return {
      {"codedeploy",
       "ListApplications",
       "{}",
       {},
       {{"CreateApplication", R"({"applicationName":"a$N"})"}},
       {{"DeleteApplication", R"({"applicationName":"a$N"})"}},
       103},
      {"codedeploy", "ListApplicationRevisions", R"({"applicationName":"a$P"})", {kApplication}, {kRevision}, {}, 103},
      {"codedeploy",
       "ListDeploymentConfigs",
       "{}",
       {},
       {{"CreateDeploymentConfig",
         R"({"deploymentConfigName":"c$N","minimumHealthyHosts":{"type":"HOST_COUNT","value":1}})"}},
       {{"DeleteDeploymentConfig", R"({"deploymentConfigName":"c$N"})"}},
       25},
      {"codedeploy",
       "ListDeploymentGroups",
       R"({"applicationName":"a$P"})",
       {kApplication},
       {kDeploymentGroup},
       {{"DeleteDeploymentGroup", R"({"applicationName":"a$P","deploymentGroupName":"g$N"})"}},
       103},
      {"codedeploy", "ListDeployments", "{}", {kApplication}, {kDeploymentGroup, kDeployment}, {}, 103},
      {"codedeploy",
       "ListDeploymentInstances",
       R"({"deploymentId":"$d"})",
       {kApplication, kOneDeploymentGroup, kOneDeployment},
       {},
       {},
       0},
      {"codedeploy",
       "ListDeploymentTargets",
       R"({"deploymentId":"$d"})",
       {kApplication, kOneDeploymentGroup, kOneDeployment},
       {},
       {},
       0},
      {"codedeploy",
       "ListOnPremisesInstances",
       "{}",
       {},
       {{"RegisterOnPremisesInstance", R"({"instanceName":"n$N","iamUserArn":"arn:aws:iam::$A:user/n$N"})"}},
       {},
       103},
      {"codedeploy",
       "ListTagsForResource",
       R"({"ResourceArn":")" + kAppArn + R"("})",
       {kApplication},
       {{"TagResource", R"({"ResourceArn":")" + kAppArn + R"(","Tags":[{"Key":"k$N","Value":"v"}]})"}},
       {{"UntagResource", R"({"ResourceArn":")" + kAppArn + R"(","TagKeys":["k$N"]})"}},
       9,
       "Tags"},
  };
}

std::vector<ListCase> pipeline_cases() {
  return {
      {"codepipeline",
       "ListPipelines",
       "{}",
       {},
       {{"CreatePipeline", R"({"pipeline":{"name":"p$N",)" + kStages}},
       {{"DeletePipeline", R"({"name":"p$N"})"}}},
      {"codepipeline",
       "ListPipelineExecutions",
       R"({"pipelineName":"p$P"})",
       {kPipeline},
       {{"StartPipelineExecution", R"({"name":"p$P"})"}, {"@work"}},
       {}},
      {"codepipeline",
       "ListActionExecutions",
       R"({"pipelineName":"p$P"})",
       {kPipeline},
       {{"StartPipelineExecution", R"({"name":"p$P"})"}, {"@work"}},
       {}},
      {"codepipeline",
       "ListTagsForResource",
       R"({"resourceArn":")" + kPipelineArn + R"("})",
       {kPipeline},
       {{"TagResource", R"({"resourceArn":")" + kPipelineArn + R"(","tags":[{"key":"k$N","value":"v"}]})"}},
       {{"UntagResource", R"({"resourceArn":")" + kPipelineArn + R"(","tagKeys":["k$N"]})"}}},
  };
}

std::vector<ListCase> repository_cases() {
  return {
      {"codecommit",
       "ListRepositories",
       "{}",
       {},
       {{"CreateRepository", R"({"repositoryName":"r$N-$A"})"}},
       {{"DeleteRepository", R"({"repositoryName":"r$N-$A"})"}}},
      {"codecommit",
       "ListBranches",
       R"({"repositoryName":"r-$A"})",
       {kRepository, kFirst},
       {{"CreateBranch", R"({"repositoryName":"r-$A","branchName":"b$N","commitId":"$c"})"}},
       {{"DeleteBranch", R"({"repositoryName":"r-$A","branchName":"b$N"})"}}},
      {"codecommit",
       "GetDifferences",
       R"({"repositoryName":"r-$A","beforeCommitSpecifier":"$c","afterCommitSpecifier":"$c2"})",
       {kRepository, kFirst, kSecond},
       {},
       {},
       0},
      {"codecommit",
       "GetMergeConflicts",
       R"({"repositoryName":"r-$A","destinationCommitSpecifier":"main","sourceCommitSpecifier":"other","mergeOption":"THREE_WAY_MERGE"})",
       {kRepository, kFirst, kBranch, kSecond, kThird},
       {},
       {},
       0,
       "conflictMetadataList"},
      {"codecommit",
       "ListTagsForResource",
       R"({"resourceArn":")" + kRepositoryArn + R"("})",
       {kRepository},
       {{"TagResource", R"({"resourceArn":")" + kRepositoryArn + R"(","tags":{"k$N":"v"}})"}},
       {{"UntagResource", R"({"resourceArn":")" + kRepositoryArn + R"(","tagKeys":["k$N"]})"}},
       9,
       "tags"},
  };
}

std::vector<ListCase> image_cases() {
  const char* const kExpireAllButOne =
      R"({"repositoryName":"rr","lifecyclePolicyText":"{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":1},\"action\":{\"type\":\"expire\"}}]}"})";
  return {
      {"ecr",
       "DescribeRepositories",
       "{}",
       {},
       {{"CreateRepository", R"({"repositoryName":"r$N"})"}},
       {{"DeleteRepository", R"({"repositoryName":"r$N"})"}}},
      {"ecr",
       "ListImages",
       R"({"repositoryName":"rr"})",
       {{"CreateRepository", R"({"repositoryName":"rr"})"}, {"@layer"}},
       {{"@image"}},
       {{"BatchDeleteImage", R"({"repositoryName":"rr","imageIds":[{"imageTag":"t$N"}]})"}}},
      {"ecr",
       "GetLifecyclePolicyPreview",
       R"({"repositoryName":"rr"})",
       {{"CreateRepository", R"({"repositoryName":"rr"})"}, {"@layer"}, {"@image"}},
       {{"@image"}, {"StartLifecyclePolicyPreview", kExpireAllButOne}},
       {{"BatchDeleteImage", R"({"repositoryName":"rr","imageIds":[{"imageTag":"t$N"}]})"},
        {"StartLifecyclePolicyPreview", kExpireAllButOne}}},
      {"ecr",
       "DescribeImageScanFindings",
       R"({"repositoryName":"rr","imageId":{"imageTag":"t0"}})",
       {{"CreateRepository", R"({"repositoryName":"rr"})"},
        {"@layer"},
        {"@image"},
        {"StartImageScan", R"({"repositoryName":"rr","imageId":{"imageTag":"t0"}})"}},
       {},
       {},
       0,
       "imageScanFindings"},
      {"ecr",
       "DescribeImages",
       R"({"repositoryName":"rr"})",
       {{"CreateRepository", R"({"repositoryName":"rr"})"}, {"@layer"}},
       {{"@image"}},
       {{"BatchDeleteImage", R"({"repositoryName":"rr","imageIds":[{"imageTag":"t$N"}]})"}}},
  };
}

std::vector<ListCase> object_cases() {
  return {
      {"s3",
       "ListBuckets",
       "{}",
       {},
       {{"CreateBucket", R"({"Bucket":"b$N-$A","CreateBucketConfiguration":{"LocationConstraint":"ap-northeast-2"}})"}},
       {{"DeleteBucket", R"({"Bucket":"b$N-$A"})"}}},
      {"s3",
       "ListObjects",
       R"({"Bucket":"b-$A","Delimiter":"/"})",
       {{"@bucket"}},
       {{"@object"}},
       {{"DeleteObject", R"({"Bucket":"b-$A","Key":"k$N"})"}},
       9,
       "",
       true},
      {"s3",
       "ListObjectsV2",
       R"({"Bucket":"b-$A"})",
       {{"@bucket"}},
       {{"@object"}},
       {{"DeleteObject", R"({"Bucket":"b-$A","Key":"k$N"})"}}},
      {"s3",
       "ListObjectVersions",
       R"({"Bucket":"b-$A"})",
       {{"@bucket"}},
       {{"@object"}},
       {{"DeleteObject", R"({"Bucket":"b-$A","Key":"k$N"})"}},
       9,
       "",
       true},
      {"s3",
       "ListMultipartUploads",
       R"({"Bucket":"b-$A"})",
       {{"@bucket"}},
       {{"CreateMultipartUpload", R"({"Bucket":"b-$A","Key":"k$N"})", "up=UploadId"}},
       {{"AbortMultipartUpload", R"({"Bucket":"b-$A","Key":"k$N","UploadId":"$up"})"}},
       9,
       "",
       true},
      {"s3",
       "ListParts",
       R"({"Bucket":"b-$A","Key":"k","UploadId":"$up"})",
       {{"@bucket"}, {"CreateMultipartUpload", R"({"Bucket":"b-$A","Key":"k"})", "up=UploadId"}},
       {{"@part"}},
       {},
       9,
       "",
       true},
  };
}

}  // namespace hanbat
