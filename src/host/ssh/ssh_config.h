// What OpenSSH is told: the server that takes git clients, and the clients of this machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hanbat::host {

/// Whether who has a key may have the server pass on connections, to addresses that CodeCommit names for it. So where
/// the region is open to a network, whose users reach their instances by no other way.
enum class SshJump { kNo, kYes };

/// Where the parts of git over SSH lie.
struct SshPlaces {
  std::string folder;    ///< of root: host keys, configurations, in run/ what the server itself writes
  std::string door;      ///< CodeCommit's socket
  std::string programs;  ///< hanbat-git-ssh and hanbat-ssh-names.so
  std::string address;   ///< where the server listens, at port 22
  SshJump jump = SshJump::kNo;
};

/// By which name this machine's clients know the server, whatever name they came by.
inline constexpr const char* kSshHostName = "git-codecommit.hanbat";

/// The kinds of host keys that the server has.
std::vector<std::string> ssh_key_kinds();
std::string ssh_host_key(const std::string& folder, std::string_view kind);

/// The server's configuration: public keys alone, asked of CodeCommit, and nothing but what comes with them.
std::string sshd_config(const SshPlaces& places);
/// The clients': CodeCommit's names lead to the server, whose keys are known; all else is the user's own.
std::string ssh_client_config(const SshPlaces& places);

}  // namespace hanbat::host
