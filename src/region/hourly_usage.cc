#include "region/hourly_usage.h"

#include <map>
#include <set>
#include <utility>

#include "region/bill_clock.h"

namespace hanbat::region {
namespace {

constexpr std::int64_t kFullHourMs = 3'600'000;

/// Of each thing all that it uses at once: what is not told with the rest ends.
void record(store::Tx& tx, Timestamp now, const std::vector<Measured>& all) {
  std::map<std::string, std::pair<Place, std::vector<Use>>> things;
  for (const Measured& one : all) {
    auto& [place, uses] = things[one.arn];
    place = one.place;
    uses.push_back(one.use);
  }
  for (const auto& [arn, thing] : things) meter(tx, now, thing.first, arn, thing.second);
}

/// Ends what goes on of these uses' kinds of what was not measured at all.
void end_others(store::Tx& tx, Timestamp now, const std::string& bill_name, const std::vector<std::string>& usage_types,
                const std::vector<Measured>& all) {
  std::set<std::string> measured;
  for (const Measured& one : all) measured.insert(one.arn);
  for (const std::string& usage_type : usage_types)
    for (const store::Row& row : tx.query(
             "SELECT account, region, resource FROM billed_usage WHERE service = ? AND usage_type = ? AND ended IS "
             "NULL",
             bill_name, usage_type))
      if (!measured.contains(row.text(2))) meter(tx, now, {row.text(0), row.text(1)}, row.text(2), {});
}

}  // namespace

void measure_hourly(Region& home, const std::string& service, const std::string& bill_name,
                    const std::vector<std::string>& usage_types, Measure measure) {
  const std::string kind = service + ".hourly-usage";
  home.tasks.handle(kind, [&home, bill_name, usage_types, measure = std::move(measure)](store::TaskRun& run) {
    const Timestamp now = home.clock.now();
    const BillClock bill = home.db.read([](store::Tx& tx) { return find_bill_clock(tx); });
    run.again(bill.wait(Milliseconds(kFullHourMs - bill.at(now).ms % kFullHourMs)), [&](store::Tx& tx) {
      const std::vector<Measured> all = measure(tx);
      end_others(tx, now, bill_name, usage_types, all);
      record(tx, now, all);
    });
  });
  home.db.write([&](store::Tx& tx) { home.tasks.add(tx, {.kind = kind, .key = "all", .body = Json::object()}); });
}

}  // namespace hanbat::region
