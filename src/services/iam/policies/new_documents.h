// What IAM refuses of a policy document when it is stored, though the policy language allows it. Documents that were
// stored before are read as they are.
#pragma once

#include <string>
#include <string_view>

#include "services/iam/policies/principal_policies.h"

namespace hanbat::iam {

/// A trust policy's or an identity policy's text. Throws MalformedPolicyDocument.
void refuse_leading_blanks(std::string_view text);

/// A policy of a user, a group or a role, put inline. Throws MalformedPolicyDocument.
void check_new_document(const PrincipalPolicies& policies, const std::string& text);

/// A customer managed policy, which has to be of the current version beside. Throws MalformedPolicyDocument.
void check_new_managed_document(const PrincipalPolicies& policies, const std::string& text);

}  // namespace hanbat::iam
