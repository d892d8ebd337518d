// The endpoint that SSM's agents poll (ec2messages.<region>): an agent registers, takes its messages, and tells how
// scripts ended.
#pragma once

#include "gen/ec2messages/operations.h"
#include "region/region.h"

namespace hanbat::ssm {

class AgentEndpoint final : public ec2messages::Operations {
 public:
  explicit AgentEndpoint(region::Region&) {}

#include "gen/ec2messages/methods.inc"
};

}  // namespace hanbat::ssm
