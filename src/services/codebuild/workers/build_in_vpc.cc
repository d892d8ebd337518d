#include "services/codebuild/workers/build_in_vpc.h"

#include <fmt/format.h>

#include "gen/ec2/client.h"
#include "host/client.h"
#include "services/codebuild/workers/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

constexpr std::string_view kNoAddress = "InsufficientFreeAddressesInSubnet";

ec2::NetworkInterface make_interface(const ec2::Client& ec2, const VpcConfig& config, const std::string& subnet,
                                     const std::string& description) {
  ec2::CreateNetworkInterfaceInput ask;
  ask.subnet_id = subnet;
  ask.groups = config.security_group_ids;
  ask.description = description;
  return *ec2.create_network_interface(ask).network_interface;
}

/// Everything that a role for builds in a VPC is given on AWS is asked for, so that one which lacks a part fails here
/// as there. Source: CodeBuild User Guide, "Allow CodeBuild access to AWS services required to create a VPC network
/// interface".
void look_around(const ec2::Client& ec2, const VpcConfig& config) {
  ec2::DescribeVpcsInput vpcs;
  vpcs.vpc_ids = {{*config.vpc_id}};
  ec2.describe_vpcs(vpcs);
  ec2.describe_dhcp_options({});
  ec2::DescribeSubnetsInput subnets;
  subnets.subnet_ids = config.subnets;
  ec2.describe_subnets(subnets);
  ec2::DescribeSecurityGroupsInput groups;
  groups.group_ids = config.security_group_ids;
  ec2.describe_security_groups(groups);
}

/// The interface in the first subnet that has an address left, beginning with another one for each build.
ec2::NetworkInterface make_in_any_subnet(const ec2::Client& ec2, const BuildRow& row) {
  const VpcConfig& config = *row.shape.vpc_config;
  const std::vector<std::string>& subnets = *config.subnets;
  const std::string description = "AWS CodeBuild network interface of " + *row.shape.arn;
  const auto first = static_cast<std::size_t>(row.shape.build_number.value_or(0));
  for (std::size_t i = 0;; ++i) {
    try {
      return make_interface(ec2, config, subnets[(first + i) % subnets.size()], description);
    } catch (const wire::Error& error) {
      if (error.code() != kNoAddress || i + 1 == subnets.size()) throw;
    }
  }
}

/// Whether the role may delete what it made, which it is asked without doing so.
void try_to_delete(const ec2::Client& ec2, const std::string& interface) {
  ec2::DeleteNetworkInterfaceInput remove;
  remove.network_interface_id = interface;
  remove.dry_run = true;
  try {
    ec2.delete_network_interface(remove);
  } catch (const wire::Error& error) {
    if (error.code() != "DryRunOperation") throw;
  }
}

void hand_over(const ec2::Client& ec2, const std::string& interface) {
  ec2::CreateNetworkInterfacePermissionInput permission;
  permission.network_interface_id = interface;
  permission.aws_service = kPrincipal;
  permission.permission = "INSTANCE-ATTACH";
  ec2.create_network_interface_permission(permission);
}

void delete_interface(const region::Actor& codebuild, const std::string& interface) {
  ec2::DeleteNetworkInterfaceInput remove;
  remove.network_interface_id = interface;
  ec2::Client(codebuild).delete_network_interface(remove);
}

}  // namespace

std::optional<std::string> VpcBuilds::take_interface(store::Tx& tx, const region::Actor& role, BuildRow& row) {
  if (find_interface(tx, row.id)) return std::nullopt;
  const ec2::Client ec2(role);
  const region::Actor codebuild =
      home_.as(tx, home_.identity().service_caller(row.place.account, kPrincipal), row.place.region);
  std::string made;
  try {
    look_around(ec2, *row.shape.vpc_config);
    const ec2::NetworkInterface shape = make_in_any_subnet(ec2, row);
    made = *shape.network_interface_id;
    ec2::DescribeNetworkInterfacesInput see;
    see.network_interface_ids = {{made}};
    ec2.describe_network_interfaces(see);
    try_to_delete(ec2, made);
    hand_over(ec2, made);
    insert(tx, BuildInterface{.build = row.id,
                              .interface = made,
                              .place = row.place,
                              .vpc = shape.vpc_id.value_or(""),
                              .subnet = shape.subnet_id.value_or(""),
                              .address = shape.private_ip_address.value_or(""),
                              .mac = shape.mac_address.value_or("")});
    NetworkInterface& shown = row.shape.network_interface.emplace();
    shown.network_interface_id = made;
    shown.subnet_id = shape.subnet_id;
    return std::nullopt;
  } catch (const wire::Error& error) {
    if (!made.empty()) delete_interface(codebuild, made);
    return error.code();
  }
}

void VpcBuilds::release(store::Tx& tx, const BuildInterface& interface) {
  const auto codebuild = home_.identity().service_caller(interface.place.account, kPrincipal);
  try {
    delete_interface(home_.as(tx, codebuild, interface.place.region), interface.interface);
  } catch (const wire::Error& error) {
    if (error.code() != "InvalidNetworkInterfaceID.NotFound") throw;
  }
  remove_interface(tx, interface.build);
}

void VpcBuilds::leave(const std::string& vpc) {
  const std::lock_guard lock(mutex_);
  // A build that has come meanwhile has its row before it listens.
  if (home_.db.read([&](store::Tx& tx) { return has_interfaces(tx, vpc); })) return;
  if (listening_.erase(vpc) > 0) stop_listening_for_build_credentials(home_, vpc);
}

bool VpcBuilds::listen(const std::string& vpc) {
  std::string space;
  for (const host::VpcState& state : home_.require_host().vpcs({}))
    if (state.id == vpc) space = state.space;
  if (space.empty()) return false;
  const std::lock_guard lock(mutex_);
  if (std::string& known = listening_[vpc]; known != space) {
    listen_for_build_credentials(home_, vpc);
    known = space;
  }
  return true;
}

}  // namespace hanbat::codebuild
