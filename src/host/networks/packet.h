// A packet that is sent on trial through a VPC as it is in the kernel, and how it fared.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "host/networks/spec.h"

namespace hanbat::host {

enum class TrialProtocol { kTcp, kUdp };

/// What is tried: a connection's first packet (TCP) or a datagram without content (UDP), from an interface of the VPC
/// or from the internet, which is the VPC's link to the edge.
struct PacketTrial {
  std::string vpc_id;
  std::string interface_id;  ///< where it begins; "" = the internet
  std::string source;        ///< its address; "" = the interface's first one
  std::string destination;   ///< its address as the sender says it: to an instance from the internet the public one
  TrialProtocol protocol = TrialProtocol::kTcp;
  int port = 0;

  template <class V>
  void visit(V& v) {
    v("vpc_id", vpc_id), v("interface_id", interface_id), v("source", source), v("destination", destination),
        v("protocol", protocol), v("port", port);
  }
};

/// kAnswered: a connection would have come about. kRefused: it was delivered, and the machine there takes none on that
/// port. kSilent: it was delivered, and no answer was sent. kPassed: everything in the VPC let it pass, and it was
/// stopped before it was delivered (a datagram) or left the region (what goes to the internet). kStopped: it, or the
/// answer to it, was dropped.
enum class TrialEnd { kAnswered, kRefused, kSilent, kPassed, kStopped };

/// What dropped it. kAddress: it leaves the VPC without a public address. kSender: the sender's address is not its
/// interface's.
enum class TrialStop { kNothing, kSender, kRoute, kSecurityGroup, kNetworkAcl, kAddress, kOther };

struct TrialResult {
  TrialEnd end = TrialEnd::kStopped;
  TrialStop stop = TrialStop::kNothing;
  bool returning = false;                    ///< what was dropped is the answer
  Direction direction = Direction::kEgress;  ///< of the security group or the network ACL
  std::string id;                            ///< of the network ACL; else ""
  std::vector<std::string> trace;            ///< what the kernel did, chain by chain, as nft names them

  template <class V>
  void visit(V& v) {
    v("end", end), v("stop", stop), v("returning", returning), v("direction", direction), v("id", id),
        v("trace", trace);
  }
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::TrialProtocol> =
    std::to_array<Word<host::TrialProtocol>>({{host::TrialProtocol::kTcp, "tcp"}, {host::TrialProtocol::kUdp, "udp"}});

template <>
inline constexpr auto kWords<host::TrialEnd> =
    std::to_array<Word<host::TrialEnd>>({{host::TrialEnd::kAnswered, "answered"},
                                         {host::TrialEnd::kRefused, "refused"},
                                         {host::TrialEnd::kSilent, "silent"},
                                         {host::TrialEnd::kPassed, "passed"},
                                         {host::TrialEnd::kStopped, "stopped"}});

template <>
inline constexpr auto kWords<host::TrialStop> =
    std::to_array<Word<host::TrialStop>>({{host::TrialStop::kNothing, "nothing"},
                                          {host::TrialStop::kSender, "sender"},
                                          {host::TrialStop::kRoute, "route"},
                                          {host::TrialStop::kSecurityGroup, "security-group"},
                                          {host::TrialStop::kNetworkAcl, "network-acl"},
                                          {host::TrialStop::kAddress, "address"},
                                          {host::TrialStop::kOther, "other"}});

}  // namespace hanbat
