// The ledger's lines as they are charged: with what of them is free. The first 100 gigabytes of a month that an account
// sends to the internet are, over all services and regions, so that of one line depends on those before it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "region/usage.h"
#include "services/ce/charges.h"
#include "services/ce/prices.h"
#include "store/database.h"

namespace hanbat::ce {

struct BilledLine {
  region::UsageLine usage;
  std::int64_t free = 0;  // of its quantity
};

/// The lines of these accounts that lie, at least in part, within the period. Which of them are free is told of the
/// whole account, whatever is then left out.
std::vector<BilledLine> list_billed(store::Tx& tx, std::span<const std::string> accounts, const Period& period,
                                    const Prices& prices);

}  // namespace hanbat::ce
