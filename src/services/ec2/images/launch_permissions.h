// What a launch asks permission for: all that it makes and uses, each a resource of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/ec2/instances/instance_profiles.h"

namespace hanbat::ec2 {

struct LaunchTags {
  Tags instance, volume, interface;
};

/// What is asked about, as far as the input and what is there tell: what is named and absent keeps its name.
struct LaunchQuestion {
  std::optional<Resource<Subnet>> subnet;
  std::string subnet_id = "*";
  std::vector<std::string> groups;
  std::optional<iam::InstanceProfile> profile;
};

/// The subnet that is named, else the default VPC's in the zone asked for. Throws AWS's errors when there is none.
Resource<Subnet> choose_subnet(Request& rq, const RunInstancesInput& in, const std::optional<std::string>& subnet_id);

LaunchQuestion launch_question(Request& rq, const RunInstancesInput& in,
                               const InstanceNetworkInterfaceSpecification& interface);

/// ec2:RunInstances on each resource, ec2:CreateTags on what gets tags, iam:PassRole of the profile's role.
void authorize_launch(Request& rq, const RunInstancesInput& in, const InstanceNetworkInterfaceSpecification& interface,
                      const LaunchQuestion& question, const LaunchTags& tags);

}  // namespace hanbat::ec2
