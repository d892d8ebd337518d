// The few commands through which namespaces, links and rules are changed.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace hanbat::host {

bool namespace_exists(const std::string& name);
/// A namespace's identity: after a restart of the machine, one of the same name is another one. "" when there is none.
std::string identity_of(const std::string& name);
/// Makes the namespace with forwarding on, IPv6 off, no reverse path filter; there already: nothing.
void add_namespace(const std::string& name);
void delete_namespace(const std::string& name);

/// Whether a link of that name is in the namespace ("" = the host's).
bool link_exists(const std::string& name_of_namespace, const std::string& link);

/// Runs `ip -batch` in the namespace ("" = the host's). Throws HostError Failed with what ip said.
void run_ip(const std::string& name_of_namespace, std::string_view batch);
/// The same, but goes on after a line that fails and says nothing: for removing what may be gone already.
void try_ip(const std::string& name_of_namespace, std::string_view batch);

/// Brings a set of objects ("address", "route", "rule") from what it was to what it should be: adds first, then
/// removes.
void apply_difference(const std::string& name_of_namespace, const std::string& object,
                      const std::set<std::string>& before, const std::set<std::string>& wanted);

/// Loads an nftables ruleset in one transaction.
void run_nft(const std::string& name_of_namespace, std::string_view ruleset);

/// How nft lists our table in the namespace ("" = the host's): rules without counters and without the elements of
/// sets, so the same until somebody changes it. "" when there is no such table.
std::string list_nft(const std::string& name_of_namespace);

/// The same with the handle of each rule behind it.
std::string list_nft_rules(const std::string& name_of_namespace);

/// The counters of a VPC's traffic, as nft lists them in JSON; "" when there is no table of them.
std::string list_traffic(const std::string& name_of_namespace);

/// Removes one of them, which no rule leads to; gone already: nothing.
void remove_traffic_counter(const std::string& name_of_namespace, const std::string& counter);

/// Writes /proc/sys/net/<path> as seen in the namespace.
void write_sysctl(const std::string& name_of_namespace, const std::string& path, std::string_view value);
std::string read_sysctl(const std::string& path);

/// dnsmasq in the namespace, kept by its pid file. Starts it when it does not run.
void start_dnsmasq(const std::string& name_of_namespace, const std::string& folder);
void stop_dnsmasq(const std::string& folder);
/// Sends SIGHUP, so that hosts and leases are read anew; false when it does not run.
bool reload_dnsmasq(const std::string& folder);

/// The process of a pid file when it runs and has `mark` in its command line; 0 otherwise.
int find_process(const std::string& pid_file, std::string_view mark);
/// SIGTERM, and SIGKILL after two seconds.
void end_process(int pid);

}  // namespace hanbat::host
