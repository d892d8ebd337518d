// AWS CloudTrail's event history: keeps the trail of all calls, and looks events up in it.
#pragma once

#include "gen/cloudtrail/operations.h"
#include "region/region.h"
#include "services/cloudtrail/trail.h"

namespace hanbat::cloudtrail {

class CloudTrail final : public Operations {
 public:
  CloudTrail(region::Region& home, StoredTrail& trail) : home_(home), trail_(trail) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/cloudtrail/methods.inc"

 private:
  region::Region& home_;
  StoredTrail& trail_;
};

}  // namespace hanbat::cloudtrail
