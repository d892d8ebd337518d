// The states of a NAT gateway, and which event leads from which to which.
#pragma once

#include <array>

#include "base/words.h"
#include "region/transitions.h"
#include "services/ec2/store.h"

namespace hanbat {
namespace ec2 {

///   pending ──the kernel translates──▶ available ──Delete──▶ deleting ──the kernel has ceased to──▶ deleted
///      │└───────────────────Delete───────────────────────────────▲                                    ▲
///      └──the host side refuses it──▶ failed ──Delete─────────────────────────────────────────────────┘
/// AWS accepts a gateway in a network without an internet gateway and then lets it fail: it begins as failed.
enum class NatGatewayState { kPending, kFailed, kAvailable, kDeleting, kDeleted };
enum class NatGatewayEvent { kApplied, kRefused, kDelete, kGone };

inline constexpr region::Transition<NatGatewayState, NatGatewayEvent> kNatGatewayTransitions[] = {
    {NatGatewayState::kPending, NatGatewayEvent::kApplied, NatGatewayState::kAvailable},
    {NatGatewayState::kPending, NatGatewayEvent::kRefused, NatGatewayState::kFailed},
    {NatGatewayState::kPending, NatGatewayEvent::kDelete, NatGatewayState::kDeleting},
    {NatGatewayState::kAvailable, NatGatewayEvent::kDelete, NatGatewayState::kDeleting},
    {NatGatewayState::kFailed, NatGatewayEvent::kDelete, NatGatewayState::kDeleted},
    {NatGatewayState::kDeleting, NatGatewayEvent::kGone, NatGatewayState::kDeleted},
};

/// What becomes of the gateway's address.
enum class NatAddressStatus { kAssociating, kSucceeded, kFailed };

NatGatewayState state_of(const Resource<NatGateway>& row);
void set_state(Resource<NatGateway>& row, NatGatewayState state);
/// Sets the state that the event leads to; says whether there is one.
bool pass(Resource<NatGateway>& row, NatGatewayEvent event);
/// Whether it is, or is about to be, in the kernel.
bool is_working(const Resource<NatGateway>& row);

}  // namespace ec2

template <>
inline constexpr auto kWords<ec2::NatGatewayState> = std::to_array<Word<ec2::NatGatewayState>>({
    {ec2::NatGatewayState::kPending, "pending"},
    {ec2::NatGatewayState::kFailed, "failed"},
    {ec2::NatGatewayState::kAvailable, "available"},
    {ec2::NatGatewayState::kDeleting, "deleting"},
    {ec2::NatGatewayState::kDeleted, "deleted"},
});
template <>
inline constexpr auto kWords<ec2::NatAddressStatus> = std::to_array<Word<ec2::NatAddressStatus>>({
    {ec2::NatAddressStatus::kAssociating, "associating"},
    {ec2::NatAddressStatus::kSucceeded, "succeeded"},
    {ec2::NatAddressStatus::kFailed, "failed"},
});

}  // namespace hanbat
