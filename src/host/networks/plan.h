// What a VPC is in the kernel, as text computed from its spec alone: addresses, routes and rules for `ip -batch`, one
// nftables ruleset that replaces the last in one step, and dnsmasq's configuration.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "host/edge_range.h"
#include "host/networks/spec.h"

namespace hanbat::host {

/// The edge's namespace, and the host's end of the link to it.
inline constexpr const char* kEdge = "hb-edge";

/// The edge's address on every VPC's link.
inline constexpr const char* kEdgeGateway = "169.254.0.1";
inline constexpr int kUpstreamDnsPort = 1053;
/// Of the host's own loopback: where its users reach internet-facing balancers, by their names below localhost.
inline constexpr int kBalancerPort = 4580;
inline constexpr int kBalancerTlsPort = 4543;

/// The numbers that a VPC keeps for as long as it lives, so that a change renumbers nothing.
struct VpcNumbers {
  int link = 0;                       ///< of its link to the edge: names and addresses come from it
  std::map<std::string, int> tables;  ///< route table id → kernel table
};

std::string namespace_name(const std::string& vpc_id);
/// The edge's end of the link, "hb-e<link>".
std::string edge_link_name(const VpcNumbers& numbers);

/// Addresses, routes and rules that a namespace should have. Each line is what `ip` takes after "add"; a set, because
/// the difference of two sets is all that is ever done.
struct KernelLines {
  std::set<std::string> addresses;
  std::set<std::string> routes;
  std::set<std::string> rules;
};
KernelLines kernel_lines(const VpcSpec& spec, const VpcNumbers& numbers, const EdgeRange& edge = {});

/// Routes of the edge's namespace that lead to this VPC: its link address and its public addresses.
std::set<std::string> edge_routes(const VpcSpec& spec, const VpcNumbers& numbers, const EdgeRange& edge = {});

std::string nft_of_vpc(const VpcSpec& spec, const EdgeRange& edge = {});
std::string nft_of_edge(const EdgeRange& edge = {});
/// kWasOn: the host forwarded packets before we came, or somebody else decides about them, so what is not ours is left
/// alone.
enum class Forwarding { kWasOff, kWasOn };
std::string nft_of_host(Forwarding forwarding, const EdgeRange& edge = {});

/// The files of a VPC's two dnsmasq. Names are answered by one of their own, so that they are while the other begins
/// anew, as it does with each subnet. A change of the first two needs a restart of whose they are, of the others a
/// signal.
struct DnsmasqFiles {
  std::string config;  ///< of DHCP
  std::string names;   ///< of DNS, in its own folder; empty when the VPC has none
  std::string hosts;
  std::string leases;
};
inline constexpr const char* kNamesFolder = "names";
DnsmasqFiles dnsmasq_of_vpc(const VpcSpec& spec, const std::string& folder, const EdgeRange& edge = {});
/// The resolver that VPCs ask for names of the outside, and the host for AWS's (`hanbat trust`): it answers these
/// itself.
/// `servers` is a file like /etc/resolv.conf with whom it asks for all others; "" = that one.
std::string dnsmasq_of_host(const std::string& folder, const EdgeRange& edge = {}, const std::string& servers = {});
/// A file of the host's resolver, in its folder: the balancers that have public addresses.
inline constexpr const char* kBalancersFile = "balancers";
std::string public_balancers(const std::vector<const VpcSpec*>& vpcs, const EdgeRange& edge = {});

/// `ip -batch` lines that put a machine's NIC into place, to be run in the VPC's namespace when the device has arrived
/// there.
std::string interface_batch(const VpcSpec& spec, const Interface& interface);

}  // namespace hanbat::host
