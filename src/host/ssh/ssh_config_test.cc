// What OpenSSH is told, as text.
#include "host/ssh/ssh_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const SshPlaces kPlaces{"/state/host/ssh", "/state/ssh/git.sock", "/programs", "198.18.0.1"};

TEST(SshConfig, TheServerAsksCodeCommitForKeysAndTakesNothingElse) {
  const std::string config = sshd_config(kPlaces);
  EXPECT_THAT(config, HasSubstr("ListenAddress 198.18.0.1:22\n"));
  EXPECT_THAT(config,
              HasSubstr("AuthorizedKeysCommand /usr/bin/env /programs/hanbat-git-ssh key /state/ssh/git.sock %u\n"));
  for (const char* line : {"AuthenticationMethods publickey", "PasswordAuthentication no", "AuthorizedKeysFile none",
                           "DisableForwarding yes", "PermitTTY no", "PermitUserRC no"})
    EXPECT_THAT(config, HasSubstr(std::string(line) + "\n"));
}

TEST(SshConfig, AJumpServerForwardsFromItsClientsToWhatTheirKeysAllowAndNothingElse) {
  SshPlaces places = kPlaces;
  places.jump = SshJump::kYes;
  const std::string config = sshd_config(places);
  EXPECT_THAT(config, Not(HasSubstr("DisableForwarding")));
  for (const char* line :
       {"AllowTcpForwarding local", "PermitListen none", "GatewayPorts no", "AllowStreamLocalForwarding no",
        "AllowAgentForwarding no", "X11Forwarding no", "PermitTunnel no", "PermitTTY no", "AuthorizedKeysFile none"})
    EXPECT_THAT(config, HasSubstr(std::string(line) + "\n"));
}

TEST(SshConfig, TheClientsKnowTheServerByOneNameAndKeepTheirOwnSettings) {
  const std::string config = ssh_client_config(kPlaces);
  EXPECT_THAT(config, HasSubstr("Host git-codecommit.*.amazonaws.com "));
  EXPECT_THAT(config, HasSubstr("  HostName 198.18.0.1\n"));
  EXPECT_THAT(config, HasSubstr("UserKnownHostsFile /state/host/ssh/known_hosts\n"));
  EXPECT_LT(config.find("Match all"), config.find("Include ~/.ssh/config"));
  EXPECT_THAT(config, Not(HasSubstr("IdentityFile")));
}

}  // namespace
}  // namespace hanbat::host
