// The types of volumes, and their state. There are root volumes only: each is born attached to its instance and goes
// with it, so that nothing leads from one state to another.
#pragma once

#include <array>

#include "base/words.h"
#include "services/ec2/addresses/interface_states.h"

namespace hanbat {
namespace ec2 {

enum class VolumeState { kInUse };
/// The others are bought for a speed of their own, and all disks here are as fast as the host's.
enum class VolumeType { kGp2, kGp3 };

}  // namespace ec2

template <>
inline constexpr auto kWords<ec2::VolumeState> =
    std::to_array<Word<ec2::VolumeState>>({{ec2::VolumeState::kInUse, "in-use"}});

template <>
inline constexpr auto kWords<ec2::VolumeType> =
    std::to_array<Word<ec2::VolumeType>>({{ec2::VolumeType::kGp2, "gp2"}, {ec2::VolumeType::kGp3, "gp3"}});

}  // namespace hanbat
