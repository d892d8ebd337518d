// An event as bytes in a segment. Of one:
//   id, at       numbers: zigzag, seven bits a byte, the lowest first, the high bit on all but the last
//   read_only    one byte, 0 or 1
//   event_id, account, region, name, source, user_name, access_key_id, record
//                texts: a number, the length, and the bytes
//   resources    a number, how many, and of each type and name as texts
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "services/cloudtrail/event.h"

namespace hanbat::cloudtrail {

/// Bytes that are no part of a segment as we write it.
struct DamagedSegment : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void append_event(std::string& out, const TrailEvent& event);
/// The event that the bytes begin with, which is taken off them. Throws DamagedSegment.
TrailEvent take_event(std::string_view& bytes);

}  // namespace hanbat::cloudtrail
