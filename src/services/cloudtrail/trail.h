// The trail that the region has its calls recorded in. It is made before the region, whose part it is, and before the
// service by which users read it.
#pragma once

#include "base/time.h"
#include "region/trail.h"
#include "services/cloudtrail/recorder.h"
#include "services/cloudtrail/store.h"

namespace hanbat::cloudtrail {

class StoredTrail final : public region::Trail {
 public:
  StoredTrail(store::Database& database, const Clock& clock) : clock_(clock), recorder_(database, store_) {}

  /// Starts to write what is recorded outside of transactions; once the database has its tables.
  void start() { recorder_.start(); }
  void record(store::Tx& tx, const region::CallRecord& call) override;
  void record(const region::CallRecord& call) override;
  /// Writes the records that wait; for tests.
  void flush() { recorder_.flush(); }

 private:
  const Clock& clock_;
  const Store store_{};
  Recorder recorder_;
};

}  // namespace hanbat::cloudtrail
