// The canonical user id of an account: 64 hexadecimal digits, by which S3 tells owners and whom ACLs grant something.
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html#FindCanonicalId
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat::region {

/// The same for an account number of twelve digits whenever it is asked for: nothing keeps it.
std::string canonical_user_id(std::string_view account);

/// The account whose id this is; nothing for what no account has. Letters may be of either case.
std::optional<std::string> find_canonical_user(std::string_view id);

}  // namespace hanbat::region
