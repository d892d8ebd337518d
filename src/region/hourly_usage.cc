#include "region/hourly_usage.h"

#include <set>

#include "region/bill_clock.h"

namespace hanbat::region {
namespace {

constexpr std::int64_t kFullHourMs = 3'600'000;

void record(store::Tx& tx, Timestamp now, const std::vector<Measured>& all) {
  for (auto one = all.begin(); one != all.end();) {
    std::vector<Use> uses;
    auto next = one;
    for (; next != all.end() && next->arn == one->arn; ++next) uses.push_back(next->use);
    meter(tx, now, one->place, one->arn, uses);
    one = next;
  }
}

/// Ends what goes on of these uses' kinds and was not measured.
void end_others(store::Tx& tx, Timestamp now, const std::string& bill_name, const std::string& usage_types,
                const std::vector<Measured>& all) {
  std::set<std::string> measured;
  for (const Measured& one : all) measured.insert(one.arn);
  for (const store::Row& row : tx.query(
           "SELECT DISTINCT account, region, resource FROM billed_usage WHERE service = ? AND usage_type LIKE ? AND "
           "ended IS NULL",
           bill_name, usage_types + "%"))
    if (!measured.contains(row.text(2))) meter(tx, now, {row.text(0), row.text(1)}, row.text(2), {});
}

}  // namespace

void measure_hourly(Region& home, const std::string& service, const std::string& bill_name,
                    const std::string& usage_types, Measure measure) {
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
