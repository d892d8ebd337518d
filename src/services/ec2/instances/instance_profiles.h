// Instance profiles, which IAM keeps and EC2 lends to instances.
#pragma once

#include <optional>

#include "gen/iam/model.h"
#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// The profile that a call names, as IAM tells EC2 itself of it; nothing when there is none. Throws for what can name
/// none.
std::optional<iam::InstanceProfile> find_profile(Request& rq, const IamInstanceProfileSpecification& wanted);
/// iam:PassRole of the profile's role to EC2: of the caller AWS asks no more for lending it to an instance.
void authorize_profile(Request& rq, const std::optional<iam::InstanceProfile>& profile, std::string_view instance_id);
/// The profile as an instance tells of it. Throws InvalidParameterValue when it was not found.
IamInstanceProfile require_profile(const std::optional<iam::InstanceProfile>& profile,
                                   const IamInstanceProfileSpecification& wanted);

}  // namespace hanbat::ec2
