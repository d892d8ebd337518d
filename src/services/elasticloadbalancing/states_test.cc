// Every state with every event.
#include "services/elasticloadbalancing/states.h"

#include <gtest/gtest.h>

#include <map>
#include <string_view>

namespace hanbat::elasticloadbalancing {
namespace {

TEST(BalancerStates, OnlyTheTablesTransitionsHappen) {
  using State = BalancerState;
  using Event = BalancerEvent;
  const std::map<std::pair<State, Event>, State> expected{
      {{State::kProvisioning, Event::kApplied}, State::kActive},
      {{State::kProvisioning, Event::kRefused}, State::kFailed},
      {{State::kFailed, Event::kApplied}, State::kActive},
  };
  for (const auto& state : kWords<State>)
    for (const Event event : {Event::kApplied, Event::kRefused}) {
      const auto found = expected.find({state.value, event});
      EXPECT_EQ(find_next(kBalancerTransitions, state.value, event),
                found == expected.end() ? std::nullopt : std::optional(found->second))
          << state.word;
    }
}

TEST(TargetStates, OnlyTheTablesTransitionsHappen) {
  using State = TargetState;
  using Event = TargetEvent;
  for (const auto& state : kWords<State>) {
    EXPECT_EQ(find_next(kTargetTransitions, state.value, Event::kRegistered), State::kActive) << state.word;
    EXPECT_EQ(find_next(kTargetTransitions, state.value, Event::kDeregistered),
              state.value == State::kActive ? std::optional(State::kDraining) : std::nullopt)
        << state.word;
  }
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
