// Which instances the tags of a deployment group mean. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {

using Tags = std::map<std::string, std::string>;

/// The tags of an on-premises instance.
Tags tags_of(const InstanceInfo& instance);

/// Whether key, value and type go together.
bool is_whole(const EC2TagFilter& filter);
bool is_whole(const TagFilter& filter);
/// Whether one of the filters holds.
bool any_matches(const std::vector<EC2TagFilter>& filters, const Tags& tags);
bool any_matches_on_premises(const std::vector<TagFilter>& filters, const Tags& tags);
/// Whether the group's ec2TagFilters (any of them) or ec2TagSet (any of each list) hold; a group without tags wants
/// nobody.
bool wants(const DeploymentGroupInfo& group, const Tags& tags);
/// The same of an on-premises instance by onPremisesInstanceTagFilters or onPremisesTagSet.
bool wants_on_premises(const DeploymentGroupInfo& group, const Tags& tags);
/// Whether the group looks for EC2 instances at all.
bool looks_for_ec2(const DeploymentGroupInfo& group);

}  // namespace hanbat::codedeploy
