// What is billed: the ledger that services write as things begin and cease to cost, and from which costs are told. A
// line of it is written in the transaction of the change itself, so what a kill takes back it takes back whole.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/words.h"
#include "region/resources.h"
#include "store/database.h"

namespace hanbat {
namespace region {

/// How a quantity and its time make an amount.
enum class UsageUnit {
  kSeconds,         // hours, to the second, at least a minute of each use
  kHours,           // hours of the clock, each one that is begun
  kGigabyteMonths,  // bytes for their share of the month
  kMonths,          // things for their share of the month
  kGigabytes,       // bytes, of events
  kRequests,        // events
  kMinutes,         // minutes, of events
  kCapacityUnits,   // millionths of a unit of capacity for an hour, of events
};

/// One kind of use of a resource.
struct Use {
  std::string service;     // as the bill names it: "Amazon Elastic Compute Cloud - Compute"
  std::string usage_type;  // without the region's prefix: "BoxUsage:t3.small"
  std::string operation;   // "RunInstances"
  UsageUnit unit = UsageUnit::kSeconds;
  std::int64_t quantity = 1;  // bytes where the unit is of gigabytes

  bool operator==(const Use&) const = default;
};

/// A line of the ledger. Its times are of the bill's clock (region/bill_clock.h), which is the real one unless somebody
/// has it run faster; who writes to the ledger says the real time.
struct UsageLine {
  Place place;
  std::string resource;  // its ARN
  Use use;
  Timestamp began;
  std::optional<Timestamp> ended;  // nothing while it goes on
  TagMap tags;                     // the resource's: now, or when the use ended
};

/// From now on the resource uses just this: what it used and does not any more ends now, what is new begins now, and
/// what goes on is not touched. So it may be said at every change, and again after a restart. Throws
/// store::DatabaseError.
void meter(store::Tx& tx, Timestamp now, const Place& place, std::string_view arn, const std::vector<Use>& uses);

/// Adds what happened at a moment: requests, minutes of a build. It is kept by the hour.
void meter_event(store::Tx& tx, Timestamp at, const Place& place, std::string_view arn, const Use& use);

/// What lies, at least in part, between the two on the bill's clock, of these accounts; in order of its beginning.
std::vector<UsageLine> list_usage(store::Tx& tx, std::span<const std::string> accounts, Timestamp from, Timestamp to);

/// What of one kind of use of the account's lies, at least in part, between the two; in whatever region, without tags.
std::vector<UsageLine> list_uses(store::Tx& tx, std::string_view account, std::string_view service,
                                 std::string_view usage_type, Timestamp from, Timestamp to);

/// All that happened of one kind of use of the account's, in whatever region, from hours that begin within the two.
std::int64_t sum_events(store::Tx& tx, std::string_view account, std::string_view usage_type, Timestamp from,
                        Timestamp to);

/// Whose resources have ever been metered.
std::vector<std::string> list_metered_accounts(store::Tx& tx);

}  // namespace region

template <>
inline constexpr auto kWords<region::UsageUnit> = std::to_array<Word<region::UsageUnit>>({
    {region::UsageUnit::kSeconds, "seconds"},
    {region::UsageUnit::kHours, "hours"},
    {region::UsageUnit::kGigabyteMonths, "gigabyte-months"},
    {region::UsageUnit::kMonths, "months"},
    {region::UsageUnit::kGigabytes, "gigabytes"},
    {region::UsageUnit::kRequests, "requests"},
    {region::UsageUnit::kMinutes, "minutes"},
    {region::UsageUnit::kCapacityUnits, "capacity-units"},
});

}  // namespace hanbat
