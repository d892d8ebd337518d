// `hanbat up --listen`: the region's way in from a local network, as the operator wants it.
#pragma once

#include <string>

#include "main/cli/home.h"

namespace hanbat::cli {

/// What the command line said of it; empty texts are what it did not say.
struct ListenWish {
  std::string address;  ///< ADDRESS, ADDRESS:PORT or "off"; "" leaves it as it is
  std::string name;
  std::string certificate;  ///< files
  std::string key;
  int ssh_port = 0;  ///< 0: the one of before, or the default
};

/// Writes the setting down, by which daemons that are started from now on go. Throws Failure or HostError, and changes
/// nothing, when the region cannot be open so: another has the port, or the certificate is not for the name.
void settle_listening(const Home& home, const ListenWish& wish);

/// Whether that was changed since the daemons started that opened the control socket.
bool listening_changed(const Home& home);

/// Lines that say where the region is reached from the network; none when it is closed.
std::string listening_lines(const Home& home);

}  // namespace hanbat::cli
