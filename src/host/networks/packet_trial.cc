#include "host/networks/packet_trial.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <random>
#include <semaphore>

#include "base/text.h"
#include "host/error.h"
#include "host/ipv4.h"
#include "host/networks/guest_link.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "host/networks/packet_trace.h"
#include "os/fd.h"
#include "os/namespaces.h"

namespace hanbat::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Long enough for a busy machine; whoever takes a connection or refuses it is done in far less than a millisecond.
constexpr milliseconds kTrialPatience{1500};
// Of the ports that Linux gives clients, which are those that the analyzer asks for.
constexpr std::uint16_t kFirstTrialPort = 32768, kLastTrialPort = 60999;
constexpr std::uint8_t kSyn = 0x02;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

/// The checksum of RFC 1071.
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void set_checksum(std::string& bytes, std::size_t at, std::uint16_t sum) {
  bytes[at] = static_cast<char>(sum >> 8);
  bytes[at + 1] = static_cast<char>(sum & 0xFF);
}

std::string packet(const TrialHeader& header, std::uint32_t sequence, std::uint8_t tcp_flags) {
  const bool tcp = header.protocol == TrialProtocol::kTcp;
  std::string body;
  put(body, header.source_port, 2);
  put(body, header.destination_port, 2);
  if (tcp) {
    put(body, sequence, 4);
    put(body, 0, 4);
    put(body, 5U << 4, 1);
    put(body, tcp_flags, 1);
    put(body, tcp_flags == kSyn ? 64240 : 0, 2);
    put(body, 0, 4);
  } else {
    put(body, 8, 2);
    put(body, 0, 2);
  }
  const int protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
  std::string pseudo;
  put(pseudo, header.source, 4);
  put(pseudo, header.destination, 4);
  put(pseudo, static_cast<std::uint64_t>(protocol), 2);
  put(pseudo, body.size(), 2);
  set_checksum(body, tcp ? 16 : 6, checksum(pseudo + body));

  std::string out;
  put(out, 0x4500, 2);
  put(out, 20 + body.size(), 2);
  put(out, sequence & 0xFFFF, 2);
  put(out, 0x4000, 2);
  put(out, 64, 1);
  put(out, static_cast<std::uint64_t>(protocol), 1);
  put(out, 0, 2);
  put(out, header.source, 4);
  put(out, header.destination, 4);
  set_checksum(out, 10, checksum(out));
  return out + body;
}

/// Hears the trace of the namespace in which it was made.
class Tracer {
 public:
  explicit Tracer(const std::string& space) {
    const InNetworkNamespace inside(space);
    socket_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    const int group = NFNLGRP_NFTRACE;
    if (!socket_ || ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
      throw_errno("listen to the trace of " + space);
  }

  /// Adds what comes within the time; false when nothing did.
  bool read(milliseconds longest, std::vector<TraceStep>& steps) {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(std::max<milliseconds>(longest, milliseconds(0)).count())) <= 0) return false;
    std::array<char, 1 << 16> buffer;
    for (;;) {
      const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size <= 0) return true;
      std::vector<TraceStep> more = read_trace({buffer.data(), static_cast<std::size_t>(size)});
      std::move(more.begin(), more.end(), std::back_inserter(steps));
    }
  }

 private:
  Fd socket_;
};

/// The trial's table, for as long as the object lives; one that a process left that died is replaced.
class TrialTable {
 public:
  TrialTable(std::string space, const std::string& ruleset) : space_(std::move(space)) { run_nft(space_, ruleset); }
  ~TrialTable() {
    try {
      run_nft(space_, fmt::format("table ip {0}\ndelete table ip {0}\n", kTrialTable));
    } catch (const std::exception&) {
      // It marks one connection, which is over, and the next trial replaces it.
    }
  }
  TrialTable(const TrialTable&) = delete;
  TrialTable& operator=(const TrialTable&) = delete;

 private:
  const std::string space_;
};

/// Sends from where the trial begins.
class Sender {
 public:
  Sender(const std::string& space, const VpcNumbers& numbers, const Interface* interface) {
    if (!interface) {
      at_ = {open_network_namespace(kEdge), 0, link_in(space, "edge").mac};
      const InNetworkNamespace inside(at_.space.get());
      at_.index = static_cast<int>(::if_nametoindex(edge_link_name(numbers).c_str()));
      if (at_.index == 0) throw HostError(HostErrorCode::kNotFound, space + " has no link to the edge");
    } else if (interface->attachment == Attachment::kMachine) {
      at_ = guest_end(space, device_name(interface->id));
    } else {
      at_ = {open_network_namespace(space), 0, {}};
    }
    const InNetworkNamespace inside(at_.space.get());
    socket_ = at_.index == 0 ? Fd(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW))
                             : Fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket_) throw_errno("open a socket to send from");
  }

  void send(const std::string& packet, std::uint32_t destination) const {
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IP);
    link.sll_ifindex = at_.index;
    link.sll_halen = ETH_ALEN;
    std::copy(at_.neighbour.begin(), at_.neighbour.end(), link.sll_addr);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(destination);
    const auto* to = at_.index == 0 ? reinterpret_cast<sockaddr*>(&address) : reinterpret_cast<sockaddr*>(&link);
    const socklen_t size = at_.index == 0 ? sizeof address : sizeof link;
    // Of one that is sent in the namespace itself, routing and rules answer at once.
    if (::sendto(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL, to, size) < 0 && errno != EPERM &&
        errno != EHOSTUNREACH && errno != ENETUNREACH)
      throw_errno("send a packet on trial");
  }

 private:
  GuestEnd at_;
  Fd socket_;
};

std::string verdict_text(const TraceStep& step) {
  switch (step.verdict) {
    case TraceVerdict::kAccept:
      return "accept";
    case TraceVerdict::kDrop:
      return "drop";
    case TraceVerdict::kJump:
      return "jump " + step.target;
    case TraceVerdict::kGoto:
      return "goto " + step.target;
    case TraceVerdict::kReturn:
      return "return";
    case TraceVerdict::kContinue:
    case TraceVerdict::kOther:
      break;
  }
  return "";
}

/// The steps that decided something, as the rules say it.
std::vector<std::string> trace_text(const std::string& space, const std::vector<TraceStep>& steps,
                                    std::uint16_t source_port) {
  const auto rules = rules_of_listing(list_nft_rules(space));
  std::map<std::uint32_t, std::string> ways;
  std::vector<std::string> out;
  for (const TraceStep& step : steps) {
    if (step.protocol != 0)
      ways.try_emplace(step.packet, step.protocol == IPPROTO_ICMP          ? "error"
                                    : step.destination_port == source_port ? "back"
                                                                           : "forth");
    const bool decides = step.rule != 0 || step.verdict == TraceVerdict::kDrop;
    const std::string verdict = verdict_text(step);
    if (!decides || verdict.empty() || step.table == kTrialTable) continue;
    const auto rule = rules.find({step.chain, step.rule});
    const std::string said = step.rule == 0 ? "policy " + verdict : rule == rules.end() ? verdict : rule->second;
    out.push_back(fmt::format("{} {}: {}{}", ways[step.packet], step.chain, said,
                              said.find(verdict) == std::string::npos ? " → " + verdict : ""));
  }
  return out;
}

/// A place among the trials, given back at the end.
class Permit {
 public:
  explicit Permit(std::counting_semaphore<>& from) : from_(from) {}
  ~Permit() { from_.release(); }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

 private:
  std::counting_semaphore<>& from_;
};

const Interface* find_interface(const VpcSpec& vpc, const std::string& id) {
  const auto found = std::ranges::find_if(vpc.interfaces, [&](const Interface& one) { return one.id == id; });
  if (found == vpc.interfaces.end() || found->attachment == Attachment::kNone)
    throw HostError(HostErrorCode::kNotFound, id + " is in no machine of " + vpc.id);
  return &*found;
}

}  // namespace

std::string first_packet(const TrialHeader& header, std::uint32_t sequence) { return packet(header, sequence, kSyn); }
std::string reset_packet(const TrialHeader& header, std::uint32_t sequence) {
  return packet(header, sequence + 1, kRst);
}

std::string nft_of_trial(const TrialHeader& header, TrialOrigin origin, TrialReach reach) {
  const std::string protocol(word_of(header.protocol)), source = to_text(header.source);
  const auto ports = [&](std::uint16_t from, std::uint16_t to) {
    return fmt::format("{0} sport {1} {0} dport {2}", protocol, from, to);
  };
  // What comes back may have been sent to the address of a NAT gateway.
  const std::string mark = fmt::format("0x4842{:04x}", header.source_port),
                    on = "meta mark set " + mark + " meta nftrace set 1\n",
                    to_source = origin == TrialOrigin::kEdge ? "ip daddr " + source + " " : "";
  const std::string marks =
      fmt::format("    ip saddr {} ip daddr {} {} {}", source, to_text(header.destination),
                  ports(header.source_port, header.destination_port), on) +
      fmt::format("    {}{} {}", to_source, ports(header.destination_port, header.source_port), on) +
      fmt::format("    ip daddr {} icmp type {{ destination-unreachable, time-exceeded }} meta nftrace set 1\n",
                  source);
  std::string out = fmt::format("table ip {0}\ndelete table ip {0}\ntable ip {0} {{\n", kTrialTable);
  for (const char* hook : {"prerouting", "output"})
    out += fmt::format("  chain first_{0} {{\n    type filter hook {0} priority -350; policy accept;\n{1}  }}\n", hook,
                       marks);
  const char* verdict = header.protocol == TrialProtocol::kUdp ? "drop" : "accept";
  for (const char* hook : {"postrouting", "input"}) {
    out += fmt::format("  chain last_{0} {{\n    type filter hook {0} priority 400; policy accept;\n", hook);
    if (std::string_view(hook) == "postrouting" && reach == TrialReach::kOnlyOurs)
      out += fmt::format("    meta mark {} oifname \"edge\" drop\n", mark);
    out += fmt::format("    meta mark {} {}\n  }}\n", mark, verdict);
  }
  return out + "}\n";
}

std::map<std::pair<std::string, std::uint64_t>, std::string> rules_of_listing(std::string_view listing) {
  constexpr std::string_view kHandle = " # handle ";
  std::map<std::pair<std::string, std::uint64_t>, std::string> rules;
  std::string chain;
  for (const std::string& line : split(std::string(listing), '\n')) {
    const std::string_view text = trim(line);
    if (text.starts_with("chain ")) {
      chain = text.substr(6, text.find(' ', 6) - 6);
    } else if (const std::size_t at = text.rfind(kHandle); at != std::string_view::npos && !chain.empty()) {
      if (const auto handle = parse_int(text.substr(at + kHandle.size())))
        rules[{chain, static_cast<std::uint64_t>(*handle)}] = text.substr(0, at);
    }
  }
  return rules;
}

TrialResult try_packet(const VpcSpec& vpc, const VpcNumbers& numbers, const PacketTrial& trial, const EdgeRange& edge) {
  const std::string space = namespace_name(vpc.id);
  const Interface* interface = trial.interface_id.empty() ? nullptr : find_interface(vpc, trial.interface_id);
  std::random_device random;
  TrialHeader header{
      .source = require_address(trial.source.empty() && interface ? interface->private_ip : trial.source, "source"),
      .destination = require_address(trial.destination, "destination"),
      .source_port = static_cast<std::uint16_t>(kFirstTrialPort + random() % (kLastTrialPort - kFirstTrialPort + 1)),
      .destination_port = static_cast<std::uint16_t>(trial.port),
      .protocol = trial.protocol};
  const TrialOrigin origin = !interface                                      ? TrialOrigin::kEdge
                             : interface->attachment == Attachment::kMachine ? TrialOrigin::kMachine
                                                                             : TrialOrigin::kNamespace;
  const bool ours = origin != TrialOrigin::kEdge && edge.whole().holds(header.destination);
  const Sender sender(space, numbers, interface);
  Tracer tracer(space);
  const TrialTable table(space,
                         nft_of_trial(header, origin, ours ? TrialReach::kBehindTheEdge : TrialReach::kOnlyOurs));

  const std::uint32_t sequence = random();
  sender.send(first_packet(header, sequence), header.destination);
  std::vector<TraceStep> steps;
  TrialView view;
  const auto end = steady_clock::now() + kTrialPatience;
  do {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0 || !tracer.read(left, steps)) break;
    view = judge_trial(steps, vpc, trial, header.source_port);
  } while (!view.over);
  if (!view.over) view = judge_trial(steps, vpc, trial, header.source_port);
  // What stands half open there is taken back.
  const bool delivered =
      view.result.end != TrialEnd::kPassed && (view.result.end != TrialEnd::kStopped || view.result.returning);
  if (trial.protocol == TrialProtocol::kTcp && delivered)
    sender.send(reset_packet(header, sequence), header.destination);
  if (steps.empty()) throw HostError(HostErrorCode::kFailed, "the kernel traced no packet in " + vpc.id);
  view.result.trace = trace_text(space, steps, header.source_port);
  return std::move(view.result);
}

TrialResult Networks::try_packet(const PacketTrial& trial) {
  if (!trials_.try_acquire()) throw HostError(HostErrorCode::kFailed, "other packets are on trial; ask again");
  const Permit permit(trials_);
  const std::lock_guard one_at_a_time(trial_mutex_);
  VpcSpec spec;
  VpcNumbers numbers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = vpcs_.find(trial.vpc_id);
    if (found == vpcs_.end() || !namespace_exists(namespace_name(trial.vpc_id)))
      throw HostError(HostErrorCode::kNotFound,
                      trial.vpc_id + " is not in the kernel, as nothing in it needs a network");
    spec = found->second.spec;
    numbers = found->second.numbers;
  }
  return host::try_packet(spec, numbers, trial, range_);
}

}  // namespace hanbat::host
