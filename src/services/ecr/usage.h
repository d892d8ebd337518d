// What ECR bills: the layers of each repository, each once, as they lie at every full hour.
// Source: https://aws.amazon.com/ecr/pricing/
#pragma once

#include "region/hourly_usage.h"
#include "services/ecr/layers/store.h"
#include "services/ecr/store.h"

namespace hanbat::ecr {

inline void measure_repositories(region::Region& home) {
  constexpr const char* kBillName = "Amazon EC2 Container Registry (ECR)";
  constexpr const char* kUsageType = "TimedStorage-ByteHrs";
  region::measure_hourly(home, "ecr", kBillName, {kUsageType}, [=](store::Tx& tx) {
    std::vector<region::Measured> out;
    for (const RepositoryRow& row : region::list_all<Repository>(tx)) {
      const std::int64_t bytes = bytes_of_layers(tx, row.id);
      if (bytes == 0) continue;
      out.push_back({row.place,
                     region::KindOf<Repository>::arn(row),
                     {kBillName, kUsageType, "TimedStorage", region::UsageUnit::kGigabyteMonths, bytes}});
    }
    return out;
  });
}

}  // namespace hanbat::ecr
