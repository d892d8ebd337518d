// Which instances the tags of a deployment group mean. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {

using Tags = std::map<std::string, std::string>;

/// Whether one of the filters holds.
bool any_matches(const std::vector<EC2TagFilter>& filters, const Tags& tags);
/// Whether the group's ec2TagFilters (any of them) or ec2TagSet (any of each list) hold; a group without tags wants
/// nobody.
bool wants(const DeploymentGroupInfo& group, const Tags& tags);

}  // namespace hanbat::codedeploy
