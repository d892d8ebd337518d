// Every state with every event.
#include "services/ec2/addresses/interface_states.h"

#include <gtest/gtest.h>

#include <optional>

namespace hanbat::ec2 {
namespace {

TEST(InterfaceStates, OnlyTheTablesTransitionsHappen) {
  using Status = InterfaceStatus;
  using Event = InterfaceEvent;
  for (const auto& state : kWords<Status>) {
    EXPECT_EQ(find_next(kInterfaceTransitions, state.value, Event::kAttached),
              state.value == Status::kAvailable ? std::optional(Status::kInUse) : std::nullopt)
        << state.word;
    EXPECT_EQ(find_next(kInterfaceTransitions, state.value, Event::kDetached),
              state.value == Status::kInUse ? std::optional(Status::kAvailable) : std::nullopt)
        << state.word;
  }
}

}  // namespace
}  // namespace hanbat::ec2
