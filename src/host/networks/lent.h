// To whom dnsmasq has lent addresses. It is told of every machine of the last hour that an address had, as it then
// takes the address from the one and gives it to the next; so it never has to be started anew for that, which would
// leave who asks for a name meanwhile without an answer.
#pragma once

#include <optional>
#include <string>

namespace hanbat::host {

/// What stands in dnsmasq's dhcp-hostsfile, "mac[,mac…],address[,name]" a line, when the machines are these and the
/// file was `before`: the machines that are there, those that had their addresses before them, and the addresses that
/// nobody has now, without their names. Nothing when a machine has another address than before, or an address has had
/// too many machines: dnsmasq has to begin anew, with `wanted` alone.
std::optional<std::string> lend(const std::string& before, const std::string& wanted);

}  // namespace hanbat::host
