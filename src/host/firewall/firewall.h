// Lets the region's link to the host through the firewall that the machine has, and takes that back. What is allowed on
// the link is decided by the region's own table: an accept in another's chain opens nothing that this one drops.
#pragma once

#include <string>
#include <vector>

namespace hanbat::host {

/// Opens every gate that is shut, and says which these were ("the chain FORWARD of ip filter (Docker)"); none when all
/// were open. Throws HostError when one stays shut.
std::vector<std::string> open_firewall();
/// The gates that are shut now. Changes nothing.
std::vector<std::string> list_shut_gates();
/// Whose firewalls may stop packets here: "Docker", "firewalld", …
std::vector<std::string> list_firewalls();
/// Whether somebody else (Docker, libvirt, a firewall) says which packets this machine forwards.
bool others_forward();
/// Removes everything of ours from other people's chains and zones. What cannot be removed is left and logged.
void close_firewall();
/// What is of ours in other people's chains, a line each.
std::vector<std::string> list_firewall_leftovers();

}  // namespace hanbat::host
