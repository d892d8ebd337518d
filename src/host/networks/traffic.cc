#include "host/networks/traffic.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "host/networks/nft.h"
#include "host/s3_address.h"

namespace hanbat::host {
namespace {

constexpr const char* kTable = "ip hanbat_traffic";

using Counters = std::map<std::string, std::string>;

/// Which counter of the kind each public address leads to.
Counters counters_of_addresses(const VpcSpec& spec, CountKind kind) {
  Counters out;
  for (const auto& interface : spec.interfaces)
    for (const auto& address : addresses_of(interface))
      if (!address.public_ip.empty()) out[address.public_ip] = counter_name(kind, interface.id);
  for (const auto& nat : spec.nat_gateways) out[nat.public_ip] = counter_name(kind, nat.id);
  return out;
}

Counters counters_of_gateways(const VpcSpec& spec) {
  Counters out;
  for (const auto& nat : spec.nat_gateways) out[nat.public_ip] = counter_name(CountKind::kNatBytes, nat.id);
  return out;
}

/// The zone of each subnet that is in one.
std::map<std::string, std::string> zones_of_subnets(const VpcSpec& spec) {
  std::map<std::string, std::string> out;
  for (const auto& subnet : spec.subnets)
    if (!subnet.zone.empty()) out[subnet.id] = subnet.zone;
  return out;
}

/// Who is in which zone: machines by their devices, NAT gateways by their public addresses. Load balancers are in none:
/// what passes between one and the VPC's machines is free of charge.
struct Zones {
  std::map<std::string, std::vector<std::string>> devices;  // by zone, quoted for nft
  std::map<std::string, std::vector<NatGateway>> gateways;  // by zone
  std::map<CountKind, Counters> counters;                   // by device
  std::set<std::string> names;                              // of all counters
};

Zones zones_of(const VpcSpec& spec) {
  const auto zones = zones_of_subnets(spec);
  Zones out;
  std::set<std::string> in_use;
  for (const auto& interface : spec.interfaces)
    if (const auto zone = zones.find(interface.subnet_id);
        zone != zones.end() && interface.attachment == Attachment::kMachine)
      in_use.insert(zone->second);
  for (const auto& nat : spec.nat_gateways)
    if (const auto zone = zones.find(nat.subnet_id); zone != zones.end()) in_use.insert(zone->second);
  if (in_use.size() < 2) return out;  // there is no other zone to pass to

  for (const auto& interface : spec.interfaces) {
    const auto zone = zones.find(interface.subnet_id);
    if (zone == zones.end() || interface.attachment != Attachment::kMachine) continue;
    const std::string device = fmt::format("\"{}\"", device_name(interface.id));
    out.devices[zone->second].push_back(device);
    for (const CountKind kind : {CountKind::kZoneOut, CountKind::kZoneIn})
      out.names.insert(out.counters[kind][device] = counter_name(kind, interface.id));
  }
  for (const auto& nat : spec.nat_gateways) {
    const auto zone = zones.find(nat.subnet_id);
    if (zone == zones.end()) continue;
    out.gateways[zone->second].push_back(nat);
    for (const CountKind kind : {CountKind::kZoneOut, CountKind::kZoneIn}) out.names.insert(counter_name(kind, nat.id));
  }
  return out;
}

std::string nft_of_map(const std::string& map, const std::string& type, const Counters& counters) {
  std::string out = fmt::format("add map {0} {1} {{ type {2} : counter; }}\nflush map {0} {1}\n", kTable, map, type);
  std::vector<std::string> elements;
  for (const auto& [key, counter] : counters) elements.push_back(fmt::format("{} : \"{}\"", key, counter));
  if (!elements.empty()) out += fmt::format("add element {} {} {{ {} }}\n", kTable, map, join(elements, ", "));
  return out;
}

std::string nft_of_devices(const std::string& set, const std::vector<std::string>& devices) {
  std::string out = fmt::format("add set {0} {1} {{ type ifname; }}\nflush set {0} {1}\n", kTable, set);
  if (!devices.empty()) out += fmt::format("add element {} {} {{ {} }}\n", kTable, set, join(devices, ", "));
  return out;
}

/// What passes between zones: each packet counts where it left and where it came to. Machines are known by their
/// devices, so one that forwards for others counts, too; what goes through a NAT gateway by its connection.
std::string nft_of_zones(const Zones& zones) {
  std::string out;
  std::vector<std::string> all;
  std::map<CountKind, Counters> counters = zones.counters;
  out += nft_of_map("zoneout_of", "ifname", counters[CountKind::kZoneOut]);
  out += nft_of_map("zonein_of", "ifname", counters[CountKind::kZoneIn]);
  for (const auto& [zone, devices] : zones.devices) all.insert(all.end(), devices.begin(), devices.end());
  out += nft_of_devices("zoned", all);
  out += fmt::format(
      "add chain {0} zones {{ type filter hook postrouting priority 311; policy accept; }}\nflush chain {0} zones\n",
      kTable);
  const auto rule = [&](const std::string& match, const std::string& counted) {
    out += fmt::format("add rule {} zones {} counter name {}\n", kTable, match, counted);
  };
  std::set<std::string> names;
  for (const auto& [zone, devices] : zones.devices) names.insert(zone);
  for (const auto& [zone, gateways] : zones.gateways) names.insert(zone);
  for (const std::string& zone : names) {
    const auto here = zones.devices.find(zone);
    const std::string set = "zone_" + identifier(zone);
    out += nft_of_devices(set, here == zones.devices.end() ? std::vector<std::string>{} : here->second);
    const std::string across = fmt::format("iifname @{0} oifname @zoned oifname != @{0}", set);
    rule(across, "iifname map @zoneout_of");
    rule(across, "oifname map @zonein_of");
    const auto gateways = zones.gateways.find(zone);
    if (gateways == zones.gateways.end()) continue;
    for (const NatGateway& nat : gateways->second) {
      const std::string to = fmt::format("iifname @zoned iifname != @{} ct reply ip daddr {}", set, nat.public_ip);
      const std::string from = fmt::format("oifname @zoned oifname != @{} ct reply ip daddr {}", set, nat.public_ip);
      rule(to, "iifname map @zoneout_of");
      rule(to, fmt::format("\"{}\"", counter_name(CountKind::kZoneIn, nat.id)));
      rule(from, fmt::format("\"{}\"", counter_name(CountKind::kZoneOut, nat.id)));
      rule(from, "oifname map @zonein_of");
    }
  }
  return out;
}

/// What is exchanged with the region's other public addresses. What comes counts when it has been let in, at a machine
/// or, for a load balancer, in the namespace itself: a connection's first direction was meant for the address, and the
/// answers to one that the VPC began come back to it.
std::string nft_of_publics(const VpcSpec& spec, const EdgeRange& edge) {
  const std::string range = edge.public_range().text();
  std::string out = nft_of_map("publicout_of", "ipv4_addr", counters_of_addresses(spec, CountKind::kPublicOut)) +
                    nft_of_map("publicin_of", "ipv4_addr", counters_of_addresses(spec, CountKind::kPublicIn));
  out += fmt::format(
      "add chain {0} arrived {{ type filter hook input priority 310; policy accept; }}\nflush chain {0} arrived\n"
      "add rule {0} pass oifname \"edge\" ip daddr {1} counter name ip saddr map @publicout_of\n",
      kTable, range);
  for (const char* chain : {"pass", "arrived"})
    out += fmt::format(
        "add rule {0} {1} iifname \"edge\" ip saddr {2} ct direction original counter name ct original ip daddr map "
        "@publicin_of\n"
        "add rule {0} {1} iifname \"edge\" ip saddr {2} ct direction reply counter name ct reply ip daddr map "
        "@publicin_of\n",
        kTable, chain, range);
  return out;
}

}  // namespace

std::string counter_name(CountKind kind, std::string_view id) {
  return std::string(word_of(kind)) + "_" + identifier(std::string(id));
}

Count count_of_counter(std::string_view name) {
  const std::size_t line = name.find('_');
  Count out;
  out.kind = find_word<CountKind>(name.substr(0, line)).value_or(CountKind::kBytesOut);
  out.id = std::string(line == std::string_view::npos ? name : name.substr(line + 1));
  std::replace(out.id.begin(), out.id.end(), '_', '-');
  return out;
}

std::set<std::string> traffic_counters(const VpcSpec& spec) {
  std::set<std::string> out;
  for (const CountKind kind : {CountKind::kBytesOut, CountKind::kPublicOut, CountKind::kPublicIn})
    for (const auto& [address, counter] : counters_of_addresses(spec, kind)) out.insert(counter);
  for (const auto& [address, counter] : counters_of_gateways(spec)) out.insert(counter);
  out.merge(zones_of(spec).names);
  return out;
}

/// What leaves is counted when its address has been translated and it is about to go. AWS's endpoints and the region's
/// own public addresses are no internet; through a NAT gateway all counts that it carries, in both directions, and the
/// connection tells which one that is.
std::string nft_of_traffic(const VpcSpec& spec, const EdgeRange& edge) {
  std::string out = fmt::format("add table {}\n", kTable);
  for (const std::string& counter : traffic_counters(spec)) out += fmt::format("add counter {} {}\n", kTable, counter);
  out += nft_of_map("out_of", "ipv4_addr", counters_of_addresses(spec, CountKind::kBytesOut));
  out += nft_of_map("nat_of", "ipv4_addr", counters_of_gateways(spec));
  out += fmt::format(
      "add chain {0} pass {{ type filter hook postrouting priority 310; policy accept; }}\n"
      "flush chain {0} pass\n"
      "add rule {0} pass oifname \"edge\" ip daddr != {{ {1}, {2} }} ip daddr != {3} counter name ip saddr map "
      "@out_of\n"
      "add rule {0} pass counter name ct reply ip daddr map @nat_of\n",
      kTable, edge.endpoint(), s3_address(edge), edge.public_range().text());
  return out + nft_of_publics(spec, edge) + nft_of_zones(zones_of(spec));
}

std::map<std::string, std::int64_t> read_traffic_counters(std::string_view listed) {
  std::map<std::string, std::int64_t> out;
  const Json all = Json::parse(listed);
  for (const Json& one : all["nftables"].items())
    if (const Json* counter = one.find("counter")) out[counter->text("name")] = counter->integer("bytes");
  return out;
}

std::string about_of(const VpcSpec& spec) { return spec.account + " " + spec.region; }

std::vector<Count> counts_of(const CountBook& book, const std::string& vpc_id, const std::set<std::string>& wanted) {
  const auto about = split(book.about(), ' ');
  std::vector<Count> out;
  for (const auto& [name, value] : book.totals()) {
    Count one = count_of_counter(name);
    one.vpc_id = vpc_id;
    one.account = about.empty() ? "" : std::string(about[0]);
    one.region = about.size() < 2 ? "" : std::string(about[1]);
    one.epoch = book.epoch();
    one.value = value;
    one.goes_on = wanted.contains(name);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace hanbat::host
