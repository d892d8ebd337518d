// Refuses every spec that is not exactly what it may be. What passes can be written into command lines and
// configuration files as it is: ids, names and numbers have closed alphabets.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "host/actions.h"
#include "host/codec.h"
#include "host/edge_range.h"

namespace hanbat::host {

/// What is allowed depends on the region.
struct Bounds {
  std::string shared_folder;  ///< the one below which folders may be shared with machines
  EdgeRange edge = {};
};

/// Each throws HostError kInvalid that names the member.
void validate(const VpcSpec& spec, const EdgeRange& edge = {});
void validate(const VpcName& vpc);
void validate(const ListenSpec& spec, const EdgeRange& edge = {});
void validate(const PacketTrial& trial);
void validate(const MachineSpec& spec, const std::string& shared_folder);
void validate(const MachineName& machine);
void validate(const MachineStop& stop);
void validate(const BalancersSpec& spec, const EdgeRange& edge = {});
void validate(const BalancerName& balancer);
void validate(const LogBatchName& batch);
inline void validate(const CountsOf&) {}
void validate(const BookedCounts& booked);
inline void validate(const Nothing&) {}

/// The argument of an action: decoded strictly and validated. The one way in which the root daemon comes to one. Throws
/// JsonError or HostError kInvalid.
template <class Argument>
Argument read_argument(const Json& json, const Bounds& bounds) {
  Argument argument = decode<Argument>(json);
  if constexpr (std::is_same_v<Argument, MachineSpec>)
    validate(argument, bounds.shared_folder);
  else if constexpr (requires { validate(argument, bounds.edge); })
    validate(argument, bounds.edge);
  else
    validate(argument);
  return argument;
}

/// An id or name: letters, digits and dashes, not beginning with a dash, at most `most` characters.
void require_name(std::string_view text, std::string_view what, std::size_t most = 63);
/// The id of a VPC: a name of at most 40 characters that is none of our own namespaces'.
void require_vpc_id(std::string_view text, std::string_view what);
/// A folder below the shared one, on the way to which there is no symbolic link now. Who owns the shared folder can
/// change that later: to be asked again whenever root acts on it.
void require_own_folder(const std::string& shared_folder, const std::string& source);
/// A DNS name in lower case.
void require_dns_name(std::string_view text, std::string_view what);

}  // namespace hanbat::host
