#include "services/ec2/routing/nat_gateway_states.h"

namespace hanbat::ec2 {

NatGatewayState state_of(const Resource<NatGateway>& row) {
  return require_word<NatGatewayState>(row.shape.state.value_or(""));
}

void set_state(Resource<NatGateway>& row, NatGatewayState state) { row.shape.state = std::string(word_of(state)); }

bool pass(Resource<NatGateway>& row, NatGatewayEvent event) {
  const auto next = find_next(kNatGatewayTransitions, state_of(row), event);
  if (next) set_state(row, *next);
  return next.has_value();
}

bool is_working(const Resource<NatGateway>& row) {
  const NatGatewayState state = state_of(row);
  return state == NatGatewayState::kPending || state == NatGatewayState::kAvailable;
}

}  // namespace hanbat::ec2
