// What Elastic Load Balancing bills: each hour that a load balancer is there, begun ones whole.
// Source: https://aws.amazon.com/elasticloadbalancing/pricing/
#pragma once

#include "base/time.h"
#include "region/usage.h"
#include "services/elasticloadbalancing/states.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// Tells the ledger of a load balancer as its row is now. What was never active is not billed.
inline void meter(store::Tx& tx, Timestamp now, const Resource<LoadBalancer>& row) {
  std::vector<region::Use> uses;
  if (row.shape.state->code == word_of(BalancerState::kActive)) {
    const bool network = row.shape.type == "network";
    uses.push_back({"Amazon Elastic Load Balancing", "LoadBalancerUsage",
                    network ? "LoadBalancing:Network" : "LoadBalancing:Application", region::UsageUnit::kHours});
  }
  region::meter(tx, now, row.place, row.id, uses);
}

}  // namespace hanbat::elasticloadbalancing
