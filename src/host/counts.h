// What the host side counts of packets and requests, for what is billed by amount. A count only rises, whatever is
// begun anew below it, and its epoch says of which counting it is; so who remembers the last value that he has booked
// books nothing twice, however often he is told, and misses nothing by being away.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/words.h"

namespace hanbat::host {

/// What a place is of which counts are told.
enum class CountSource { kVpcs, kBalancers };

/// Of a VPC: kNatBytes is what a NAT gateway carried, both ways; kBytesOut what an interface or NAT gateway sent by its
/// public address to the internet; kZoneOut and kZoneIn what an interface or NAT gateway exchanged with one of another
/// availability zone of the VPC, kPublicOut and kPublicIn what it exchanged, by public addresses, with one of the
/// region's. Of a balancer's listener, towards its clients: new connections, requests, bytes of
/// both ways as HTTP has them; kActive is no count, but how many connections there are now.
enum class CountKind {
  kNatBytes,
  kBytesOut,
  kZoneOut,
  kZoneIn,
  kPublicOut,
  kPublicIn,
  kConnections,
  kRequests,
  kBytes,
  kActive
};

struct CountsOf {
  CountSource source = CountSource::kVpcs;

  template <class V>
  void visit(V& v) {
    v("source", source);
  }
};

struct Count {
  std::string vpc_id;
  std::string account;  ///< the VPC's; empty of balancers
  std::string region;
  CountKind kind = CountKind::kNatBytes;
  std::string id;     ///< of a NAT gateway, an interface, or a balancer
  std::string part;   ///< the balancer's listener, else empty
  std::string epoch;  ///< values of another one have nothing to do with this one
  std::int64_t value = 0;
  bool goes_on = true;  ///< what is not there any more is told until it is dropped

  template <class V>
  void visit(V& v) {
    v("vpc_id", vpc_id), v("account", account), v("region", region), v("kind", kind), v("id", id), v("part", part),
        v("epoch", epoch), v("value", value), v("goes_on", goes_on);
  }
};

/// A count that is booked: it is forgotten when it does not go on and has this value still.
struct BookedCount {
  CountSource source = CountSource::kVpcs;
  std::string vpc_id;
  CountKind kind = CountKind::kNatBytes;
  std::string id;
  std::string part;
  std::int64_t value = 0;

  template <class V>
  void visit(V& v) {
    v("source", source), v("vpc_id", vpc_id), v("kind", kind), v("id", id), v("part", part), v("value", value);
  }
};

struct BookedCounts {
  std::vector<BookedCount> counts;

  template <class V>
  void visit(V& v) {
    v("counts", counts);
  }
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::CountSource> = std::to_array<Word<host::CountSource>>(
    {{host::CountSource::kVpcs, "vpcs"}, {host::CountSource::kBalancers, "balancers"}});

template <>
inline constexpr auto kWords<host::CountKind> =
    std::to_array<Word<host::CountKind>>({{host::CountKind::kNatBytes, "nat"},
                                          {host::CountKind::kBytesOut, "out"},
                                          {host::CountKind::kZoneOut, "zoneout"},
                                          {host::CountKind::kZoneIn, "zonein"},
                                          {host::CountKind::kPublicOut, "publicout"},
                                          {host::CountKind::kPublicIn, "publicin"},
                                          {host::CountKind::kConnections, "connections"},
                                          {host::CountKind::kRequests, "requests"},
                                          {host::CountKind::kBytes, "bytes"},
                                          {host::CountKind::kActive, "active"}});

}  // namespace hanbat
