// Looks events up, the newest first.
#pragma once

#include <vector>

#include "services/cloudtrail/query.h"
#include "services/cloudtrail/segments/segments.h"

namespace hanbat::cloudtrail {

/// Up to the query's limit of what the segments hold up to the position, and of `pending`, which is in none of them. Of
/// segments and blocks it opens those alone that may hold what is asked for, from the newest back. What is damaged is
/// passed over and told in the log.
std::vector<TrailEvent> find_events(const Segments& segments, Position position, const EventQuery& query,
                                    std::vector<TrailEvent> pending);

}  // namespace hanbat::cloudtrail
