// What CloudWatch Logs bills: what is put, as it comes, and what each group holds at every full hour.
// Source: https://aws.amazon.com/cloudwatch/pricing/
#pragma once

#include "region/hourly_usage.h"
#include "services/logs/store.h"

namespace hanbat::logs {

inline constexpr const char* kBillName = "AmazonCloudWatch";

inline void meter_arrival(region::Request& rq, std::string_view group, std::int64_t bytes) {
  const region::Place place{rq.account, rq.region};
  region::meter_event(rq.tx, rq.now(), place, group_arn(place, group),
                      {kBillName, "DataProcessing-Bytes", "PutLogEvents", region::UsageUnit::kGigabytes, bytes});
}

inline void measure_groups(region::Region& home) {
  constexpr const char* kUsageType = "TimedStorage-ByteHrs";
  region::measure_hourly(home, "logs", kBillName, {kUsageType}, [=](store::Tx& tx) {
    std::vector<region::Measured> out;
    for (const GroupRow& row : region::list_all<GroupFacts>(tx)) {
      const std::int64_t bytes = stored_bytes(tx, row);
      if (bytes == 0) continue;
      out.push_back({row.place,
                     group_arn(row.place, *row.name),
                     {kBillName, kUsageType, "HourlyStorageMetering", region::UsageUnit::kGigabyteMonths, bytes}});
    }
    return out;
  });
}

}  // namespace hanbat::logs
