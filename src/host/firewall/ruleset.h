// What a firewall of the machine's own is, as far as the region's packets are concerned. In the kernel every base chain
// has its say and a drop in one is final, so an accept of ours in a table of ours opens nothing: it has to stand in
// each chain that may drop, ahead of what drops. All here is computed from listings; firewall.h acts on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::host {

/// The comment on every rule of ours in other people's chains, by which it is found again.
inline constexpr const char* kFirewallMark = "hanbat";

/// The chains through which the region's link leads: forwarded packets, the resolver on the host, the host's users.
enum class Hook { kForward, kInput, kOutput };

/// A base chain of somebody else's that may stop the region's packets.
struct Gate {
  enum class Keeper { kNftables, kFirewalld, kLegacy };
  std::string family;
  std::string table;
  std::string chain;
  Hook hook = Hook::kForward;
  Keeper keeper = Keeper::kNftables;
  std::string firewall;                ///< whose it seems to be: "Docker", "ufw", "firewalld", "iptables", "nftables"
  bool open = false;                   ///< the region's packets are let through ahead of whatever may stop them
  std::vector<std::string> own_rules;  ///< of ours in it, as the command that removes each

  /// "the chain FORWARD of ip filter (Docker)".
  std::string name() const;
};

/// The gates in what `nft -j list ruleset` prints.
std::vector<Gate> find_gates(const Json& ruleset);
/// The gates in what `iptables-legacy -S` prints: the kernel's older filter, which nft does not list.
std::vector<Gate> find_legacy_gates(std::string_view rules);

/// The input of `nft -f` that opens those of the gates that are shut; "" when there are none. Not of legacy ones.
std::string opening(const std::vector<Gate>& gates);
/// The same as the input of `iptables-legacy-restore --noflush`.
std::string legacy_opening(const std::vector<Gate>& gates);

/// Every rule of ours in other people's chains of the listing, as the command that removes it.
std::vector<std::string> list_own_rules(const Json& ruleset);
std::vector<std::string> list_own_legacy_rules(std::string_view rules);

/// Whether somebody else has rules for forwarded packets, so that it is his to say which go on.
bool decides_forwarding(const Json& ruleset);
bool legacy_decides_forwarding(std::string_view rules);

/// Whether firewalld has the region's link in its zone trusted.
bool is_trusted(const Json& ruleset);

}  // namespace hanbat::host
