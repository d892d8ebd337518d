// How fast the bill's clock runs: the operator's word, in a file of the state folder.
#pragma once

#include "region/region.h"

namespace hanbat::ce {

/// Has the bill's clock run at the pace in `<state folder>/bill-pace`, 1 without that file, from where it is; and tells
/// those who read bills from outside, in bill-clock.json, when it is not the real one. Throws std::runtime_error for
/// what is no number of 1 to 100000.
void keep_bill_clock(region::Region& home);

}  // namespace hanbat::ce
