#include "host/networks/lent.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"

namespace hanbat::host {
namespace {

// A line of dnsmasq's files holds 1,025 letters, and a MAC takes 18.
constexpr std::size_t kMostMachines = 16;

struct Lease {
  std::vector<std::string> macs;  // the last is that of today
  std::string name;
};

std::map<std::string, Lease> leases_of(const std::string& text) {
  std::map<std::string, Lease> leases;
  for (const std::string& line : split(text, '\n')) {
    std::vector<std::string> macs;
    std::string address, name;
    for (const std::string& word : split(line, ','))
      (word.find(':') != std::string::npos ? macs.emplace_back() : address.empty() ? address : name) = word;
    if (!address.empty()) leases[address] = {std::move(macs), std::move(name)};
  }
  return leases;
}

}  // namespace

std::optional<std::string> lend(const std::string& before, const std::string& wanted) {
  std::map<std::string, Lease> leases = leases_of(before);
  std::map<std::string, std::string> had;  // MAC → its address
  for (const auto& [address, lease] : leases)
    for (const std::string& mac : lease.macs) had[mac] = address;
  // dnsmasq keeps the name of a lease until it is given another.
  for (auto& [address, lease] : leases) lease.name = "gone-" + replace_all(address, ".", "-");
  for (auto& [address, now] : leases_of(wanted)) {
    const std::string& mac = now.macs.back();
    if (const auto there = had.find(mac); there != had.end() && there->second != address) return std::nullopt;
    Lease& lease = leases[address];
    std::erase(lease.macs, mac);
    lease.macs.push_back(mac);
    if (lease.macs.size() > kMostMachines) return std::nullopt;
    lease.name = std::move(now.name);
  }
  std::string text;
  for (const auto& [address, lease] : leases)
    text += join(lease.macs, ",") + "," + address + (lease.name.empty() ? "" : "," + lease.name) + "\n";
  return text;
}

}  // namespace hanbat::host
