#include "host/ssh/ssh_config.h"

#include <fmt/format.h>

namespace hanbat::host {

std::vector<std::string> ssh_key_kinds() { return {"ed25519", "rsa"}; }

std::string ssh_host_key(const std::string& folder, std::string_view kind) {
  return fmt::format("{}/ssh_host_{}_key", folder, kind);
}

std::string sshd_config(const SshPlaces& places) {
  std::string config = fmt::format("ListenAddress {}:22\nPidFile {}/run/sshd.pid\n", places.address, places.folder);
  for (const auto& kind : ssh_key_kinds()) config += "HostKey " + ssh_host_key(places.folder, kind) + "\n";
  // sshd wants the command's file, and all folders above it, to be root's alone, which a build folder need not be: env
  // is. The file runs with no more rights than sshd, and these are none.
  config +=
      fmt::format("AuthorizedKeysCommand /usr/bin/env {}/hanbat-git-ssh key {} %u\nAuthorizedKeysCommandUser %u\n",
                  places.programs, places.door);
  return config +
         "AuthorizedKeysFile none\n"
         "AuthenticationMethods publickey\n"
         "PasswordAuthentication no\n"
         "KbdInteractiveAuthentication no\n"
         "HostbasedAuthentication no\n"
         "UsePAM no\n"
         "UseDNS no\n"
         "AcceptEnv GIT_PROTOCOL\n" +
         (places.jump == SshJump::kNo ? "DisableForwarding yes\n"
                                      // From the client to what its key's line allows, and nothing else.
                                      : "AllowTcpForwarding local\n"
                                        "PermitListen none\n"
                                        "GatewayPorts no\n"
                                        "AllowStreamLocalForwarding no\n"
                                        "AllowAgentForwarding no\n"
                                        "X11Forwarding no\n"
                                        "PermitTunnel no\n") +
         "PermitTTY no\n"
         "PermitUserRC no\n"
         "PrintMotd no\n"
         "PrintLastLog no\n"
         "LoginGraceTime 30\n"
         "MaxAuthTries 6\n"
         "MaxSessions 4\n"
         // Of a network all come by one proxy, which holds each address to its share (listening/).
         + (places.jump == SshJump::kNo ? "MaxStartups 16:30:64\n" : "MaxStartups 128:30:512\n") +
         // A client that is gone without a word is known after three minutes.
         "ClientAliveInterval 60\n"
         "ClientAliveCountMax 3\n";
}

std::string ssh_client_config(const SshPlaces& places) {
  return fmt::format(
      "# git over SSH to this region, for ssh -F; hanbat env names it. Written by hanbat-hostd at each start.\n"
      "Host git-codecommit.*.amazonaws.com git-codecommit-fips.*.amazonaws.com\n"
      "  HostName {}\n"
      "  HostKeyAlias {}\n"
      "  CheckHostIP no\n"
      "  UserKnownHostsFile {}/known_hosts\n"
      "# Whose key, and which, stands in your own configuration, as for AWS.\n"
      "Match all\n"
      "Include ~/.ssh/config\n"
      "Include /etc/ssh/ssh_config\n",
      places.address, kSshHostName, places.folder);
}

}  // namespace hanbat::host
