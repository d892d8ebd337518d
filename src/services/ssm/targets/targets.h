// Which managed instances a command or an association is for.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gen/ssm/model.h"
#include "region/region.h"
#include "services/ssm/place.h"

namespace hanbat::ssm {

/// Throws 501 for a resource group's instances: there are no groups.
void refuse_resource_groups(std::string_view operation, const std::vector<Target>& targets);
/// The instances that the targets name (InstanceIds; "*" is all managed ones), known or not, and the running ones with
/// their tags that are managed. Asks EC2 as the service. Throws InvalidTarget.
std::set<std::string> targeted_instances(region::Region& home, store::Tx& tx, const Place& place,
                                         const std::vector<Target>& targets);

}  // namespace hanbat::ssm
