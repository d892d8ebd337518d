#include "services/ec2/traffic_usage.h"

#include <set>

#include "host/client.h"
#include "region/bill_clock.h"
#include "region/counters.h"
#include "region/usage.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/tasks.h"

namespace hanbat::ec2 {
namespace {

using enum region::UsageUnit;

constexpr std::string_view kFamily = "ec2";
constexpr Milliseconds kEvery = std::chrono::seconds(15);
constexpr const char* kOtherOfEc2 = "EC2 - Other";
constexpr const char* kMachines = "Amazon Elastic Compute Cloud - Compute";
constexpr const char* kBalancing = "Amazon Elastic Load Balancing";
constexpr std::string_view kOfBalancer = "ELB app/";

struct MeterTraffic : KeyedTask<MeterTraffic> {
  static constexpr std::string_view kKind = "ec2.meter_traffic";
};

/// Whom the bill names for bytes.
struct Owner {
  Place place;
  std::string arn;
  std::string service;
  std::string operation;

  Json to_json() const {
    return Json::object({{"account", place.account},
                         {"region", place.region},
                         {"arn", arn},
                         {"service", service},
                         {"operation", operation}});
  }
  static Owner from_json(const Json& json) {
    return {
        {json.text("account"), json.text("region")}, json.text("arn"), json.text("service"), json.text("operation")};
  }
};

/// An interface's bytes are those of the instance or load balancer that has it.
Owner owner_of(const Resource<NetworkInterface>& row) {
  const NetworkInterface& shape = row.shape;
  if (shape.attachment && shape.attachment->instance_id)
    return {row.place, arn_of(row.place, "instance", *shape.attachment->instance_id), kMachines, "RunInstances"};
  const std::string description = shape.description.value_or("");
  if (shape.requester_managed.value_or(false) && description.starts_with(kOfBalancer))
    return {row.place,
            "arn:aws:elasticloadbalancing:" + row.place.region + ":" + row.place.account + ":loadbalancer/" +
                description.substr(kOfBalancer.size() - 4),
            kBalancing, "LoadBalancing"};
  return {row.place, KindOf<NetworkInterface>::arn(row), kMachines, "RunInstances"};
}

Owner owner_of(store::Tx& tx, const host::Count& count, const std::string& counter) {
  if (count.id.starts_with("nat-")) {
    const Place place{count.account, count.region};
    return {place, arn_of(place, "natgateway", count.id), kOtherOfEc2, "NatGateway"};
  }
  if (const auto row = find<NetworkInterface>(tx, count.id)) return owner_of(*row);
  if (const auto about = region::find_about_counter(tx, kFamily, counter)) return Owner::from_json(*about);
  const Place place{count.account, count.region};
  return {place, arn_of(place, "network-interface", count.id), kMachines, "RunInstances"};
}

std::string name_of(const host::Count& count) {
  return count.vpc_id + " " + std::string(word_of(count.kind)) + " " + count.id;
}

/// How the bill names what the owner's bytes of that kind are.
region::Use use_of(host::CountKind kind, const Owner& owner, std::int64_t bytes) {
  // Between zones, and by public addresses within the region, it is the same price and another operation.
  const auto regional = [&](const std::string& operation) {
    const bool balancer = owner.service == kBalancing;
    return region::Use{balancer ? owner.service : kOtherOfEc2, "DataTransfer-Regional-Bytes",
                       balancer ? owner.operation + "-" + operation : operation, kGigabytes, bytes};
  };
  switch (kind) {
    case host::CountKind::kNatBytes:
      return {kOtherOfEc2, "NatGateway-Bytes", owner.operation, kGigabytes, bytes};
    case host::CountKind::kZoneOut:
      return regional("InterZone-Out");
    case host::CountKind::kZoneIn:
      return regional("InterZone-In");
    case host::CountKind::kPublicOut:
      return regional("PublicIP-Out");
    case host::CountKind::kPublicIn:
      return regional("PublicIP-In");
    case host::CountKind::kBytesOut:
    case host::CountKind::kConnections:
    case host::CountKind::kRequests:
    case host::CountKind::kBytes:
    case host::CountKind::kActive:
      break;
  }
  return {owner.service, "DataTransfer-Out-Bytes", owner.operation, kGigabytes, bytes};
}

/// What need not be told any more.
host::BookedCounts gone_of(const std::vector<host::Count>& counts) {
  host::BookedCounts gone;
  for (const host::Count& one : counts)
    if (!one.goes_on)
      gone.counts.push_back({host::CountSource::kVpcs, one.vpc_id, one.kind, one.id, one.part, one.value});
  return gone;
}

}  // namespace

void book_traffic(store::Tx& tx, Timestamp now, const std::vector<host::Count>& counts) {
  std::set<std::string> names;
  for (const host::Count& one : counts) {
    if (one.account == host::kOwnAccount) continue;
    const std::string name = name_of(one);
    names.insert(name);
    const Owner owner = owner_of(tx, one, name);
    const std::int64_t bytes = region::book_counter(tx, kFamily, {name, one.epoch, one.value}, owner.to_json());
    if (bytes <= 0) continue;
    region::meter_event(tx, now, owner.place, owner.arn, use_of(one.kind, owner, bytes));
  }
  region::keep_counters(tx, kFamily, names);
}

void meter_traffic(region::Region& home) {
  store::handle<MeterTraffic>(home.tasks, [&home](store::TaskRun& run, const MeterTraffic&) {
    host::Host& host = home.require_host();
    std::vector<host::Count> counts;
    try {
      counts = host.counts({host::CountSource::kVpcs});
    } catch (const host::HostError&) {
      return run.again(kEvery);  // what is missed while it is away is caught up with
    }
    const region::BillClock bill = home.db.read([](store::Tx& tx) { return region::find_bill_clock(tx); });
    run.again(bill.wait(kEvery), [&](store::Tx& tx) { book_traffic(tx, home.clock.now(), counts); });
    // Once it is booked: what fails here, or a kill before it, has it told, and not booked, again.
    try {
      if (const host::BookedCounts gone = gone_of(counts); !gone.counts.empty()) host.drop_counts(gone);
    } catch (const host::HostError&) {
    }
  });
  if (!home.find_host()) return;
  home.db.write([&](store::Tx& tx) { store::add_task(home.tasks, tx, MeterTraffic{}, "all"); });
}

}  // namespace hanbat::ec2
