// How a command begins, whoever asks for it.
#pragma once

#include <set>
#include <string>

#include "region/region.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/documents.h"

namespace hanbat::ssm {

/// A command that carries out the plan of the document, without whom it is for.
CommandRow command_of(const Document& document, const Plan& plan, const Place& place, Timestamp now, Seconds delivery);
/// What the command carries out.
Plan steps_of(const CommandRow& command);

/// Writes the command and an invocation of it per instance, and wakes their agents.
void begin(region::Region& home, store::Tx& tx, const CommandRow& command, const std::set<std::string>& ids);

}  // namespace hanbat::ssm
