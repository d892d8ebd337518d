// vpcConfig: the VPC, subnets and security groups in which a project's builds stand.
#pragma once

#include "region/region.h"
#include "region/request.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// The configuration as a project keeps it; nothing for an empty one, by which a project leaves its VPC. Throws
/// InvalidInputException when only a part is given.
std::optional<VpcConfig> complete(const VpcConfig& wanted);

/// What EC2 shows to the service role must be there and lie in the VPC. Throws InvalidInputException: "Not authorized
/// to perform DescribeSecurityGroups" when the role may not look, as AWS answers (and Terraform waits for it to end).
/// Source: aws/aws-cdk#2335, hashicorp/terraform-provider-aws internal/service/codebuild/project.go.
void check_vpc_config(region::Request& rq, const VpcConfig& config, region::Caller role);

/// The condition keys about it.
void add_vpc_keys(region::ConditionKeys& keys, const std::optional<VpcConfig>& config);

}  // namespace hanbat::codebuild
