// What EC2 bills: instances while they run, volumes while they are there, NAT gateways while they are available, public
// addresses while somebody has them. Each is told the ledger where its row changes; told again, nothing changes.
#pragma once

#include "base/time.h"
#include "region/usage.h"
#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// Source: https://aws.amazon.com/ec2/pricing/on-demand/ (running Linux instances, by the second, a minute at least;
/// with detailed monitoring its metrics, too)
void meter(store::Tx& tx, Timestamp now, const Resource<Instance>& row);
/// Source: https://aws.amazon.com/ebs/pricing/ (what is provisioned, whether the instance runs or not)
void meter(store::Tx& tx, Timestamp now, const Resource<Volume>& row);
/// Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html (each hour that it is available)
void meter(store::Tx& tx, Timestamp now, const Resource<NatGateway>& row);
/// Source: https://aws.amazon.com/vpc/pricing/ (public IPv4 addresses, in use or idle)
void meter(store::Tx& tx, Timestamp now, const Resource<Address>& row);
/// The address of Amazon's pool that the interface has, if it has one; an elastic one is told by its own row.
void meter(store::Tx& tx, Timestamp now, const Resource<NetworkInterface>& row);

/// What is deleted ends what it used. Called before the row goes, with its tags.
template <class T>
void end_metering(store::Tx& tx, Timestamp now, const Resource<T>& row) {
  region::meter(tx, now, row.place, KindOf<T>::arn(row), {});
}

/// Tells the ledger all that there is: of rows that were there before it.
void meter_all(store::Tx& tx, Timestamp now);

}  // namespace hanbat::ec2
