// What keeps networks as they were applied: a thread that sees links come and looks now and then for what was removed
// by hand.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <chrono>
#include <exception>

#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "os/files.h"

namespace hanbat::host {

void Networks::revive_resolvers() {
  std::lock_guard lock(mutex_);
  std::string failure;
  const auto revive = [&](const std::string& name, const std::string& folder) {
    try {
      start_dnsmasq(name, folder);
    } catch (const std::exception& error) {
      failure = error.what();  // of one network: the others' resolvers have their turn
    }
  };
  revive("", folder_ + "/edge");
  for (const auto& [id, vpc] : vpcs_)
    if (!vpc.dnsmasq.config.empty()) revive(namespace_name(id), folder_of(id));
  if (!failure.empty()) throw HostError(HostErrorCode::kFailed, failure);
}

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
  if (edge_changed || host_changed || !link_exists(kEdge, "host")) {
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
    tell("resolver of " + what, find_process(folder + "/dnsmasq.pid", folder) != 0,
         "dnsmasq has died and is being started",
         "It is started every 10 s; apt-get install dnsmasq-base if it is missing");
  };
  resolver("the host", folder_ + "/edge");
  for (auto& [id, vpc] : vpcs_) {
    tell("network of " + id, is_whole(vpc), "its namespace or its rules were removed or changed",
         "It is made again within 10 s");
    if (!vpc.dnsmasq.config.empty()) resolver(id, folder_of(id));
  }
  return findings;
}

void Networks::watch_links() {
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
  Poller poller;
  poller.add(socket.get(), 1, Interest::kRead, Poller::Mode::kLevel);
  poller.add(stop_.fd(), 2, Interest::kRead, Poller::Mode::kLevel);
  std::vector<char> buffer(1 << 16);
  Poller::Ready ready[2];
  auto next_look = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    for (const auto& one : poller.wait(ready, std::chrono::seconds(10)))
      if (one.id == 2) return;
    while (::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    }
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
    if (std::chrono::steady_clock::now() >= next_look) {
      attempt([&] { restore_lost(); });
      next_look = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    }
    attempt([&] { adopt_interfaces(Arrival::kOnlyWithCarrier); });
    attempt([&] { revive_resolvers(); });
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
}

}  // namespace hanbat::host
