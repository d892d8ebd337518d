// One session on the instance, from the opening of its data channel to its end.
#pragma once

#include <string>

#include "border/session_message.h"
#include "guest/ssm_agent/gateway.h"

namespace hanbat::guest {

/// Blocks until the session is over: its shell has ended, the user or the region ended it, nobody typed anything for 20
/// minutes, or the region is away for a minute.
void run_session(Gateway& gateway, const border::SessionStart& start, const std::string& instance);

}  // namespace hanbat::guest
