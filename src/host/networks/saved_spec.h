// A VPC's spec as the host side keeps it on disk.
#pragma once

#include <string_view>

#include "host/networks/spec.h"

namespace hanbat::host {

/// Reads what this version or one before it wrote, which did not know of all that a spec says now. Throws JsonError.
VpcSpec read_saved_spec(std::string_view text);

}  // namespace hanbat::host
