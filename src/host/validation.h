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
/// The id of a VPC: a name of at most 40 characters that is none of our own namespaces'.
void require_vpc_id(std::string_view text, std::string_view what);
/// A folder below the shared one, on the way to which there is no symbolic link now. Who owns the shared folder can
/// change that later: to be asked again whenever root acts on it.
void require_own_folder(const std::string& shared_folder, const std::string& source);
/// A regular file, no link, that nobody but root can write. HostError Invalid otherwise.
void require_roots_file(const std::string& path, std::string_view what);
/// A DNS name in lower case.
void require_dns_name(std::string_view text, std::string_view what);

}  // namespace hanbat::host
