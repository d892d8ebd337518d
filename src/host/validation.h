// Refuses every spec that is not exactly what it may be. What passes can be written into command lines and
// configuration files as it is: ids, names and numbers have closed alphabets.
#pragma once

#include <string>
#include <string_view>

#include "host/actions.h"

namespace hanbat::host {

/// Each throws HostError Invalid that names the member.
void validate(const VpcSpec& spec);
void validate(const ListenSpec& spec);
void validate(const MachineSpec& spec, const std::string& shared_folder);
void validate(const BalancersSpec& spec);
void validate(const SweepSpec& spec);

/// An id or name: letters, digits and dashes, not beginning with a dash, at most `most` characters.
void require_name(std::string_view text, std::string_view what, std::size_t most = 63);
/// A DNS name in lower case.
void require_dns_name(std::string_view text, std::string_view what);

}  // namespace hanbat::host
