// What `hanbat trust` puts into this machine's files, as text: a marked block of /etc/hosts, and the CA under a name
// that says what is in it. What was put is known again by itself, so nothing is remembered elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat::cli {

/// The names of AWS's endpoints of the region's services, and of the account's registry ("" = none is known).
std::vector<std::string> endpoint_names(const std::string& region, const std::string& account);

/// The file with the block at its end, in the place of one that is there. Everything else stays as it is.
std::string with_names(std::string_view hosts, const std::string& address, const std::vector<std::string>& names);
/// The file without the block. Lines of others that stand in it stay.
std::string without_names(std::string_view hosts);
/// The names that the block has, with their addresses ("198.18.0.1 ec2.…"); nothing without a block.
std::optional<std::vector<std::string>> find_names(std::string_view hosts);

/// "hanbat-0123456789abcdef.crt", by what is in it.
std::string ca_file_name(std::string_view certificate);
/// Whether a file of that name with that content is one that we put there, of whatever region.
bool is_our_ca(std::string_view name, std::string_view certificate);

}  // namespace hanbat::cli
