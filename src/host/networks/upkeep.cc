// What keeps networks as they were applied: a thread that sees links come and looks now and then for what was removed
// by hand.
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>

#include "base/text.h"
#include "host/error.h"
#include "host/firewall/firewall.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(10);
constexpr auto kRulesSettle = std::chrono::milliseconds(300);
constexpr auto kLeastBetween = std::chrono::seconds(1);  // on a machine whose rules change all the time

}  // namespace

/// Whether the kernel has what was applied. The first look after a change learns how the rules are listed.
bool Networks::is_whole(Vpc& vpc) {
  const std::string name = namespace_name(vpc.spec.id);
  if (!namespace_exists(name) || !link_exists(name, "edge") || !link_exists(kEdge, edge_link_name(vpc.numbers)))
    return false;
  const std::string rules = list_nft(name);
  if (rules.empty()) return false;
  if (vpc.rules_seen.empty()) vpc.rules_seen = rules;
  return rules == vpc.rules_seen;
}

void Networks::restore_lost() {
  std::lock_guard lock(mutex_);
  const std::string edge_rules = list_nft(kEdge), host_rules = list_nft("");
  const auto changed = [](std::string& seen, const std::string& now) {
    if (seen.empty()) seen = now;
    return now.empty() || now != seen;
  };
  // Both are asked: each learns at its first look.
  const bool edge_changed = changed(edge_rules_seen_, edge_rules), host_changed = changed(host_rules_seen_, host_rules);
  if (edge_changed || host_changed || !link_exists(kEdge, "host") || others_forward() != others_forward_) {
    make_edge();
    edge_rules_seen_.clear();
    host_rules_seen_.clear();
  }
  std::set<std::string> ours = {kEdge};
  for (const auto& [id, vpc] : vpcs_) ours.insert(namespace_name(id));
  for (const auto& name : list_folder("/run/netns"))
    if (name.starts_with("hb-") && !ours.contains(name)) delete_namespace(name);
  std::string failure;
  for (auto& [id, vpc] : vpcs_) {
    if (is_whole(vpc)) continue;
    try {
      vpc.ruleset.clear();
      apply_locked(VpcSpec(vpc.spec));
    } catch (const std::exception& error) {
      failure = error.what();  // of one VPC: the others have their turn
    }
  }
  if (!failure.empty()) throw HostError(HostErrorCode::kFailed, failure);
}

std::set<std::string> Networks::missing_links() {
  std::lock_guard lock(mutex_);
  std::set<std::string> missing;
  for (const auto& [id, vpc] : vpcs_)
    for (const auto& interface : vpc.spec.interfaces) {
      const std::string device = device_name(interface.id);
      if (interface.attachment == Attachment::kMachine && !link_exists("", device) &&
          !link_exists(namespace_name(id), device))
        missing.insert(device);
    }
  return missing;
}

std::vector<Finding> Networks::examine() {
  std::lock_guard lock(mutex_);
  std::vector<Finding> findings;
  const auto tell = [&](const std::string& what, bool holds, const std::string& detail, const std::string& remedy) {
    findings.push_back({.what = what,
                        .severity = holds ? Severity::kOk : Severity::kMissing,
                        .detail = holds ? "" : detail + (failure_.empty() ? "" : " (" + failure_ + ")"),
                        .remedy = holds ? "" : remedy});
  };
  const auto resolver = [&](const std::string& what, const std::string& folder) {
    tell(what, find_process(folder + "/dnsmasq.pid", folder) != 0, "dnsmasq has died and is being started",
         "It is started every 10 s; apt-get install dnsmasq-base if it is missing");
  };
  resolver("resolver of the host", folder_ + "/edge");
  for (auto& [id, vpc] : vpcs_) {
    tell("network of " + id, is_whole(vpc), "its namespace or its rules were removed or changed",
         "It is made again within 10 s");
    if (!vpc.dnsmasq.names.empty()) resolver("resolver of " + id, folder_of(id) + "/" + kNamesFolder);
    if (!vpc.dnsmasq.config.empty()) resolver("DHCP of " + id, folder_of(id));
  }
  return findings;
}

void Networks::open_gates() {
  const std::vector<std::string> opened = open_firewall();
  if (!opened.empty())
    spdlog::info("{} the region's links through {}", gates_opened_ ? "the firewall was changed: let" : "let",
                 join(opened, ", "));
  gates_opened_ = gates_opened_ || !opened.empty();
}

namespace {

/// Hears of every change of one kind in the host's namespace; null when the kernel does not tell.
Fd listen_to_kernel(int protocol, unsigned groups) {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

void drain(int socket) {
  std::array<char, 1 << 16> buffer;
  while (::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

void Networks::watch_links() {
  using std::chrono::steady_clock;
  enum : std::uint64_t { kLinks = 1, kStop, kRules };
  const Fd links = listen_to_kernel(NETLINK_ROUTE, RTMGRP_LINK);
  const Fd rules = listen_to_kernel(NETLINK_NETFILTER, 1U << (NFNLGRP_NFTABLES - 1));
  if (!links) return;
  Poller poller;
  poller.add(links.get(), kLinks, Interest::kRead, Poller::Mode::kLevel);
  poller.add(stop_.fd(), kStop, Interest::kRead, Poller::Mode::kLevel);
  if (rules) poller.add(rules.get(), kRules, Interest::kRead, Poller::Mode::kLevel);
  Poller::Ready ready[3];
  auto last_look = steady_clock::now(), next_look = last_look + kLookEvery;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look - steady_clock::now());
    for (const auto& one : poller.wait(ready, std::max(left, std::chrono::milliseconds(0)))) {
      if (one.id == kStop) return;
      // A reload of a firewall is many changes: the look is at what they lead to.
      if (one.id == kRules)
        next_look = std::min(next_look, std::max(steady_clock::now() + kRulesSettle, last_look + kLeastBetween));
    }
    drain(links.get());
    if (rules) drain(rules.get());
    // Each on its own: what fails (a link that went again, a namespace that is gone) keeps nothing else from coming
    // back, and is tried at the next look.
    std::string failure;
    const auto attempt = [&](const auto& what) {
      try {
        what();
      } catch (const std::exception& error) {
        failure = error.what();
      }
    };
    if (steady_clock::now() >= next_look) {
      attempt([&] { restore_lost(); });
      attempt([&] { open_gates(); });
      last_look = steady_clock::now();
      next_look = last_look + kLookEvery;
    }
    attempt([&] { adopt_interfaces(Arrival::kOnlyWithCarrier); });
    attempt([&] { revive_resolvers(); });
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
}

}  // namespace hanbat::host
