// The states of a network interface and of its attachment to an instance. Here an interface is attached in the same
// transaction as the instance is made, and detached in that which ends it, so that AWS's attaching and detaching are
// never seen.
#pragma once

#include <array>

#include "base/words.h"
#include "region/transitions.h"

namespace hanbat {
namespace ec2 {

///   available ──attached──▶ in-use ──detached──▶ available
/// A service's own interface is in use from its making to its end. "pending" is what CreateNetworkInterface answers.
enum class InterfaceStatus { kPending, kAvailable, kInUse };
enum class InterfaceEvent { kAttached, kDetached };

inline constexpr region::Transition<InterfaceStatus, InterfaceEvent> kInterfaceTransitions[] = {
    {InterfaceStatus::kAvailable, InterfaceEvent::kAttached, InterfaceStatus::kInUse},
    {InterfaceStatus::kInUse, InterfaceEvent::kDetached, InterfaceStatus::kAvailable},
};

/// Of interfaces and of volumes alike.
enum class AttachmentStatus { kAttaching, kAttached };

}  // namespace ec2

template <>
inline constexpr auto kWords<ec2::InterfaceStatus> = std::to_array<Word<ec2::InterfaceStatus>>({
    {ec2::InterfaceStatus::kPending, "pending"},
    {ec2::InterfaceStatus::kAvailable, "available"},
    {ec2::InterfaceStatus::kInUse, "in-use"},
});
template <>
inline constexpr auto kWords<ec2::AttachmentStatus> = std::to_array<Word<ec2::AttachmentStatus>>(
    {{ec2::AttachmentStatus::kAttaching, "attaching"}, {ec2::AttachmentStatus::kAttached, "attached"}});

}  // namespace hanbat
