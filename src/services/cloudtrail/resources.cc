#include "services/cloudtrail/resources.h"

#include <algorithm>
#include <optional>

#include "base/arn.h"

namespace hanbat::cloudtrail {
namespace {

constexpr std::size_t kMost = 100;

/// How LookupEvents calls a resource that is known by its ARN.
enum class Naming { kLast, kArn };

/// A kind of resource: how its ARNs begin after the account, and the names under which calls of its service give it.
struct ResourceKind {
  std::string_view type;
  std::string_view service;
  std::string_view arn_prefix;
  std::string_view members;  // in lower camel case, a space around each; " " when it is only known by its ARN
  Naming naming = Naming::kLast;
};

constexpr ResourceKind kKinds[] = {
    {"AWS::IAM::User", "iam", "user/", " userName "},
    {"AWS::IAM::Role", "iam", "role/", " roleName "},
    {"AWS::IAM::Group", "iam", "group/", " groupName "},
    {"AWS::IAM::Policy", "iam", "policy/", " policyArn ", Naming::kArn},
    {"AWS::IAM::InstanceProfile", "iam", "instance-profile/", " instanceProfileName "},
    {"AWS::IAM::AccessKey", "iam", "access-key/", " accessKeyId "},
    {"AWS::S3::Bucket", "s3", "", " bucketName "},
    {"AWS::EC2::Instance", "ec2", "instance/", " instanceId instanceIds "},
    {"AWS::EC2::VPC", "ec2", "vpc/", " vpcId vpcIds "},
    {"AWS::EC2::Subnet", "ec2", "subnet/", " subnetId subnetIds "},
    {"AWS::EC2::SecurityGroup", "ec2", "security-group/", " groupId groupIds securityGroupIds "},
    {"AWS::EC2::NetworkInterface", "ec2", "network-interface/", " networkInterfaceId networkInterfaceIds "},
    {"AWS::EC2::Ami", "ec2", "image/", " imageId imageIds "},
    {"AWS::EC2::KeyPair", "ec2", "key-pair/", " keyName keyNames "},
    {"AWS::EC2::Volume", "ec2", "volume/", " volumeId volumeIds "},
    {"AWS::EC2::InternetGateway", "ec2", "internet-gateway/", " internetGatewayId internetGatewayIds "},
    {"AWS::EC2::NatGateway", "ec2", "natgateway/", " natGatewayId natGatewayIds "},
    {"AWS::EC2::RouteTable", "ec2", "route-table/", " routeTableId routeTableIds "},
    {"AWS::EC2::EIP", "ec2", "elastic-ip/", " allocationId allocationIds "},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing", "loadbalancer/", " ", Naming::kArn},
    {"AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing", "targetgroup/", " ", Naming::kArn},
    {"AWS::ElasticLoadBalancingV2::Listener", "elasticloadbalancing", "listener/", " ", Naming::kArn},
    {"AWS::ElasticLoadBalancingV2::ListenerRule", "elasticloadbalancing", "listener-rule/", " ", Naming::kArn},
    {"AWS::CodeBuild::Project", "codebuild", "project/", " projectName "},
    {"AWS::CodeDeploy::Application", "codedeploy", "application:", " applicationName "},
    {"AWS::CodeDeploy::DeploymentGroup", "codedeploy", "deploymentgroup:", " deploymentGroupName "},
    {"AWS::ECR::Repository", "ecr", "repository/", " repositoryName repositoryNames "},
    {"AWS::Events::EventBus", "events", "event-bus/", " eventBusName "},
    {"AWS::Events::Rule", "events", "rule/", " rule "},
    {"AWS::Logs::LogGroup", "logs", "log-group:", " logGroupName "},
    {"AWS::SSM::Parameter", "ssm", "parameter/", " name names "},
    // ARNs of these two have no word before the name.
    {"AWS::CodeCommit::Repository", "codecommit", "", " repositoryName repositoryNames "},
    {"AWS::CodePipeline::Pipeline", "codepipeline", "", " pipelineName "},
};

const ResourceKind* kind_of(const Arn& arn) {
  for (const ResourceKind& kind : kKinds) {
    if (kind.service != arn.service || !arn.resource.starts_with(kind.arn_prefix)) continue;
    if (kind.arn_prefix.empty() && arn.resource.find_first_of("/:") != std::string::npos) continue;
    return &kind;
  }
  return nullptr;
}

const ResourceKind* kind_of(std::string_view service, std::string_view member) {
  const std::string word = " " + std::string(member) + " ";
  for (const ResourceKind& kind : kKinds)
    if (kind.service == service && kind.members.find(word) != std::string_view::npos) return &kind;
  return nullptr;
}

void add_value(std::string_view service, std::string_view member, const Json& value, std::set<ResourceName>& into) {
  if (value.is_string()) {
    if (const ResourceKind* kind = kind_of(service, member); kind && !value.as_string().empty())
      into.insert({std::string(kind->type), value.as_string()});
    else
      add_resource_of_arn(value.as_string(), into);
    return;
  }
  if (into.size() >= kMost) return;
  if (value.is_array()) {
    for (const Json& item : value.items()) add_value(service, member, item, into);
  } else if (value.is_object()) {
    for (const auto& [name, inner] : value.members()) add_value(service, name, inner, into);
  }
}

/// An ARN of one resource: log groups' have a tail that stands for their streams.
std::optional<Arn> parse_single(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  if (text.ends_with(":*")) text.remove_suffix(2);
  if (text.find_first_of("*?") != std::string_view::npos) return std::nullopt;
  return parse_arn(text);
}

}  // namespace

std::string_view type_of_arn(std::string_view arn) {
  const auto parsed = parse_single(arn);
  const ResourceKind* kind = parsed ? kind_of(*parsed) : nullptr;
  return kind ? kind->type : "";
}

void add_resource_of_arn(std::string_view arn, std::set<ResourceName>& into) {
  const auto parsed = parse_single(arn);
  const ResourceKind* kind = parsed ? kind_of(*parsed) : nullptr;
  if (!kind) return;
  const std::string rest = parsed->resource.substr(kind->arn_prefix.size());
  // A path ("/aws/codebuild/x", "/app/db") is part of a log group's, repository's and parameter's name, and of no
  // other.
  const bool has_path = kind->service == "logs" || kind->service == "ecr" || kind->service == "ssm";
  std::string name = kind->naming == Naming::kArn ? std::string(arn)
                     : has_path                   ? rest
                                                  : rest.substr(rest.rfind('/') + 1);
  if (kind->service == "ssm" && name.find('/') != std::string::npos) name.insert(0, "/");
  if (!name.empty()) into.insert({std::string(kind->type), std::move(name)});
}

void add_resources_in(std::string_view service, const Json& values, std::set<ResourceName>& into) {
  add_value(service, "", values, into);
}

}  // namespace hanbat::cloudtrail
