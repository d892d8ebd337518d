// How a command begins, whoever asks for it.
#pragma once

#include <set>
#include <string>

#include "region/region.h"
#include "services/ssm/commands/store.h"

namespace hanbat::ssm {

/// Writes the command and an invocation of it per instance, and wakes their agents.
void begin(region::Region& home, store::Tx& tx, const CommandRow& command, const std::set<std::string>& ids);

}  // namespace hanbat::ssm
