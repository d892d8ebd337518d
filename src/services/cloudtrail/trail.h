// The trail that the region has its calls recorded in. It is made before the region, whose part it is, and before the
// service by which users read it.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "region/trail.h"
#include "services/cloudtrail/recorder.h"
#include "services/cloudtrail/segments/segments.h"
#include "services/cloudtrail/store.h"

namespace hanbat::cloudtrail {

/// The sizes of the region in the state folder: with what the file `trail-limit` there says all events may take
/// ("512M", "4G"), where there is one. Throws std::runtime_error for what is no such size, or less than 64M.
SegmentSizes segment_sizes(const std::string& state_folder);

class StoredTrail final : public region::Trail {
 public:
  /// Keeps the events below the state folder, in `trail`.
  StoredTrail(store::Database& database, const std::string& state_folder, const Clock& clock)
      : StoredTrail(database, state_folder, clock, segment_sizes(state_folder)) {}
  StoredTrail(store::Database& database, const std::string& state_folder, const Clock& clock, SegmentSizes sizes)
      : clock_(clock), segments_(state_folder + "/trail", sizes), recorder_(database, store_, segments_) {}

  /// Starts to write what is recorded; once the database has its tables.
  void start() { recorder_.start(); }
  void record(store::Tx& tx, const region::CallRecord& call) override;
  void record(const region::CallRecord& call) override;
  std::vector<TrailEvent> find(store::Tx& tx, const EventQuery& query) const;
  /// Removes what is older than events are kept.
  void expire() { recorder_.remove_before(clock_.now() - kKept); }
  /// Writes the records that wait; for tests.
  void flush() { recorder_.flush(); }

 private:
  const Clock& clock_;
  const Store store_{};
  Segments segments_;
  Recorder recorder_;
};

}  // namespace hanbat::cloudtrail
