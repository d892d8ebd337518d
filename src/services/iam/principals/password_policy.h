// What an account asks of its users' console passwords.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/iam/model.h"

namespace hanbat::iam {

/// What the password fails of the account's policy, in AWS's words; nothing when it will do. Without a policy of the
/// account's AWS's own holds: eight characters, three of four kinds, and not the account's id.
/// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
std::optional<std::string> password_fault(const std::optional<PasswordPolicy>& policy, std::string_view password,
                                          std::string_view account);

}  // namespace hanbat::iam
