// What ECR bills: the layers of each repository, each once, as they lie at every full hour.
// Source: https://aws.amazon.com/ecr/pricing/
#pragma once

#include "region/hourly_usage.h"
#include "services/ecr/store.h"

namespace hanbat::ecr {

inline void measure_repositories(region::Region& home) {
  constexpr const char* kBillName = "Amazon EC2 Container Registry (ECR)";
  constexpr const char* kUsageType = "TimedStorage-ByteHrs";
  region::measure_hourly(home, "ecr", kBillName, kUsageType, [=](store::Tx& tx) {
    std::vector<region::Measured> out;
    for (const RepositoryRow& row : region::list_all<Repository>(tx)) {
      const auto stored = tx.find("SELECT SUM(size) FROM ecr_layers WHERE repository_id = ?", row.id);
      if (!stored || stored->is_null(0) || stored->integer(0) == 0) continue;
      out.push_back({row.place,
                     region::KindOf<Repository>::arn(row),
                     {kBillName, kUsageType, "TimedStorage", region::UsageUnit::kGigabyteMonths, stored->integer(0)}});
    }
    return out;
  });
}

}  // namespace hanbat::ecr
