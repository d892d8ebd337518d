// A principal as JSON, for what outlives a call and must decide as it did: the sessions that iam keeps, the login
// tokens of ECR.
#pragma once

#include "base/json.h"
#include "region/identity.h"

namespace hanbat::region {

/// Who the caller is and what bounds it, without how this one call came (address, signature, connection, service).
Json write_caller(const Caller& caller);
Caller read_caller(const Json& json);

}  // namespace hanbat::region
