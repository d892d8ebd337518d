// dnsmasq's configuration: two in each VPC, one for names and one for DHCP, and one in the host's namespace that
// reaches the host's own resolver.
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "host/ipv4.h"
#include "host/networks/plan.h"
#include "host/s3_address.h"

namespace hanbat::host {

namespace {

/// Of S3 in the region, and of the buckets below each. A bucket of any region may be named below the last.
std::vector<std::string> s3_names(const std::string& region) {
  return {"s3." + region + ".amazonaws.com", "s3.dualstack." + region + ".amazonaws.com",
          "s3-" + region + ".amazonaws.com", "s3.amazonaws.com"};
}

/// Sites of AWS's that belong to no region: what lies there (the AWS CLI's installer, the ranges of AWS's addresses) is
/// had from the internet, where there is one.
constexpr const char* kSites = "server=/awscli.amazonaws.com/ip-ranges.amazonaws.com/#\n";

/// Options of every lease. One without a value keeps dnsmasq from telling its own instead.
void add_dhcp_options(const Dhcp& dhcp, std::string& config) {
  const auto add = [&](const char* option, const std::string& value) {
    config += fmt::format("dhcp-option=option:{}{}{}\n", option, value.empty() ? "" : ",", value);
  };
  const auto add_some = [&](const char* option, const std::vector<std::string>& values) {
    if (!values.empty()) add(option, join(values, ","));
  };
  add("domain-name", dhcp.domains.empty() ? "" : dhcp.domains.front());
  add_some("domain-search", dhcp.domains);
  add("dns-server", join(dhcp.dns_servers, ","));
  add_some("ntp-server", dhcp.ntp_servers);
  add_some("netbios-ns", dhcp.netbios_name_servers);
  if (dhcp.netbios_node_type != 0) add("netbios-nodetype", std::to_string(dhcp.netbios_node_type));
}

}  // namespace

DnsmasqFiles dnsmasq_of_vpc(const VpcSpec& spec, const std::string& folder, const EdgeRange& edge) {
  DnsmasqFiles files;
  if (spec.dns.enabled) {
    files.names = fmt::format(
        "pid-file={0}/{1}/dnsmasq.pid\nuser=nobody\ngroup=nogroup\nno-resolv\nno-hosts\nno-poll\naddn-hosts={0}/hosts\n"
        "cache-size=1000\nlocal-ttl=5\nneg-ttl=2\ndomain-needed\nbogus-priv\n"
        "server={2}#{3}\naddress=/amazonaws.com/{4}\naddress=/{5}/{6}\n{7}",
        folder, kNamesFolder, edge.host(), kUpstreamDnsPort, edge.endpoint(), join(s3_names(spec.region), "/"),
        s3_address(edge), kSites);
    if (!spec.dns.domain.empty()) files.names += fmt::format("local=/{}/\n", spec.dns.domain);
  }
  std::string& config = files.config;
  config = fmt::format(
      "pid-file={0}/dnsmasq.pid\nuser=nobody\ngroup=nogroup\nport=0\nno-ping\n"
      "dhcp-hostsfile={0}/leases\nleasefile-ro\ndhcp-authoritative\ndhcp-rapid-commit\n",
      folder);
  if (!spec.dns.domain.empty()) config += fmt::format("domain={}\n", spec.dns.domain);
  add_dhcp_options(spec.dhcp, config);
  int number = 0;
  for (const auto& subnet : spec.subnets) {
    const Range range = require_range(subnet.cidr, "subnet");
    config += fmt::format("dhcp-range=set:s{0},{1},static,{2},1h\ndhcp-option=tag:s{0},option:router,{3}\n", number,
                          to_text(range.base), to_text(range.mask()), to_text(range.base + 1));
    ++number;
  }
  for (const auto& record : spec.dns.records)
    for (const auto& address : record.addresses) files.hosts += address + " " + record.name + "\n";
  for (const auto& interface : spec.interfaces) {
    if (interface.attachment != Attachment::kMachine) continue;
    files.leases += fmt::format("{},{}{}{}\n", interface.mac, interface.private_ip,
                                interface.host_name.empty() ? "" : ",", interface.host_name);
    // Who answers questions for names knows of no leases.
    if (!interface.host_name.empty() && !spec.dns.domain.empty())
      files.hosts += fmt::format("{} {}.{}\n", interface.private_ip, interface.host_name, spec.dns.domain);
  }
  return files;
}

std::string dnsmasq_of_host(const std::string& folder, const EdgeRange& edge, const std::string& servers) {
  return fmt::format(
      "pid-file={0}/"
      "dnsmasq.pid\nuser=nobody\ngroup=nogroup\nport={1}\nno-hosts\nno-dhcp-interface=hb-edge\nbind-interfaces\nlisten-"
      "address={2}\n"
      "except-interface=lo\ncache-size=2000\nneg-ttl=2\nno-negcache\nlocal-ttl=5\n"
      "addn-hosts={0}/{3}\naddress=/amazonaws.com/{4}\nlocal=/elb.amazonaws.com/\n{5}{6}",
      folder, kUpstreamDnsPort, edge.host(), kBalancersFile, edge.endpoint(), kSites,
      servers.empty() ? "" : "resolv-file=" + servers + "\n");
}

std::string public_balancers(const std::vector<const VpcSpec*>& vpcs, const EdgeRange& edge) {
  std::set<std::string> lines;
  for (const VpcSpec* vpc : vpcs)
    for (const auto& record : vpc->dns.records) {
      if (!record.name.ends_with(".elb.amazonaws.com")) continue;
      for (const auto& address : record.addresses)
        if (edge.public_range().holds(require_address(address, "a balancer")))
          lines.insert(address + " " + record.name + "\n");
    }
  std::string hosts;
  for (const std::string& line : lines) hosts += line;
  return hosts;
}

}  // namespace hanbat::host
