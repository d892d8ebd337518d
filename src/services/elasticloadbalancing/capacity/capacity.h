// Load balancer capacity units: of what a balancer has served in an hour, the measure that is highest. The host side
// counts it of HAProxy's listeners, and every 15 seconds it is booked.
// Source: https://aws.amazon.com/elasticloadbalancing/pricing/, "LCU Details"
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "host/counts.h"
#include "region/region.h"
#include "store/database.h"

namespace hanbat::elasticloadbalancing {

/// What a balancer has served in an hour, or in what has gone by of it.
struct Served {
  std::int64_t connections = 0;  // new ones
  std::int64_t active_ms = 0;    // two that are there for a second are 2000
  std::int64_t bytes = 0;
  std::int64_t evaluations = 0;  // of rules beyond ten for each request
};

/// Millionths of capacity units for the hour: 25 new connections a second, 3,000 at a time, a gigabyte, or 1,000
/// evaluations of rules a second are one unit.
std::int64_t capacity_units(const Served& served);

/// Registers the task that books what was counted, and adds it when there is a host side.
void meter_capacity(region::Region& home);

/// Books what the counts have risen by since they were booked last.
void book_capacity(store::Tx& tx, Timestamp now, const std::vector<host::Count>& counts);

}  // namespace hanbat::elasticloadbalancing
