// An installed region under systemd: hanbat.service starts and stops it, so that it comes back at boot and goes down in
// order, and `hanbat up` and `hanbat down` are that unit's.
#pragma once

#include <string>

#include "main/cli/home.h"

namespace hanbat::cli {

/// Whether hanbat.service keeps this region: this is the installed program, systemd runs, and neither another state
/// folder nor another port is asked for. False inside of the unit itself.
bool is_managed(const Home& home);
/// Whether this runs for the unit. It starts the daemons alone: machine images take their time, and who starts the unit
/// brings them.
bool is_unit();
bool is_unit_active();
/// systemctl <verb> hanbat.service; prints what the unit said. Throws Failure when it failed.
void change_unit(const std::string& verb);

}  // namespace hanbat::cli
