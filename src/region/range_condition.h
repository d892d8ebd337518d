// If-Range: a piece only of what the client has the rest of. Of HTTP and not of AWS's models, so it is met here for
// all.
#pragma once

#include <string_view>

#include "base/time.h"
#include "wire/codec.h"

namespace hanbat::region {

/// Whether a GET asks for a range on the condition that the whole is still what it knows.
bool has_range_condition(const wire::RequestView& request);
/// Whether the condition (an entity tag or a date; RFC 9110, 13.1.5) holds of an answer with these headers.
bool range_condition_holds(std::string_view condition, const wire::Headers& answer, Timestamp now);

}  // namespace hanbat::region
