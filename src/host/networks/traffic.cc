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

/// Which counter each public address leads to.
std::map<std::string, std::string> counters_of_addresses(const VpcSpec& spec) {
  std::map<std::string, std::string> out;
  for (const auto& interface : spec.interfaces)
    for (const auto& address : addresses_of(interface))
      if (!address.public_ip.empty()) out[address.public_ip] = counter_name(CountKind::kBytesOut, interface.id);
  for (const auto& nat : spec.nat_gateways) out[nat.public_ip] = counter_name(CountKind::kBytesOut, nat.id);
  return out;
}

std::map<std::string, std::string> counters_of_gateways(const VpcSpec& spec) {
  std::map<std::string, std::string> out;
  for (const auto& nat : spec.nat_gateways) out[nat.public_ip] = counter_name(CountKind::kNatBytes, nat.id);
  return out;
}

std::string nft_of_map(const std::string& map, const std::map<std::string, std::string>& counters) {
  std::string out = fmt::format("add map {0} {1} {{ type ipv4_addr : counter; }}\nflush map {0} {1}\n", kTable, map);
  std::vector<std::string> elements;
  for (const auto& [address, counter] : counters) elements.push_back(fmt::format("{} : \"{}\"", address, counter));
  if (!elements.empty()) out += fmt::format("add element {} {} {{ {} }}\n", kTable, map, join(elements, ", "));
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
  for (const auto& counters : {counters_of_addresses(spec), counters_of_gateways(spec)})
    for (const auto& [address, counter] : counters) out.insert(counter);
  return out;
}

/// What leaves is counted when its address has been translated and it is about to go. AWS's endpoints and the region's
/// own public addresses are no internet; through a NAT gateway all counts that it carries, in both directions, and the
/// connection tells which one that is.
std::string nft_of_traffic(const VpcSpec& spec, const EdgeRange& edge) {
  std::string out = fmt::format("add table {}\n", kTable);
  for (const std::string& counter : traffic_counters(spec)) out += fmt::format("add counter {} {}\n", kTable, counter);
  out += nft_of_map("out_of", counters_of_addresses(spec));
  out += nft_of_map("nat_of", counters_of_gateways(spec));
  out += fmt::format(
      "add chain {0} pass {{ type filter hook postrouting priority 310; policy accept; }}\n"
      "flush chain {0} pass\n"
      "add rule {0} pass oifname \"edge\" ip daddr != {{ {1}, {2} }} ip daddr != {3} counter name ip saddr map "
      "@out_of\n"
      "add rule {0} pass counter name ct reply ip daddr map @nat_of\n",
      kTable, edge.endpoint(), s3_address(edge), edge.public_range().text());
  return out;
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
