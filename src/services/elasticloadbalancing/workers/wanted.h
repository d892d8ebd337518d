// What the rows ask of the host side's balancers, as one whole state.
#pragma once

#include "host/actions.h"
#include "region/vault.h"
#include "store/database.h"

namespace hanbat::elasticloadbalancing {

/// All balancers and the groups that they use, over all accounts and regions. The vault opens the certificates' keys.
host::BalancersSpec wanted_balancers(store::Tx& tx, const region::Vault& vault);

}  // namespace hanbat::elasticloadbalancing
