// Datagrams whose time to live ends behind the host, and the ICMP errors that they bring home; a question that dnsmasq
// answers by itself.
#include "host/networks/probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "base/text.h"
#include "host/firewall/firewall.h"
#include "host/networks/kernel.h"
#include "host/networks/plan.h"
#include "os/fd.h"
#include "os/namespaces.h"

namespace hanbat::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// An address of the internet proper (a root name server's), of which the packets come nowhere near.
constexpr const char* kFarAway = "198.41.0.4";
constexpr std::uint16_t kTracePort = 33434;
constexpr int kHops = 3;
constexpr milliseconds kPatience{500};
constexpr std::chrono::seconds kRoutersRest{2};  // until one that was asked too much answers again

Fd connect_udp(const std::string& address, std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  const int on = 1;
  if (!socket || ::setsockopt(socket.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on) != 0 ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    return {};
  return socket;
}

/// Who sent the ICMP error that waits at the socket; nothing when none does.
std::optional<std::string> find_offender(int socket) {
  std::array<char, 512> data, control;
  iovec part{data.data(), data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level != IPPROTO_IP || one->cmsg_type != IP_RECVERR) continue;
    auto* error = reinterpret_cast<sock_extended_err*>(CMSG_DATA(one));
    if (error->ee_origin != SO_EE_ORIGIN_ICMP) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* who = reinterpret_cast<sockaddr_in*>(SO_EE_OFFENDER(error));
    ::inet_ntop(AF_INET, &who->sin_addr, text.data(), text.size());
    return text.data();
  }
  return "";
}

/// What the packets that were sent met within the time; kSilent when nothing.
Fate await_answer(int socket, const std::string& own) {
  Fate fate;
  const auto end = steady_clock::now() + kPatience;
  for (auto left = kPatience; left.count() > 0;
       left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now())) {
    pollfd wait{socket, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
    if (wait.revents & POLLIN) return {Fate::Kind::kAnswered, kFarAway};
    while (const auto who = find_offender(socket)) {
      // The host's own end of the link: its firewall rejects.
      if (*who == own)
        fate = {Fate::Kind::kRejected, *who};
      else if (!who->empty())
        return {Fate::Kind::kAnswered, *who};
    }
    if (fate.kind == Fate::Kind::kRejected) break;
  }
  return fate;
}

/// From the calling thread's namespace. The first packet dies at the first router behind the host. One after the other,
/// as routers answer a few in a second only.
Fate send_out(int first_ttl, const std::string& own) {
  const Fd socket = connect_udp(kFarAway, kTracePort);
  if (!socket) return {Fate::Kind::kNoRoute, ""};
  Fate fate;
  for (int ttl = first_ttl; ttl < first_ttl + kHops && fate.kind == Fate::Kind::kSilent; ++ttl) {
    ::setsockopt(socket.get(), IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    ::send(socket.get(), "", 0, MSG_DONTWAIT | MSG_NOSIGNAL);
    fate = await_answer(socket.get(), own);
  }
  return fate;
}

Fate send_out_of_edge(const std::string& own) {
  const InNetworkNamespace inside(kEdge);
  return send_out(2, own);
}

/// Whether the host's resolver answers at the edge: with its own version, so nobody else is asked.
bool resolver_answers(const std::string& host) {
  static constexpr std::string_view kQuestion(
      "\0\7\1\0\0\1\0\0\0\0\0\0"
      "\7version\4bind\0\0\20\0\3",
      30);
  for (int tries = 0; tries < 2; ++tries) {
    const Fd socket = connect_udp(host, kUpstreamDnsPort);
    if (!socket || ::send(socket.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0) continue;
    pollfd wait{socket.get(), POLLIN, 0};
    std::array<char, 512> answer;
    if (::poll(&wait, 1, 500) > 0 && ::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT) > 12) return true;
  }
  return false;
}

}  // namespace

Finding judge_way_out(const Fate& edge, const Fate& host, const std::vector<std::string>& shut) {
  using Kind = Fate::Kind;
  const auto note = [](const std::string& detail) {
    return Finding{.what = "way out", .severity = Severity::kNote, .detail = detail, .remedy = ""};
  };
  if (edge.kind == Kind::kAnswered)
    return {.what = fmt::format("way out ({} answers the region's packets)", edge.by),
            .severity = Severity::kOk,
            .detail = "",
            .remedy = ""};
  if (host.kind == Kind::kNoRoute) return note("this machine has no route to the outside, so neither has the region");
  if (host.kind != Kind::kAnswered && edge.kind != Kind::kRejected)
    return note("not proved: no router behind this machine answers its own packets either");
  std::string why = "the region's packets do not leave this machine, and its own do";
  if (edge.kind == Kind::kRejected) why = "this machine's firewall rejects the region's packets";
  return {.what = "way out",
          .severity = Severity::kMissing,
          .detail = why + (shut.empty() ? "" : ": " + join(shut, ", ") + " stops them"),
          .remedy = shut.empty() ? fmt::format("See what drops or does not translate packets of the link {}: nft list "
                                               "ruleset; ip route; iptables-legacy-save",
                                               kEdge)
                                 : "It is opened within 10 s; hanbat logs hostd tells why it is not"};
}

std::vector<Finding> probe_way_out(const EdgeRange& range) {
  std::vector<Finding> findings;
  if (!namespace_exists(kEdge)) return findings;
  const std::vector<std::string> shut = list_shut_gates(), firewalls = list_firewalls();
  const std::string name = firewalls.empty() ? "firewall (none that stops packets)"
                                             : "firewall, open for the region's link: " + join(firewalls, ", ");
  findings.push_back({.what = shut.empty() ? name : "firewall",
                      .severity = shut.empty() ? Severity::kOk : Severity::kMissing,
                      .detail = shut.empty() ? "" : join(shut, ", ") + " stops the region's packets",
                      .remedy = shut.empty() ? "" : "It is opened within 10 s; hanbat logs hostd tells why it is not"});
  Fate edge = send_out_of_edge(range.host()), host;
  if (edge.kind != Fate::Kind::kAnswered) host = send_out(1, range.host());
  if (edge.kind == Fate::Kind::kSilent && host.kind == Fate::Kind::kAnswered) {
    std::this_thread::sleep_for(kRoutersRest);
    edge = send_out_of_edge(range.host());
  }
  findings.push_back(judge_way_out(edge, host, shut));
  bool resolves = false;
  {
    const InNetworkNamespace inside(kEdge);
    resolves = resolver_answers(range.host());
  }
  findings.push_back({.what = "the host's resolver, asked from the edge",
                      .severity = resolves ? Severity::kOk : Severity::kMissing,
                      .detail = resolves ? "" : "it does not answer there, so machines know no names of the outside",
                      .remedy = resolves ? ""
                                         : fmt::format("Let UDP and TCP to {} port {} in on the link {}", range.host(),
                                                       kUpstreamDnsPort, kEdge)});
  return findings;
}

}  // namespace hanbat::host
