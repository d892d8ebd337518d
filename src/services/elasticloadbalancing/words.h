// What load balancers, listeners and target groups choose from: AWS's words of what is built here. Protocols, actions
// and conditions have theirs with the host side (host/balancers/spec.h).
#pragma once

#include "base/words.h"

namespace hanbat::elasticloadbalancing {

enum class LoadBalancerType { kApplication };
enum class Scheme { kInternetFacing, kInternal };
/// Of load balancers and of target groups.
enum class IpAddressType { kIpv4 };
enum class TargetType { kInstance, kIp };
enum class ProtocolVersion { kHttp1 };
enum class RedirectStatus { kMovedPermanently, kFound };

}  // namespace hanbat::elasticloadbalancing

namespace hanbat {

template <>
inline constexpr auto kWords<elasticloadbalancing::LoadBalancerType> =
    std::to_array<Word<elasticloadbalancing::LoadBalancerType>>(
        {{elasticloadbalancing::LoadBalancerType::kApplication, "application"}});
template <>
inline constexpr auto kWords<elasticloadbalancing::Scheme> = std::to_array<Word<elasticloadbalancing::Scheme>>(
    {{elasticloadbalancing::Scheme::kInternetFacing, "internet-facing"},
     {elasticloadbalancing::Scheme::kInternal, "internal"}});
template <>
inline constexpr auto kWords<elasticloadbalancing::IpAddressType> =
    std::to_array<Word<elasticloadbalancing::IpAddressType>>({{elasticloadbalancing::IpAddressType::kIpv4, "ipv4"}});
template <>
inline constexpr auto kWords<elasticloadbalancing::TargetType> = std::to_array<Word<elasticloadbalancing::TargetType>>(
    {{elasticloadbalancing::TargetType::kInstance, "instance"}, {elasticloadbalancing::TargetType::kIp, "ip"}});
template <>
inline constexpr auto kWords<elasticloadbalancing::ProtocolVersion> =
    std::to_array<Word<elasticloadbalancing::ProtocolVersion>>(
        {{elasticloadbalancing::ProtocolVersion::kHttp1, "HTTP1"}});
template <>
inline constexpr auto kWords<elasticloadbalancing::RedirectStatus> =
    std::to_array<Word<elasticloadbalancing::RedirectStatus>>(
        {{elasticloadbalancing::RedirectStatus::kMovedPermanently, "HTTP_301"},
         {elasticloadbalancing::RedirectStatus::kFound, "HTTP_302"}});

}  // namespace hanbat
