#include "services/cloudtrail/trail.h"

#include "services/cloudtrail/event.h"

namespace hanbat::cloudtrail {

void StoredTrail::record(store::Tx& tx, const region::CallRecord& call) {
  if (is_recorded(call)) store_.insert(tx, make_event(call, clock_.now()));
}

void StoredTrail::record(const region::CallRecord& call) {
  if (is_recorded(call)) recorder_.add(make_event(call, clock_.now()));
}

}  // namespace hanbat::cloudtrail
