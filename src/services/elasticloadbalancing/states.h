// The states of load balancers and of targets, and which event leads from which to which.
#pragma once

#include <array>

#include "base/words.h"
#include "region/transitions.h"

namespace hanbat {
namespace elasticloadbalancing {

///   provisioning ──the host side has it──▶ active
///        └─────────the host side refuses it──▶ failed
enum class BalancerState { kProvisioning, kActive, kFailed };
enum class BalancerEvent { kApplied, kRefused };
inline constexpr region::Transition<BalancerState, BalancerEvent> kBalancerTransitions[] = {
    {BalancerState::kProvisioning, BalancerEvent::kApplied, BalancerState::kActive},
    {BalancerState::kProvisioning, BalancerEvent::kRefused, BalancerState::kFailed},
    // What was refused works as soon as the whole set is taken again.
    {BalancerState::kFailed, BalancerEvent::kApplied, BalancerState::kActive},
};

///   active ──deregistered──▶ draining ──serves no request, or too long──▶ (no row)
///      ▲────registered again────┘
enum class TargetState { kActive, kDraining };
enum class TargetEvent { kRegistered, kDeregistered };
inline constexpr region::Transition<TargetState, TargetEvent> kTargetTransitions[] = {
    {TargetState::kActive, TargetEvent::kRegistered, TargetState::kActive},
    {TargetState::kActive, TargetEvent::kDeregistered, TargetState::kDraining},
    {TargetState::kDraining, TargetEvent::kRegistered, TargetState::kActive},
};

}  // namespace elasticloadbalancing

template <>
inline constexpr auto kWords<elasticloadbalancing::BalancerState> =
    std::to_array<Word<elasticloadbalancing::BalancerState>>({
        {elasticloadbalancing::BalancerState::kProvisioning, "provisioning"},
        {elasticloadbalancing::BalancerState::kActive, "active"},
        {elasticloadbalancing::BalancerState::kFailed, "failed"},
    });
template <>
inline constexpr auto kWords<elasticloadbalancing::TargetState> =
    std::to_array<Word<elasticloadbalancing::TargetState>>({
        {elasticloadbalancing::TargetState::kActive, "active"},
        {elasticloadbalancing::TargetState::kDraining, "draining"},
    });

}  // namespace hanbat
