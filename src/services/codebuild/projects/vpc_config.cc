#include "services/codebuild/projects/vpc_config.h"

#include <fmt/format.h>

#include "gen/ec2/client.h"
#include "services/codebuild/workers/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

using Ids = std::vector<std::string>;

/// What EC2 answers; its refusal is an invalid input of ours.
template <class Call>
auto ask(const char* action, const Call& call) {
  try {
    return call();
  } catch (const wire::Error& error) {
    if (error.code() == "UnauthorizedOperation")
      throw InvalidInputException(fmt::format("Not authorized to perform {}", action));
    throw InvalidInputException(fmt::format("Invalid vpc config: {}", error.message()));
  }
}

void require_same_vpc(std::string_view kind, const std::optional<std::string>& id,
                      const std::optional<std::string>& vpc, const std::string& wanted) {
  if (vpc != wanted)
    throw InvalidInputException(
        fmt::format("Invalid vpc config: the {} {} is not in the VPC {}", kind, id.value_or(""), wanted));
}

}  // namespace

std::optional<VpcConfig> complete(const VpcConfig& wanted) {
  const Ids subnets = wanted.subnets.value_or(Ids()), groups = wanted.security_group_ids.value_or(Ids());
  if (!wanted.vpc_id && subnets.empty() && groups.empty()) return std::nullopt;
  if (!wanted.vpc_id) throw InvalidInputException("Invalid vpc config: a VPC ID must be specified");
  if (subnets.empty()) throw InvalidInputException("Invalid vpc config: at least one subnet must be specified");
  if (groups.empty()) throw InvalidInputException("Invalid vpc config: at least one security group must be specified");
  return wanted;
}

void check_vpc_config(region::Request& rq, const VpcConfig& config, region::Caller role) {
  role.held_by = kPrincipal;
  const ec2::Client ec2(rq.as(std::move(role)));
  ec2::DescribeSecurityGroupsInput groups;
  groups.group_ids = config.security_group_ids;
  const auto found_groups = ask("DescribeSecurityGroups", [&] { return ec2.describe_security_groups(groups); });
  ec2::DescribeSubnetsInput subnets;
  subnets.subnet_ids = config.subnets;
  const auto found_subnets = ask("DescribeSubnets", [&] { return ec2.describe_subnets(subnets); });
  ec2::DescribeVpcsInput vpcs;
  vpcs.vpc_ids = {{*config.vpc_id}};
  ask("DescribeVpcs", [&] { return ec2.describe_vpcs(vpcs); });
  for (const ec2::SecurityGroup& one : found_groups.security_groups.value_or(std::vector<ec2::SecurityGroup>()))
    require_same_vpc("security group", one.group_id, one.vpc_id, *config.vpc_id);
  for (const ec2::Subnet& one : found_subnets.subnets.value_or(std::vector<ec2::Subnet>()))
    require_same_vpc("subnet", one.subnet_id, one.vpc_id, *config.vpc_id);
}

void add_vpc_keys(region::ConditionKeys& keys, const std::optional<VpcConfig>& config) {
  if (!config) return;
  if (config->vpc_id) keys["codebuild:vpcConfig.vpcId"] = {*config->vpc_id};
  if (config->subnets) keys["codebuild:vpcConfig.subnets"] = *config->subnets;
  if (config->security_group_ids) keys["codebuild:vpcConfig.securityGroupIds"] = *config->security_group_ids;
}

}  // namespace hanbat::codebuild
