// The address of the region's S3, which in a VPC its names have alone: so that a route can lead there and nowhere else.
#pragma once

#include <string>

#include "host/edge_range.h"

namespace hanbat::host {

/// 198.18.0.2 of the usual range: at the edge, and in the namespace of a VPC that has an endpoint for S3.
inline std::string s3_address(const EdgeRange& edge) { return to_text(edge.whole().base + 2); }

}  // namespace hanbat::host
