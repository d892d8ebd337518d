// Who gets the processors when there are too few: each account the same share, however many machines it has. A share
// counts only while others want theirs; an idle machine's is everybody's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/machines/spec.h"

namespace hanbat::host {

/// Of a hundred, what each running machine has for itself of its account's share: by name, at least one. Machines
/// without the label `account` are of one account.
std::map<std::string, int> shares_of(const std::vector<MachineState>& machines);

/// Writes a machine's share into its control group, of whichever version there is. `root` is where these are mounted.
/// Nothing when the machine has gone.
void give_share(const std::string& name, int percent, const std::string& root = "/sys/fs/cgroup");

}  // namespace hanbat::host
