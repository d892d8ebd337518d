// Links as the kernel knows them: a machine's own end of its veth pair, in whatever namespace the machine has.
#pragma once

#include <array>
#include <string>

#include "os/fd.h"

namespace hanbat::host {

using MacAddress = std::array<unsigned char, 6>;

struct KernelLink {
  int peer = 0;         ///< of a veth pair: the other end's index in its own namespace
  int peer_space = -1;  ///< the number by which this namespace knows the other end's; -1: it is here
  MacAddress mac{};
};

/// The link of the namespace. Throws HostError NotFound where there is none.
KernelLink link_in(const std::string& space, const std::string& name);

/// Where packets are sent from that come in at `neighbour`.
struct GuestEnd {
  Fd space;
  int index = 0;
  MacAddress neighbour{};
};

/// The inner end of a machine's link, whose outer end is in the namespace. Throws HostError NotFound while the machine
/// does not run.
GuestEnd guest_end(const std::string& space, const std::string& device);

}  // namespace hanbat::host
