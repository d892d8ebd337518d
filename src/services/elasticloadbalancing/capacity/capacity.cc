#include "services/elasticloadbalancing/capacity/capacity.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "host/client.h"
#include "region/bill_clock.h"
#include "region/counters.h"
#include "region/usage.h"
#include "services/elasticloadbalancing/capacity/capacity_store.h"
#include "services/elasticloadbalancing/store.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::string_view kFamily = "elasticloadbalancing";
constexpr Milliseconds kEvery = std::chrono::seconds(15);
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kFreeRules = 10;
constexpr double kMillion = 1e6;

struct MeterCapacity {
  static constexpr std::string_view kKind = "elb.meter_capacity";
  Json to_json() const { return Json::object(); }
  static MeterCapacity from_json(const Json&) { return {}; }
};

/// A balancer as the bill names it, and how many rules each of its listeners has.
struct Known {
  Place place;
  std::string arn;
  std::map<std::string, std::int64_t> rules;

  Json to_json() const { return Json::object({{"account", place.account}, {"region", place.region}, {"arn", arn}}); }
};

/// By the id that the host side knows it by.
std::map<std::string, Known> known_balancers(store::Tx& tx) {
  std::map<std::string, Known> out;
  for (const auto& row : list_all<LoadBalancer>(tx)) {
    Known& one = out[std::string(last_part(row.id))];
    one.place = row.place;
    one.arn = row.id;
    for (const auto& listener : list_of<Listener>(tx, row.id))
      one.rules[std::string(last_part(listener.id))] = static_cast<std::int64_t>(list_of<Rule>(tx, listener.id).size());
  }
  return out;
}

std::string name_of(const host::Count& count) {
  return count.vpc_id + " " + std::string(word_of(count.kind)) + " " + count.id + " " + count.part;
}

/// What one reading adds to a balancer.
struct Risen {
  Known balancer;
  Served served;
  std::int64_t active = 0;  // connections now
};

void add_to_hour(store::Tx& tx, Timestamp now, const Risen& risen) {
  const Timestamp bill = region::bill_time(tx, now);
  const Timestamp hour{bill.ms - bill.ms % kHourMs};
  const auto before = find_capacity(tx, risen.balancer.arn);
  CapacityRow row{.hour = hour, .served = risen.served, .read_at = bill};
  if (before && before->hour == hour) {
    row.served.connections += before->served.connections;
    row.served.active_ms += before->served.active_ms;
    row.served.bytes += before->served.bytes;
    row.served.evaluations += before->served.evaluations;
    row.booked = before->booked;
  }
  // Those that are there now are taken to have been there since the last look.
  const Timestamp since = std::max(hour, before ? before->read_at : bill - kEvery);
  row.served.active_ms += risen.active * std::max<std::int64_t>(0, bill.ms - since.ms);
  const std::int64_t units = capacity_units(row.served), more = units - row.booked;
  row.booked = std::max(units, row.booked);
  put_capacity(tx, risen.balancer.arn, row);
  if (more <= 0) return;
  region::meter_event(tx, now, risen.balancer.place, risen.balancer.arn,
                      {"Amazon Elastic Load Balancing", "LCUUsage", "LoadBalancing:Application",
                       region::UsageUnit::kCapacityUnits, more});
}

host::BookedCounts gone_of(const std::vector<host::Count>& counts) {
  host::BookedCounts gone;
  for (const host::Count& one : counts)
    if (!one.goes_on)
      gone.counts.push_back({host::CountSource::kBalancers, one.vpc_id, one.kind, one.id, one.part, one.value});
  return gone;
}

}  // namespace

std::int64_t capacity_units(const Served& served) {
  constexpr double kHour = 3600;
  const double connections = static_cast<double>(served.connections) / (25 * kHour);
  const double active = static_cast<double>(served.active_ms) / kHourMs / 3000;
  const double gigabytes = static_cast<double>(served.bytes) / (1 << 30);
  const double evaluations = static_cast<double>(served.evaluations) / (1000 * kHour);
  return static_cast<std::int64_t>(std::max({connections, active, gigabytes, evaluations}) * kMillion);
}

void book_capacity(store::Tx& tx, Timestamp now, const std::vector<host::Count>& counts) {
  const auto known = known_balancers(tx);
  std::set<std::string> names;
  std::map<std::string, Risen> all;  // by ARN
  for (const host::Count& one : counts) {
    Known balancer;
    const std::string name = name_of(one);
    if (const auto found = known.find(one.id); found != known.end()) {
      balancer = found->second;
    } else if (const auto about = region::find_about_counter(tx, kFamily, name)) {
      balancer = {{about->text("account"), about->text("region")}, about->text("arn"), {}};
    } else {
      continue;  // one that came and went between two looks: nobody knows whose it was
    }
    Risen& risen = all[balancer.arn];
    risen.balancer = balancer;
    if (one.kind == host::CountKind::kActive) {
      risen.active += one.value;
      continue;
    }
    names.insert(name);
    const std::int64_t rise = region::book_counter(tx, kFamily, {name, one.epoch, one.value}, balancer.to_json());
    if (one.kind == host::CountKind::kConnections) risen.served.connections += rise;
    if (one.kind == host::CountKind::kBytes) risen.served.bytes += rise;
    if (one.kind != host::CountKind::kRequests) continue;
    const auto rules = balancer.rules.find(one.part);
    if (rules != balancer.rules.end())
      risen.served.evaluations += rise * std::max<std::int64_t>(0, rules->second - kFreeRules);
  }
  for (const auto& [arn, risen] : all) add_to_hour(tx, now, risen);
  region::keep_counters(tx, kFamily, names);
  forget_capacity(tx, region::bill_time(tx, now) - Milliseconds(2 * kHourMs));
}

void meter_capacity(region::Region& home) {
  store::handle<MeterCapacity>(home.tasks, [&home](store::TaskRun& run, const MeterCapacity&) {
    host::Host& host = home.require_host();
    std::vector<host::Count> counts;
    try {
      counts = host.counts({host::CountSource::kBalancers});
    } catch (const host::HostError&) {
      return run.again(kEvery);  // what is missed while it is away is caught up with
    }
    const region::BillClock bill = home.db.read([](store::Tx& tx) { return region::find_bill_clock(tx); });
    run.again(bill.wait(kEvery), [&](store::Tx& tx) { book_capacity(tx, home.clock.now(), counts); });
    // Once it is booked: what fails here, or a kill before it, has it told, and not booked, again.
    try {
      if (const host::BookedCounts gone = gone_of(counts); !gone.counts.empty()) host.drop_counts(gone);
    } catch (const host::HostError&) {
    }
  });
  if (!home.find_host()) return;
  home.db.write([&](store::Tx& tx) { store::add_task(home.tasks, tx, MeterCapacity{}, "all"); });
}

}  // namespace hanbat::elasticloadbalancing
