#include "host/machines/shares.h"

#include <algorithm>
#include <fstream>

#include "os/files.h"

namespace hanbat::host {
namespace {

// An account's whole share, beside the usual 1024 (and 100) of everything else on the machine, the daemons among it: as
// much for ten accounts as for the daemons would leave these waiting.
constexpr int kSharesOfAccount = 512;  // version 1: cpu.shares
constexpr int kWeightOfAccount = 50;   // version 2: cpu.weight
constexpr int kLeastShares = 2;

std::string account_of(const MachineState& machine) {
  const auto label = std::ranges::find(machine.labels, "account", &Label::key);
  return label == machine.labels.end() ? "" : label->value;
}

void write_if_there(const std::string& path, int value) {
  if (!path_exists(path)) return;
  std::ofstream(path) << value;  // of a machine that ends meanwhile it fails, and nothing is lost
}

}  // namespace

std::map<std::string, int> shares_of(const std::vector<MachineState>& machines) {
  std::map<std::string, std::vector<std::string>> of_account;
  for (const MachineState& each : machines)
    if (each.status == MachineStatus::kRunning) of_account[account_of(each)].push_back(each.name);
  std::map<std::string, int> shares;
  for (const auto& [account, names] : of_account)
    for (const std::string& name : names) shares[name] = std::max(1, 100 / static_cast<int>(names.size()));
  return shares;
}

void give_share(const std::string& name, int percent, const std::string& root) {
  const std::string group = "/lxc.payload." + name;
  write_if_there(root + "/cpu" + group + "/cpu.shares", std::max(kLeastShares, kSharesOfAccount * percent / 100));
  write_if_there(root + group + "/cpu.weight", std::max(1, kWeightOfAccount * percent / 100));
}

}  // namespace hanbat::host
