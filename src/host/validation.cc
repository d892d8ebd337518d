// The checks. The root daemon trusts nothing that comes from hanbatd, which talks to the world.
#include "host/validation.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "host/client.h"
#include "host/ipv4.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

const Range kPublic{0xC6130000, 16};  // 198.19.0.0/16

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
  throw HostError("Invalid", std::string(what) + ": " + std::string(why));
}

void require_one_of(std::string_view text, std::initializer_list<std::string_view> allowed, std::string_view what) {
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end())
    refuse(what, "not allowed: " + std::string(text.substr(0, 40)));
}

void require_within(std::int64_t value, std::int64_t least, std::int64_t most, std::string_view what) {
  if (value < least || value > most) refuse(what, "out of range: " + std::to_string(value));
}

void require_at_most(std::size_t count, std::size_t most, std::string_view what) {
  if (count > most) refuse(what, "too many: " + std::to_string(count));
}

void require_mac(std::string_view text, std::string_view what) {
  if (text.size() != 17) refuse(what, "no MAC address");
  for (std::size_t i = 0; i < 17; ++i)
    if (i % 3 == 2
            ? text[i] != ':'
            : !std::isxdigit(static_cast<unsigned char>(text[i])) || std::isupper(static_cast<unsigned char>(text[i])))
      refuse(what, "no MAC address in lower case");
}

/// Text that goes into a quoted word of HAProxy's configuration, or after a device's key: nothing that ends it.
void require_plain_text(std::string_view text, std::string_view what, std::size_t most) {
  if (text.size() > most) refuse(what, "too long");
  for (const unsigned char c : text)
    if (c < 0x20 || c == 0x7f) refuse(what, "control characters");
}

void require_protocol(std::string_view text, std::string_view what) {
  if (text == "tcp" || text == "udp" || text == "icmp" || text == "-1") return;
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string_view::npos ||
      std::stoi(std::string(text)) > 255)
    refuse(what, "no protocol: " + std::string(text.substr(0, 20)));
}

void require_ports(std::string_view protocol, int from, int to, std::string_view what) {
  const int most = protocol == "icmp" ? 255 : 65535;
  require_within(from, -1, most, what);
  require_within(to, -1, most, what);
  if (protocol != "icmp" && from >= 0 && to < from) refuse(what, "ports in the wrong order");
}

void validate_addresses(const VpcSpec& spec) {
  std::vector<Range> ranges;
  for (const auto& cidr : spec.cidrs) {
    const Range range = require_range(cidr, "cidr");
    require_within(range.bits, 16, 28, "cidr");
    // What the world behind the edge, the edge itself and link-local services use cannot be a VPC too.
    for (const Range& taken :
         {Range{0xC6120000, 15}, Range{0x7F000000, 8}, Range{0xA9FE0000, 16}, Range{0, 8}, Range{0xE0000000, 3}})
      if (taken.overlaps(range)) refuse("cidr", cidr + " is reserved");
    for (const Range& other : ranges)
      if (other.overlaps(range)) refuse("cidr", cidr + " overlaps");
    ranges.push_back(range);
  }
  if (ranges.empty()) refuse("cidrs", "none");
  std::vector<Range> subnets;
  std::set<std::string> tables;
  for (const auto& table : spec.route_tables) tables.insert(table.id);
  for (const auto& subnet : spec.subnets) {
    require_name(subnet.id, "subnet id");
    const Range range = require_range(subnet.cidr, "subnet cidr");
    require_within(range.bits, 16, 28, "subnet cidr");
    if (std::none_of(ranges.begin(), ranges.end(), [&](const Range& whole) { return whole.holds(range); }))
      refuse("subnet cidr", subnet.cidr + " is not in the VPC");
    for (const Range& other : subnets)
      if (other.overlaps(range)) refuse("subnet cidr", subnet.cidr + " overlaps");
    subnets.push_back(range);
    if (!tables.contains(subnet.route_table_id))
      refuse("subnet route table", "not in the spec: " + subnet.route_table_id);
  }
}

void validate_filters(const VpcSpec& spec) {
  require_at_most(spec.security_groups.size(), 2500, "security groups");
  require_at_most(spec.network_acls.size(), 200, "network ACLs");
  std::set<std::string> groups;
  for (const auto& group : spec.security_groups) {
    require_name(group.id, "security group id");
    if (!groups.insert(group.id).second) refuse("security group id", "twice: " + group.id);
  }
  for (const auto& group : spec.security_groups) {
    require_at_most(group.rules.size(), 1000, "rules");
    for (const auto& rule : group.rules) {
      require_one_of(rule.direction, {"ingress", "egress"}, "rule direction");
      require_protocol(rule.protocol, "rule protocol");
      require_ports(rule.protocol, rule.from_port, rule.to_port, "rule ports");
      for (const auto& cidr : rule.cidrs) require_range(cidr, "rule cidr");
      for (const auto& id : rule.groups)
        if (!groups.contains(id)) refuse("rule group", "not in the spec: " + id);
    }
  }
  for (const auto& acl : spec.network_acls) {
    require_name(acl.id, "network ACL id");
    require_at_most(acl.entries.size(), 1000, "network ACL entries");
    for (const auto& entry : acl.entries) {
      require_one_of(entry.direction, {"ingress", "egress"}, "entry direction");
      require_one_of(entry.action, {"allow", "deny"}, "entry action");
      require_protocol(entry.protocol, "entry protocol");
      require_ports(entry.protocol, entry.from_port, entry.to_port, "entry ports");
      require_range(entry.cidr, "entry cidr");
    }
  }
}

/// "10.0.0.0/8", bits beyond the mask or not, or one address.
void require_source(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  require_address(text.substr(0, slash), "source-ip");
  if (slash < text.size()) require_range("0.0.0.0" + std::string(text.substr(slash)), "source-ip");
}

void validate_value(std::string_view field, std::string_view value) {
  require_plain_text(value, "condition", 128);
  if (field == "source-ip") require_source(value);
  if (field == "http-request-method" &&
      (value.empty() || value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != std::string_view::npos))
    refuse("condition", "no request method: " + std::string(value.substr(0, 40)));
}

void validate_action(const BalancerAction& action, const std::set<std::string>& groups) {
  require_one_of(action.kind, {"forward", "redirect", "fixed-response"}, "action");
  require_at_most(action.forward.size(), 5, "forward");
  if ((action.kind == "forward") == action.forward.empty())
    refuse("action", "forward takes target groups, and only forward does");
  for (const auto& to : action.forward) {
    require_within(to.weight, 0, 999, "weight");
    if (!groups.contains(to.target_group_id)) refuse("forward", "not in the spec: " + to.target_group_id);
  }
  for (const auto& part : {action.redirect_protocol, action.redirect_host, action.redirect_port, action.redirect_path,
                           action.redirect_query})
    require_plain_text(part, "redirect", 256);
  if (action.kind == "redirect") require_one_of(std::to_string(action.status), {"301", "302"}, "redirect status");
  if (action.kind == "fixed-response") require_within(action.status, 200, 599, "fixed status");
  require_plain_text(action.content_type, "content type", 64);
  if (action.body.size() > 1024) refuse("body", "too long");
}

}  // namespace

void require_name(std::string_view text, std::string_view what, std::size_t most) {
  if (text.empty() || text.size() > most || text.front() == '-')
    refuse(what, "no name: " + std::string(text.substr(0, 80)));
  for (const unsigned char c : text)
    if (!std::isalnum(c) && c != '-') refuse(what, "no name: " + std::string(text.substr(0, 80)));
}

void require_vpc_id(std::string_view text, std::string_view what) {
  require_name(text, what, 40);
  // Beside the VPCs' namespaces and folders lie those of the edge and of the host.
  if (text == "edge" || text == "host") refuse(what, "reserved: " + std::string(text));
}

void require_dns_name(std::string_view text, std::string_view what) {
  if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.' || text.back() == '.')
    refuse(what, "no DNS name");
  for (const unsigned char c : text)
    if (!(std::islower(c) || std::isdigit(c) || c == '-' || c == '.' || c == '_'))
      refuse(what, "no DNS name: " + std::string(text.substr(0, 80)));
}

void validate(const VpcSpec& spec) {
  require_vpc_id(spec.id, "vpc id");
  require_name(spec.account, "account");
  require_name(spec.region, "region");
  require_at_most(spec.cidrs.size(), 5, "cidrs");
  require_at_most(spec.subnets.size(), 200, "subnets");
  require_at_most(spec.interfaces.size(), 1000, "interfaces");
  for (const auto& table : spec.route_tables) {
    require_name(table.id, "route table id");
    require_at_most(table.routes.size(), 500, "routes");
    for (const auto& route : table.routes) {
      require_range(route.destination, "route destination");
      require_one_of(route.kind, {"igw", "nat", "eni", "blackhole"}, "route kind");
    }
  }
  validate_addresses(spec);
  for (const auto& nat : spec.nat_gateways) {
    require_name(nat.id, "NAT gateway id");
    require_address(nat.private_ip, "NAT gateway's private address");
    if (!kPublic.holds(require_address(nat.public_ip, "NAT gateway's public address")))
      refuse("NAT gateway", "its public address is not in 198.19.0.0/16");
  }
  validate_filters(spec);
  std::set<std::string> devices, addresses, groups;
  for (const auto& group : spec.security_groups) groups.insert(group.id);
  for (const auto& interface : spec.interfaces) {
    require_name(interface.id, "interface id");
    if (device_name(interface.id) == "hb-edge") refuse("interface id", "reserved: " + interface.id);
    require_one_of(interface.attachment, {"machine", "balancer", "none"}, "interface attachment");
    if (!devices.insert(device_name(interface.id)).second) refuse("interface id", "twice: " + interface.id);
    const std::uint32_t address = require_address(interface.private_ip, "interface address");
    if (!addresses.insert(interface.private_ip).second) refuse("interface address", "twice: " + interface.private_ip);
    const auto subnet = std::find_if(spec.subnets.begin(), spec.subnets.end(),
                                     [&](const Subnet& one) { return one.id == interface.subnet_id; });
    if (subnet == spec.subnets.end()) refuse("interface subnet", "not in the spec: " + interface.subnet_id);
    const Range range = require_range(subnet->cidr, "subnet cidr");
    if (!range.holds(address) || address < range.base + 4 || address == range.last())
      refuse("interface address", interface.private_ip + " is not free in its subnet");
    if (!interface.mac.empty() || interface.attachment == "machine") require_mac(interface.mac, "interface MAC");
    if (!interface.public_ip.empty() && !kPublic.holds(require_address(interface.public_ip, "public address")))
      refuse("public address", "not in 198.19.0.0/16");
    if (!interface.host_name.empty()) require_name(interface.host_name, "host name");
    for (const auto& id : interface.security_group_ids)
      if (!groups.contains(id)) refuse("interface security group", "not in the spec: " + id);
  }
  if (!spec.dns.domain.empty()) require_dns_name(spec.dns.domain, "DNS domain");
  require_at_most(spec.dns.records.size(), 5000, "DNS records");
  for (const auto& record : spec.dns.records) {
    require_dns_name(record.name, "DNS record");
    for (const auto& address : record.addresses) require_address(address, "DNS record's address");
  }
}

void validate(const ListenSpec& spec) {
  if (spec.vpc_id.empty()) {
    require_one_of(spec.address, {"198.18.0.1"}, "address");
    require_one_of(std::to_string(spec.port), {"80", "443"}, "port");
    return;
  }
  require_vpc_id(spec.vpc_id, "vpc id");
  require_one_of(spec.address, {"169.254.169.254", "169.254.170.2"}, "address");
  require_one_of(std::to_string(spec.port), {"80"}, "port");
}

void validate(const MachineSpec& spec, const std::string& shared_folder) {
  require_name(spec.name, "machine name");
  require_name(spec.image, "image");
  require_within(spec.cpus, 1, 128, "cpus");
  require_within(spec.memory_mib, 64, 1 << 20, "memory_mib");
  require_within(spec.disk_gib, 1, 16384, "disk_gib");
  require_at_most(spec.nics.size(), 8, "nics");
  for (const auto& nic : spec.nics) {
    require_name(nic.interface_id, "interface id");
    if (device_name(nic.interface_id) == "hb-edge") refuse("interface id", "reserved: " + nic.interface_id);
    require_mac(nic.mac, "MAC");
  }
  require_at_most(spec.folders.size(), 8, "folders");
  for (const auto& folder : spec.folders) {
    if (!folder.source.starts_with(shared_folder + "/") || folder.source.find("/..") != std::string::npos ||
        folder.source.find("/.") != std::string::npos)
      refuse("shared folder", "not below " + shared_folder);
    require_plain_text(folder.source, "shared folder", 512);
    require_plain_text(folder.path, "shared folder's path", 256);
    if (!folder.path.starts_with('/') || folder.path.find("/..") != std::string::npos)
      refuse("shared folder's path", "not absolute");
  }
  require_at_most(spec.environment.size(), 100, "environment");
  for (const auto& variable : spec.environment) {
    if (variable.key.empty() || variable.key.size() > 255 ||
        variable.key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
            std::string::npos)
      refuse("environment", "no name of a variable");
    require_plain_text(variable.value, "environment", 4096);
  }
  require_at_most(spec.labels.size(), 100, "labels");
  for (const auto& label : spec.labels) {
    require_name(label.key, "label");
    require_plain_text(label.value, "label", 1024);
  }
}

void validate(const BalancersSpec& spec) {
  require_at_most(spec.balancers.size(), 500, "balancers");
  require_at_most(spec.target_groups.size(), 3000, "target groups");
  std::set<std::string> groups, ids;
  for (const auto& group : spec.target_groups) {
    require_name(group.id, "target group id", 100);
    if (!groups.insert(group.id).second) refuse("target group id", "twice: " + group.id);
    require_vpc_id(group.vpc_id, "target group's vpc");
    require_one_of(group.protocol, {"HTTP", "HTTPS"}, "target group protocol");
    require_one_of(group.algorithm, {"round_robin", "least_outstanding_requests"}, "algorithm");
    require_within(group.stickiness_seconds, 0, 604800, "stickiness");
    const HealthCheck& check = group.health_check;
    require_one_of(check.protocol, {"HTTP", "HTTPS"}, "health check protocol");
    require_plain_text(check.path, "health check path", 1024);
    if (!check.path.starts_with('/') || check.path.find_first_of(" \"'\\#") != std::string::npos)
      refuse("health check path", "not allowed");
    require_within(check.port, 0, 65535, "health check port");
    require_within(check.interval_seconds, 1, 300, "health check interval");
    require_within(check.timeout_seconds, 1, 120, "health check timeout");
    require_within(check.healthy_threshold, 1, 10, "healthy threshold");
    require_within(check.unhealthy_threshold, 1, 10, "unhealthy threshold");
    if (check.matcher.empty() || check.matcher.size() > 200 ||
        check.matcher.find_first_not_of("0123456789,-") != std::string::npos)
      refuse("matcher", "not allowed");
    require_at_most(group.targets.size(), 1000, "targets");
    std::set<std::pair<std::string, int>> targets;
    for (const auto& target : group.targets) {
      require_address(target.ip, "target address");
      require_within(target.port, 1, 65535, "target port");
      require_one_of(target.state, {"active", "draining"}, "target state");
      if (!targets.emplace(target.ip, target.port).second) refuse("target", "twice: " + target.ip);
    }
  }
  for (const auto& balancer : spec.balancers) {
    require_name(balancer.id, "balancer id", 100);
    if (!ids.insert(balancer.id).second) refuse("balancer id", "twice: " + balancer.id);
    require_vpc_id(balancer.vpc_id, "balancer's vpc");
    if (!balancer.host_name.empty()) require_dns_name(balancer.host_name, "host name");
    require_within(balancer.idle_timeout_seconds, 1, 4000, "idle timeout");
    require_at_most(balancer.nodes.size(), 16, "nodes");
    for (const auto& node : balancer.nodes) {
      require_address(node.private_ip, "node address");
      if (!node.public_ip.empty() && !kPublic.holds(require_address(node.public_ip, "node's public address")))
        refuse("node", "its public address is not in 198.19.0.0/16");
      require_range(node.subnet_cidr, "node's subnet");
    }
    require_at_most(balancer.listeners.size(), 100, "listeners");
    std::set<int> ports;
    for (const auto& listener : balancer.listeners) {
      require_name(listener.id, "listener id", 100);
      require_within(listener.port, 1, 65535, "listener port");
      if (!ports.insert(listener.port).second) refuse("listener port", "twice");
      require_within(listener.host_port, 0, 65535, "host port");
      if (listener.host_port != 0) require_within(listener.host_port, 1024, 65535, "host port");
      require_one_of(listener.protocol, {"HTTP", "HTTPS"}, "listener protocol");
      if ((listener.protocol == "HTTPS") == listener.certificate_pem.empty())
        refuse("certificate", "HTTPS takes one, HTTP none");
      if (listener.certificate_pem.size() > 100000) refuse("certificate", "too long");
      validate_action(listener.default_action, groups);
      require_at_most(listener.rules.size(), 200, "rules");
      for (const auto& rule : listener.rules) {
        require_name(rule.id, "rule id", 100);
        validate_action(rule.action, groups);
        for (const auto& condition : rule.conditions) {
          require_one_of(condition.field,
                         {"path-pattern", "host-header", "http-request-method", "source-ip", "http-header"},
                         "condition");
          if (!condition.header.empty()) require_name(condition.header, "header", 40);
          if (condition.values.empty()) refuse("condition", "no values");
          require_at_most(condition.values.size(), 100, "condition values");
          for (const auto& value : condition.values) validate_value(condition.field, value);
        }
      }
    }
  }
}

void require_own_folder(const std::string& shared_folder, const std::string& source) {
  // hanbatd owns the shared folder and may have put links in it: what it names must lie there for real.
  const std::string below = source.substr(std::min(source.size(), shared_folder.size() + 1));
  const Fd root = open_file(shared_folder, O_PATH | O_DIRECTORY);
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const Fd folder(static_cast<int>(::syscall(SYS_openat2, root.get(), below.c_str(), &how, sizeof how)));
  if (!folder) refuse("shared folder", source + " is no folder of its own below " + shared_folder);
}

void require_roots_file(const std::string& path, std::string_view what) {
  if (!path.starts_with('/')) refuse(what, "no absolute path: " + path.substr(0, 80));
  require_plain_text(path, what, 512);
  struct stat about{};
  const bool good = ::lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == 0 &&
                    (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (!good) refuse(what, path + " is no file that is root's alone to write");
}

void validate(const SweepSpec& spec) {
  for (const auto& id : spec.vpc_ids) require_name(id, "vpc id", 40);
  for (const auto& name : spec.machines) require_name(name, "machine name");
}

}  // namespace hanbat::host
