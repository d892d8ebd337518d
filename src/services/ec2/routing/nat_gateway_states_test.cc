// Every state with every event.
#include "services/ec2/routing/nat_gateway_states.h"

#include <gtest/gtest.h>

#include <map>

namespace hanbat::ec2 {
namespace {

TEST(NatGatewayStates, OnlyTheTablesTransitionsHappen) {
  using State = NatGatewayState;
  using Event = NatGatewayEvent;
  const std::map<std::pair<State, Event>, State> expected{
      {{State::kPending, Event::kApplied}, State::kAvailable}, {{State::kPending, Event::kRefused}, State::kFailed},
      {{State::kPending, Event::kDelete}, State::kDeleting},   {{State::kAvailable, Event::kDelete}, State::kDeleting},
      {{State::kFailed, Event::kDelete}, State::kDeleted},     {{State::kDeleting, Event::kGone}, State::kDeleted},
  };
  for (const auto& state : kWords<State>)
    for (const Event event : {Event::kApplied, Event::kRefused, Event::kDelete, Event::kGone}) {
      const auto found = expected.find({state.value, event});
      Resource<NatGateway> row;
      set_state(row, state.value);
      EXPECT_EQ(pass(row, event), found != expected.end()) << state.word << ", event " << static_cast<int>(event);
      EXPECT_EQ(state_of(row), found == expected.end() ? state.value : found->second) << state.word;
    }
}

}  // namespace
}  // namespace hanbat::ec2
