// The state of a volume. There are root volumes only: each is born attached to its instance and goes with it, so that
// nothing leads from one state to another.
#pragma once

#include <array>

#include "base/words.h"
#include "services/ec2/addresses/interface_states.h"

namespace hanbat {
namespace ec2 {

enum class VolumeState { kInUse };

}  // namespace ec2

template <>
inline constexpr auto kWords<ec2::VolumeState> =
    std::to_array<Word<ec2::VolumeState>>({{ec2::VolumeState::kInUse, "in-use"}});

}  // namespace hanbat
