// What load balancers have served in the present hour of the bill.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "services/elasticloadbalancing/capacity/capacity.h"
#include "store/database.h"

namespace hanbat::elasticloadbalancing {

struct CapacityRow {
  Timestamp hour;
  Served served;
  Timestamp read_at;        // on the bill's clock
  std::int64_t booked = 0;  // millionths of units for the hour
};

std::optional<CapacityRow> find_capacity(store::Tx& tx, const std::string& balancer_arn);
void put_capacity(store::Tx& tx, const std::string& balancer_arn, const CapacityRow& row);
/// Forgets the hours that ended before.
void forget_capacity(store::Tx& tx, Timestamp before);

}  // namespace hanbat::elasticloadbalancing
