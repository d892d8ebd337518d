// AWS CloudTrail's event history: keeps the trail of all calls, and looks events up in it.
#pragma once

#include "gen/cloudtrail/operations.h"
#include "region/region.h"
#include "region/trail.h"
#include "services/cloudtrail/recorder.h"
#include "services/cloudtrail/store.h"

namespace hanbat::cloudtrail {

class CloudTrail final : public Operations, public region::Trail {
 public:
  explicit CloudTrail(region::Region& home) : home_(home), recorder_(home.db, store_) { home.set_trail(*this); }

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/cloudtrail/methods.inc"

  void record(store::Tx& tx, const region::CallRecord& call) override;
  void record(const region::CallRecord& call) override;
  /// Writes the records that wait; for tests.
  void flush() { recorder_.flush(); }

 private:
  region::Region& home_;
  const Store store_{};
  Recorder recorder_;
};

}  // namespace hanbat::cloudtrail
