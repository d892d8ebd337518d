// What a competitor is handed who comes from a machine of their own, where the region is open to a network: the same
// account by the operator's name, with everything that a machine needs which knows nothing of the region.
#pragma once

#include <filesystem>
#include <string>

#include "host/listening/setting.h"
#include "main/cli/home.h"
#include "main/cli/task/entry.h"

namespace hanbat::cli::task {

/// The competitor's SSH key of IAM, for git over SSH and the way to their instances: made, and brought into the
/// account, the first time. Returns its id (APKA…). The private half is work/ssh-key of the competitor's folder.
std::string make_ssh_key(const std::filesystem::path& folder, RegionApi& owner);

struct NetworkKit {
  host::ListenSetting setting;
  std::string ssh_key_id;
  std::string key_pair;      // the name of the pack's key pair, a file of the kit; "" for none
  std::string public_range;  // "198.19.*": instances' public addresses, as ssh's patterns have it
};

/// Puts into the kit, or makes anew there: credentials.sh, aws/, ca.pem, ssh/, docker/certs.d/, hosts,
/// NETWORK.<language>.txt.
void add_network(const Home& home, const Entry& entry, const NetworkKit& network, const std::filesystem::path& folder);

/// Shell lines, to be read from the kit's folder wherever that is.
std::string network_shell_lines(const Entry& entry, const NetworkKit& network);

}  // namespace hanbat::cli::task
