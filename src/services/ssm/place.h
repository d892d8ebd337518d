// Where things are: the account and region that a request is about.
#pragma once

#include "region/request.h"
#include "region/resources.h"

namespace hanbat::ssm {

using region::Place;

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

}  // namespace hanbat::ssm
