// Reads the kernel's rulesets with nft and iptables-legacy, and changes them. firewalld is asked by its own command:
// its tables may be locked, and what others put there goes with its next reload.
#include "host/firewall/firewall.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/text.h"
#include "host/error.h"
#include "host/firewall/ruleset.h"
#include "host/networks/kernel.h"
#include "host/networks/plan.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

constexpr auto kLongest = std::chrono::seconds(30);

Captured run(const std::vector<std::string>& argv, std::string_view input = "") {
  try {
    return run_capture(argv, {.spawn = {}, .input = input, .timeout = kLongest});
  } catch (const std::exception& error) {
    return {.exit_code = 127, .out = "", .err = error.what(), .timed_out = false};
  }
}

Json read_ruleset() {
  const Captured listed = run({"nft", "-j", "list", "ruleset"});
  if (!listed.ok())
    throw HostError(HostErrorCode::kFailed, "nft cannot list the machine's rules: " + listed.err.substr(0, 300));
  return Json::parse(listed.out);
}

/// Asking iptables-legacy would load the kernel's part of it, so only where it is there.
std::string read_legacy_rules() {
  const auto tables = find_file("/proc/net/ip_tables_names");
  if (!tables || tables->find("filter\n") == std::string::npos) return "";
  const Captured listed = run({"iptables-legacy", "-S"});
  if (!listed.ok())
    throw HostError(HostErrorCode::kFailed, "iptables-legacy cannot list its rules: " + listed.err.substr(0, 300));
  return listed.out;
}

std::vector<Gate> read_gates() {
  std::vector<Gate> gates = find_gates(read_ruleset());
  for (Gate& gate : find_legacy_gates(read_legacy_rules())) gates.push_back(std::move(gate));
  return gates;
}

std::vector<std::string> shut_of(const std::vector<Gate>& gates) {
  std::vector<std::string> names;
  for (const Gate& gate : gates)
    if (!gate.open) names.push_back(gate.name());
  return names;
}

bool any_shut(const std::vector<Gate>& gates, Gate::Keeper keeper) {
  return std::any_of(gates.begin(), gates.end(), [&](const Gate& gate) { return !gate.open && gate.keeper == keeper; });
}

}  // namespace

std::vector<std::string> open_firewall() {
  std::vector<Gate> gates = read_gates();
  const std::vector<std::string> shut = shut_of(gates);
  if (shut.empty()) return {};
  if (any_shut(gates, Gate::Keeper::kFirewalld)) {
    const Captured put = run({"firewall-cmd", "--zone=trusted", std::string("--change-interface=") + kEdge});
    if (!put.ok()) spdlog::warn("firewalld does not take {} into its zone trusted: {}", kEdge, trim(put.err));
    gates = read_gates();
  }
  if (const std::string rules = opening(gates); !rules.empty()) run_nft("", rules);
  if (const std::string rules = legacy_opening(gates); !rules.empty()) {
    const Captured done = run({"iptables-legacy-restore", "--noflush"}, rules);
    if (!done.ok()) throw HostError(HostErrorCode::kFailed, "iptables-legacy-restore: " + done.err.substr(0, 300));
  }
  return shut;
}

std::vector<std::string> list_shut_gates() { return shut_of(read_gates()); }

std::vector<std::string> list_firewalls() {
  std::vector<std::string> names;
  for (const Gate& gate : read_gates())
    if (std::find(names.begin(), names.end(), gate.firewall) == names.end()) names.push_back(gate.firewall);
  return names;
}

bool others_forward() { return decides_forwarding(read_ruleset()) || legacy_decides_forwarding(read_legacy_rules()); }

void close_firewall() {
  const auto warn = [](const std::string& what, const std::string& why) {
    spdlog::warn("{} of the firewall stays as it is: {}", what, trim(why));
  };
  try {
    const Json ruleset = read_ruleset();
    if (is_trusted(ruleset)) {
      const Captured done = run({"firewall-cmd", "--zone=trusted", std::string("--remove-interface=") + kEdge});
      if (!done.ok()) warn("the zone trusted", done.err);
    }
    std::string removals;
    for (const std::string& removal : list_own_rules(ruleset)) removals += removal + "\n";
    if (!removals.empty()) run_nft("", removals);
    removals.clear();
    for (const std::string& removal : list_own_legacy_rules(read_legacy_rules())) removals += removal + "\n";
    if (removals.empty()) return;
    const Captured done = run({"iptables-legacy-restore", "--noflush"}, "*filter\n" + removals + "COMMIT\n");
    if (!done.ok()) warn("iptables-legacy's part", done.err);
  } catch (const std::exception& error) {
    warn("a part", error.what());
  }
}

std::vector<std::string> list_firewall_leftovers() {
  std::vector<std::string> left;
  const Json ruleset = read_ruleset();
  if (is_trusted(ruleset)) left.push_back(std::string("firewalld has ") + kEdge + " in its zone trusted");
  for (const std::string& removal : list_own_rules(ruleset)) left.push_back("firewall rule; nft " + removal);
  for (const std::string& removal : list_own_legacy_rules(read_legacy_rules()))
    left.push_back("firewall rule; iptables-legacy " + removal);
  return left;
}

}  // namespace hanbat::host
