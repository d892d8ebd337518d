// What lies stored, in objects, images and logs, changes with every call. It is read at every full hour, as AWS does,
// and the ledger says of the hour what was there at its beginning.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "region/region.h"
#include "region/usage.h"

namespace hanbat::region {

/// Something and what it uses at the moment.
struct Measured {
  Place place;
  std::string arn;
  Use use;
};

/// Reads all that there is of one kind of use, of every account; what is not among it any more ends.
using Measure = std::function<std::vector<Measured>(store::Tx&)>;

/// Registers the task (its kind is "<service>.hourly-usage") and adds it. Called by a service's start(). All that is
/// measured is of those usage types of that name in the bill.
void measure_hourly(Region& home, const std::string& service, const std::string& bill_name,
                    const std::vector<std::string>& usage_types, Measure measure);

}  // namespace hanbat::region
