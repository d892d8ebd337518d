// checkip.amazonaws.com: the site at which a machine asks for its own public address.
#pragma once

#include "http/server.h"

namespace hanbat::region {

/// Answers a request for the site with the address that it came from and a line's end, as text, and returns true;
/// leaves all others alone. The site is no service: nobody signs for it, and it is in no trail. AWS's own
/// tutorials have scripts ask it for the address that a security group is to let in.
bool answer_own_address(http::Exchange& exchange);

}  // namespace hanbat::region
