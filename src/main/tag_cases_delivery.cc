// Tags of delivery: builds, deployments, pipelines, repositories, logs, events, parameters, objects, certificates.
#include "base/encoding.h"
#include "main/tag_cases.h"
#include "services/acm/fixtures.h"

namespace hanbat {
namespace {

const std::string kRole = R"("arn:aws:iam::$A:role/r")";
const std::string kProject =
    R"("source":{"type":"NO_SOURCE","buildspec":"version: 0.2"},"artifacts":{"type":"NO_ARTIFACTS"},"environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","computeType":"BUILD_GENERAL1_SMALL"},"serviceRole":)" +
    kRole;
const std::string kStages =
    R"("artifactStore":{"type":"S3","location":"bucket"},"stages":[{"name":"Source","actions":[{"name":"s","actionTypeId":{"category":"Source","owner":"AWS","provider":"CodeCommit","version":"1"},"configuration":{"RepositoryName":"repo","BranchName":"main","PollForSourceChanges":"false"},"outputArtifacts":[{"name":"o"}]}]},{"name":"Build","actions":[{"name":"b","actionTypeId":{"category":"Build","owner":"AWS","provider":"CodeBuild","version":"1"},"configuration":{"ProjectName":"p"},"inputArtifacts":[{"name":"o"}]}]}])";
const std::string kAt = ":ap-northeast-2:$A:";

/// TagResource, UntagResource and ListTagsForResource with an ARN; `members` are the names of ARN, tags and keys.
TagCase by_arn(const std::string& service, const std::string& kind, const std::string& id, Step create, Step remove,
               const std::string& arn_member, const std::string& tags, const std::string& keys) {
  const std::string arn = "arn:aws:" + service + kAt + id, named = R"({")" + arn_member + R"(":")" + arn + R"(")";
  return {service,
          "arn:aws:" + service + ":*:*:" + kind,
          arn,
          {},
          std::move(create),
          std::move(remove),
          {"TagResource", named + R"(,")" + tags + R"(":$TAGS})"},
          {"UntagResource", named + R"(,")" + keys + R"(":$KEYS})"},
          {"ListTagsForResource", named + "}", tags}};
}

}  // namespace

std::vector<TagCase> delivery_tag_cases() {
  TagCase group =
      by_arn("codedeploy", "deploymentgroup:*/*", "deploymentgroup:a/g",
             {"CreateDeploymentGroup",
              R"({"applicationName":"a","deploymentGroupName":"g","tags":$TAGS,"serviceRoleArn":)" + kRole + "}"},
             {"DeleteDeploymentGroup", R"({"applicationName":"a","deploymentGroupName":"g"})"}, "ResourceArn", "Tags",
             "TagKeys");
  group.setup = {{"CreateApplication", R"({"applicationName":"a"})"}};
  return {
      {"codebuild",
       "arn:aws:codebuild:*:*:project/*",
       "arn:aws:codebuild" + kAt + "project/pp",
       {},
       {"CreateProject", R"({"name":"pp",)" + kProject + R"(,"tags":$TAGS})"},
       {"DeleteProject", R"({"name":"pp"})"},
       {"UpdateProject", R"({"name":"pp","tags":$TAGS})"},
       {},
       {"BatchGetProjects", R"({"names":["pp"]})", "projects.0.tags"},
       TagCase::Tagging::kReplaces},
      by_arn("codecommit", "*", "r-$A", {"CreateRepository", R"({"repositoryName":"r-$A","tags":$TAGS})"},
             {"DeleteRepository", R"({"repositoryName":"r-$A"})"}, "resourceArn", "tags", "tagKeys"),
      by_arn("codedeploy", "application:*", "application:a",
             {"CreateApplication", R"({"applicationName":"a","tags":$TAGS})"},
             {"DeleteApplication", R"({"applicationName":"a"})"}, "ResourceArn", "Tags", "TagKeys"),
      group,
      by_arn("codepipeline", "*", "p",
             {"CreatePipeline", R"({"tags":$TAGS,"pipeline":{"name":"p","roleArn":)" + kRole + "," + kStages + "}}"},
             {"DeletePipeline", R"({"name":"p"})"}, "resourceArn", "tags", "tagKeys"),
      by_arn("ecr", "repository/*", "repository/rr", {"CreateRepository", R"({"repositoryName":"rr","tags":$TAGS})"},
             {"DeleteRepository", R"({"repositoryName":"rr"})"}, "resourceArn", "tags", "tagKeys"),
  };
}

std::vector<TagCase> systems_manager_tag_cases() {
  return {
      {"ssm",
       "arn:aws:ssm:*:*:parameter/*",
       "arn:aws:ssm" + kAt + "parameter/p",
       {},
       {"PutParameter", R"({"Name":"/p","Value":"v","Type":"String","Tags":$TAGS})"},
       {"DeleteParameter", R"({"Name":"/p"})"},
       {"AddTagsToResource", R"({"ResourceType":"Parameter","ResourceId":"/p","Tags":$TAGS})"},
       {"RemoveTagsFromResource", R"({"ResourceType":"Parameter","ResourceId":"/p","TagKeys":$KEYS})"},
       {"ListTagsForResource", R"({"ResourceType":"Parameter","ResourceId":"/p"})", "TagList"}},
      {"ssm",
       "arn:aws:ssm:*:*:association/*",
       "arn:aws:ssm" + kAt + "association/$id",
       {},
       {"CreateAssociation",
        R"({"Name":"AWS-RunShellScript","Targets":[{"Key":"tag:t","Values":["v"]}],"Parameters":{"commands":["true"]},"Tags":$TAGS})",
        "id=AssociationDescription.AssociationId"},
       {"DeleteAssociation", R"({"AssociationId":"$id"})"},
       {"AddTagsToResource", R"({"ResourceType":"Association","ResourceId":"$id","Tags":$TAGS})"},
       {"RemoveTagsFromResource", R"({"ResourceType":"Association","ResourceId":"$id","TagKeys":$KEYS})"},
       {"ListTagsForResource", R"({"ResourceType":"Association","ResourceId":"$id"})", "TagList"}},
      {"ssm",
       "arn:aws:ssm:*:*:document/*",
       "arn:aws:ssm" + kAt + "document/own",
       {},
       {"CreateDocument",
        R"({"Name":"own","Content":"{\"schemaVersion\":\"2.2\",\"mainSteps\":[{\"action\":\"aws:runShellScript\",\"name\":\"s\",\"inputs\":{\"runCommand\":[]}}]}","Tags":$TAGS})"},
       {"DeleteDocument", R"({"Name":"own"})"},
       {"AddTagsToResource", R"({"ResourceType":"Document","ResourceId":"own","Tags":$TAGS})"},
       {"RemoveTagsFromResource", R"({"ResourceType":"Document","ResourceId":"own","TagKeys":$KEYS})"},
       {"ListTagsForResource", R"({"ResourceType":"Document","ResourceId":"own"})", "TagList"}},
  };
}

std::vector<TagCase> storage_tag_cases() {
  const TagCase log_group =
      by_arn("logs", "log-group:*", "log-group:g", {"CreateLogGroup", R"({"logGroupName":"g","tags":$TAGS})"},
             {"DeleteLogGroup", R"({"logGroupName":"g"})"}, "resourceArn", "tags", "tagKeys");
  TagCase by_name = log_group;
  by_name.tag = {"TagLogGroup", R"({"logGroupName":"g","tags":$TAGS})"};
  by_name.untag = {"UntagLogGroup", R"({"logGroupName":"g","tags":$KEYS})"};
  by_name.list = {"ListTagsLogGroup", R"({"logGroupName":"g"})", "tags"};
  const auto alarm = [](const Step& create) {
    const std::string arn = "arn:aws:cloudwatch" + kAt + "alarm:a";
    return TagCase{"monitoring",
                   "arn:aws:cloudwatch:*:*:alarm:*",
                   arn,
                   {},
                   create,
                   {"DeleteAlarms", R"({"AlarmNames":["a"]})"},
                   {"TagResource", R"({"ResourceARN":")" + arn + R"(","Tags":$TAGS})"},
                   {"UntagResource", R"({"ResourceARN":")" + arn + R"(","TagKeys":$KEYS})"},
                   {"ListTagsForResource", R"({"ResourceARN":")" + arn + R"("})", "Tags"}};
  };
  const std::string location = R"("CreateBucketConfiguration":{"LocationConstraint":"ap-northeast-2","Tags":$TAGS})";
  return {
      log_group,
      by_name,
      by_arn("events", "event-bus/*", "event-bus/b", {"CreateEventBus", R"({"Name":"b","Tags":$TAGS})"},
             {"DeleteEventBus", R"({"Name":"b"})"}, "ResourceARN", "Tags", "TagKeys"),
      by_arn("events", "rule/*", "rule/r",
             {"PutRule", R"({"Name":"r","EventPattern":"{\"source\":[\"a\"]}","Tags":$TAGS})"},
             {"DeleteRule", R"({"Name":"r"})"}, "ResourceARN", "Tags", "TagKeys"),
      alarm(
          {"PutMetricAlarm",
           R"({"AlarmName":"a","Namespace":"n","MetricName":"m","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold","Tags":$TAGS})"}),
      alarm({"PutCompositeAlarm", R"({"AlarmName":"a","AlarmRule":"FALSE","Tags":$TAGS})"}),
      {"secretsmanager",
       "arn:aws:secretsmanager:*:*:secret:*",
       "$id",
       {},
       {"CreateSecret", R"({"Name":"s","ClientRequestToken":"00000000-0000-4000-8000-000000000001","Tags":$TAGS})",
        "id=ARN"},
       {"DeleteSecret", R"({"SecretId":"s","ForceDeleteWithoutRecovery":true})"},
       {"TagResource", R"({"SecretId":"s","Tags":$TAGS})"},
       {"UntagResource", R"({"SecretId":"s","TagKeys":$KEYS})"},
       {"DescribeSecret", R"({"SecretId":"s"})", "Tags"}},
      {"s3",
       "arn:aws:s3:::*",
       "arn:aws:s3:::t-$A",
       {},
       {"CreateBucket", R"({"Bucket":"t-$A",)" + location + "}"},
       {"DeleteBucket", R"({"Bucket":"t-$A"})"},
       {"PutBucketTagging", R"({"Bucket":"t-$A","Tagging":{"TagSet":$TAGS}})"},
       {"DeleteBucketTagging", R"({"Bucket":"t-$A"})"},
       {"GetBucketTagging", R"({"Bucket":"t-$A"})", "TagSet"},
       TagCase::Tagging::kReplaces},
      {"s3",
       "arn:aws:s3:::*/*",
       "",
       {{"@bucket"}},
       {"@object"},
       {"DeleteObject", R"({"Bucket":"b-$A","Key":"k0"})"},
       {"PutObjectTagging", R"({"Bucket":"b-$A","Key":"k0","Tagging":{"TagSet":$TAGS}})"},
       {"DeleteObjectTagging", R"({"Bucket":"b-$A","Key":"k0"})"},
       {"GetObjectTagging", R"({"Bucket":"b-$A","Key":"k0"})", "TagSet"},
       TagCase::Tagging::kReplaces,
       10},
  };
}

std::vector<TagCase> certificate_tag_cases() {
  return {
      {"acm",
       "arn:aws:acm:*:*:certificate/*",
       "$id",
       {},
       {"ImportCertificate",
        R"({"Certificate":")" + to_base64(acm::kSelfSigned) + R"(","PrivateKey":")" + to_base64(acm::kSelfSignedKey) +
            R"(","Tags":$TAGS})",
        "id=CertificateArn"},
       {"DeleteCertificate", R"({"CertificateArn":"$id"})"},
       {"AddTagsToCertificate", R"({"CertificateArn":"$id","Tags":$TAGS})"},
       {"RemoveTagsFromCertificate", R"({"CertificateArn":"$id","Tags":$KEYS})"},
       {"ListTagsForCertificate", R"({"CertificateArn":"$id"})", "Tags"}},
  };
}

}  // namespace hanbat
