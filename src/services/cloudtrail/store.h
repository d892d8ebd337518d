// The rows of the trail: what has yet to go to a segment, and up to where the segments count.
#pragma once

#include <cstdint>
#include <vector>

#include "services/cloudtrail/query.h"
#include "services/cloudtrail/segments/segments.h"
#include "store/database.h"

namespace hanbat::cloudtrail {

class Store {
 public:
  void insert(store::Tx& tx, const TrailEvent& event) const;
  /// Some of those that were recorded first, in their order.
  std::vector<TrailEvent> oldest_pending(store::Tx& tx, int most) const;
  /// Those of the query's account, region and time.
  std::vector<TrailEvent> pending_of(store::Tx& tx, const EventQuery& query) const;
  /// What is pending up to this id lies in the segments now.
  void remove_pending(store::Tx& tx, std::int64_t last_id) const;

  Position position(store::Tx& tx) const;
  void set_position(store::Tx& tx, Position position, std::int64_t next_id) const;
  /// Above the ids of all events that were recorded.
  std::int64_t next_id(store::Tx& tx) const;

  /// Some of the events of the tables that were there before the segments, in their order, beginning after the id.
  std::vector<TrailEvent> events_of_old_tables(store::Tx& tx, std::int64_t after_id, int most) const;
  void empty_old_tables(store::Tx& tx) const;
};

}  // namespace hanbat::cloudtrail
