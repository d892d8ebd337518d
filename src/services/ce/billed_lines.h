// The ledger's lines as they are charged: with what of them is free. Of some things an account has the beginning of
// each month free (100 gigabytes to the internet, 10 alarms), so what of one line is depends on those before it.
// Source: https://aws.amazon.com/free/ ("Always free"), and the price pages that the file of prices names
#pragma once

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
  Free free;
};

/// The lines of these accounts that lie, at least in part, within the period. Which of them are free is told of the
/// whole account, whatever is then left out.
std::vector<BilledLine> list_billed(store::Tx& tx, std::span<const std::string> accounts, const Period& period,
                                    const Prices& prices);

/// From the month's beginning, when so much (of the unit, for the whole month) of what goes on in these lines has been
/// used up; the whole month when it is not. What has no end goes on. Pure.
Period free_time(std::span<const region::UsageLine> lines, Timestamp month, double free);

}  // namespace hanbat::ce
