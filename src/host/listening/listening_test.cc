// Where a region may be open, and what HAProxy is told of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/error.h"
#include "host/listening/listen_config.h"
#include "host/listening/setting.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ListenSetting, IsKeptAndTakenBack) {
  const TemporaryFolder folder;
  EXPECT_FALSE(ListenSetting::find(folder.path()));
  const auto setting = ListenSetting::require("192.168.0.9:8443", "Class.Example.org", 2200);
  setting.save(folder.path());
  EXPECT_EQ(ListenSetting::find(folder.path()), setting);
  EXPECT_EQ(setting.authority(), "class.example.org:8443");
  EXPECT_EQ(ListenSetting::require("192.168.0.9", "class.example.org", 2200).authority(), "class.example.org");
  ListenSetting::remove(folder.path());
  EXPECT_FALSE(ListenSetting::find(folder.path()));
}

TEST(ListenSetting, WhatIsNoAddressOfOneMachineOrNoNameForAwssNamesIsRefused) {
  for (const char* address : {"", "0.0.0.0", "224.0.0.1", "255.255.255.255", "eth0", "192.168.0.9:", "192.168.0.9:0",
                              "192.168.0.9:70000", "::1", "192.168.0.9:2222"})
    EXPECT_THROW(ListenSetting::require(address, "class.example.org", 2222), HostError) << address;
  for (const char* name : {"", "class", "192.168.0.9", "a..b", "-a.b", "a b.c", "s3.example.org", "s3-lab.example.org",
                           "elb.example.org", "x.amazonaws.com", "region.localhost", "a.b\nbind *:1", "*.example.org"})
    EXPECT_THROW(ListenSetting::require("192.168.0.9", name, 2222), HostError) << name;
}

TEST(ListenSetting, AFileThatSomebodyBrokeIsToldAndNotTakenForClosed) {
  const TemporaryFolder folder;
  make_folders(folder.path() + "/listen");
  write_file_atomic(folder.path() + "/listen/setting.json", R"({"address":"0.0.0.0","port":1})");
  EXPECT_THROW(ListenSetting::find(folder.path()), HostError);
}

TEST(ListenConfig, LetsTlsForItsOwnNamesInAndNothingElse) {
  const auto setting = ListenSetting::require("192.168.0.9", "class.example.org", 2222);
  const HaproxyFiles files = haproxy_of_listening(setting, "198.18.0.1", "/state/listening", {{"a.pem", "PRIVATE"}});
  for (const char* line :
       {"  bind 192.168.0.9:443\n", "  acl ours req.ssl_sni -i class.example.org\n",
        "  acl ours req.ssl_sni -m end -i .class.example.org\n",
        "  tcp-request content accept if { req.ssl_hello_type 1 } ours\n  tcp-request content reject\n",
        "  use_backend balancers_tls if { req.ssl_sni -m end -i .elb.class.example.org }\n  default_backend hanbatd\n",
        "  server hanbatd abns@hanbat-door send-proxy-v2\n", "  bind 192.168.0.9:2222\n",
        "  server sshd 198.18.0.1:22\n", "  chroot /state/listening/root\n"})
    EXPECT_THAT(files.config, HasSubstr(line));
  EXPECT_THAT(files.config, Not(HasSubstr("PRIVATE")));
  EXPECT_EQ(files.secrets.at("a.pem"), "PRIVATE");
}

}  // namespace
}  // namespace hanbat::host
