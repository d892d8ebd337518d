// What EC2 bills by the gigabyte: what NAT gateways carry, what goes out to the internet by public addresses, and what
// passes between zones or, within the region, by public addresses, at both ends. The kernel counts it, the host side
// tells it, and every 15 seconds it is booked to whom it is of.
// Source: https://aws.amazon.com/vpc/pricing/ (NAT gateways: each gigabyte, whichever way),
// https://aws.amazon.com/ec2/pricing/on-demand/ ("Data Transfer": out to the internet, and within the same AWS Region)
#pragma once

#include <vector>

#include "base/time.h"
#include "host/counts.h"
#include "region/region.h"
#include "store/database.h"

namespace hanbat::ec2 {

/// Registers the task that books what was counted, and adds it when there is a host side.
void meter_traffic(region::Region& home);

/// Books what the counts have risen by since they were booked last. Counts of what is gone are booked to whom they were
/// of; what was never seen alive is booked to the interface or gateway itself.
void book_traffic(store::Tx& tx, Timestamp now, const std::vector<host::Count>& counts);

}  // namespace hanbat::ec2
