// Where a load balancer stands: a network interface of EC2's in each of its subnets, with a public address when it
// faces the internet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// What a call names in one of the two ways. Throws AWS's error when it does in both.
std::vector<std::string> subnet_ids(const std::optional<std::vector<std::string>>& subnets,
                                    const std::optional<std::vector<SubnetMapping>>& mappings);

/// The subnets, of one VPC and in two zones at least, one in each. Throws AWS's errors.
std::vector<ec2::Subnet> require_subnets(const Ec2AsService& ec2, const std::vector<std::string>& ids);
void require_internet_gateway(const Ec2AsService& ec2, const std::string& vpc_id);

/// Of addresses of IPv6 AWS asks for subnets that have them, which those of the region do not.
void require_ip_address_type(const std::string& word);

/// Has the balancer stand in these subnets and in no others: where it stands already its addresses stay. The row, whose
/// shape and security groups are told, is for the caller to write.
void stand_in(const Ec2AsService& ec2, Resource<LoadBalancer>& row, const std::vector<ec2::Subnet>& subnets);

/// Takes all of a balancer's interfaces and addresses away.
void leave_subnets(const Ec2AsService& ec2, Resource<LoadBalancer>& row);

}  // namespace hanbat::elasticloadbalancing
