// Why things of the region are as they are. It keeps nothing: every answer is made of what the other services say to
// the caller at that moment.
#pragma once

#include "gen/explain/operations.h"
#include "region/region.h"

namespace hanbat::explain {

using region::Request;

class Explain final : public Operations {
 public:
  explicit Explain(region::Region&) {}

#include "gen/explain/methods.inc"
};

}  // namespace hanbat::explain
