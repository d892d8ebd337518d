// How many instances carry a command out at the same time, and after how many failures no further one begins:
// MaxConcurrency and MaxErrors of SendCommand, "10" or "10%".
// https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
#pragma once

#include <string>
#include <vector>

#include "region/region.h"
#include "services/ssm/commands/store.h"

namespace hanbat::ssm {

/// Of a number, or of so many percent of the targets.
std::size_t count_of(const std::string& limit, std::size_t targets);

/// Lets only so many of a new command's invocations begin; the others are held until `go_on` lets them.
void hold_back(const CommandRow& command, std::vector<Invocation>& all);
bool is_held(const Invocation& i);

/// An invocation of the command has ended: as many of those that are held begin as may, or none any more, when too many
/// have failed.
void go_on(region::Region& home, store::Tx& tx, const Place& place, const std::string& command);

}  // namespace hanbat::ssm
