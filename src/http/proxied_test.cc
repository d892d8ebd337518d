// A proxy's word on whose connection it passes on.
#include "http/proxied.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>

#include "http/authority.h"
#include "http/testing.h"
#include "os/files.h"

namespace hanbat::http {
namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string header(char command, char family, const std::string& addresses) {
  return kSignature + command + family + static_cast<char>(addresses.size() >> 8) +
         static_cast<char>(addresses.size() & 0xff) + addresses;
}

const std::string kFour("\x0a\x01\x02\x03\xc0\xa8\x00\x09\x30\x39\x01\xbb", 12);

TEST(ProxiedHeader, TellsWhoTheClientIsAndWhereItConnectedTo) {
  const std::string whole = header(0x21, 0x11, kFour + "more");
  EXPECT_EQ(proxied_size(whole), whole.size());
  const auto ends = read_proxied_header(whole);
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->client.address, "10.1.2.3");
  EXPECT_EQ(ends->client.port, 12345);
  EXPECT_EQ(ends->server.address, "192.168.0.9");
  EXPECT_EQ(ends->server.port, 443);

  const std::string six = std::string(15, '\0') + "\x01" + std::string(15, '\0') + "\x02" + kFour.substr(8);
  EXPECT_EQ(read_proxied_header(header(0x21, 0x21, six))->client.address, "::1");
}

TEST(ProxiedHeader, WhatIsNoneIsRefused) {
  EXPECT_FALSE(proxied_size("GET / HTTP/1.1\r\n"));
  EXPECT_FALSE(proxied_size(kSignature));
  EXPECT_FALSE(proxied_size(kSignature + std::string("\x21\x11\xff\xff", 4)));  // too long
  EXPECT_FALSE(read_proxied_header(header(0x20, 0x11, kFour)));                 // the proxy's own
  EXPECT_FALSE(read_proxied_header(header(0x21, 0x31, kFour)));                 // no IP
  EXPECT_FALSE(read_proxied_header(header(0x21, 0x11, kFour.substr(0, 11))));
  EXPECT_FALSE(read_proxied_header(header(0x21, 0x21, kFour)));
  EXPECT_FALSE(read_proxied_header(header(0x21, 0x11, kFour) + "x"));
}

Fd connect_abstract(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("connect");
  return fd;
}

/// Whether TLS comes about behind those bytes.
bool shakes_hands(const std::string& name, const std::string& bytes) {
  const Fd fd = connect_abstract(name);
  write_all(fd.get(), bytes);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(session.get(), fd.get());
  return SSL_connect(session.get()) == 1;
}

TEST(ProxiedListener, IsForTheProxysUserAloneAndWantsItsHeaderBeforeTls) {
  const TemporaryFolder folder;
  Authority authority(folder.path());
  Running running({.authority = &authority});
  const std::string name = "hanbat-test-" + std::to_string(::getpid());
  running.server().add_listener(listen_abstract(name + "-a"), {"listen", Transport::kProxied, ::getuid()});
  running.server().add_listener(listen_abstract(name + "-b"), {"listen", Transport::kProxied, ::getuid() + 1});
  const std::string head = header(0x21, 0x11, kFour);
  EXPECT_TRUE(shakes_hands(name + "-a", head));
  EXPECT_FALSE(shakes_hands(name + "-a", ""));
  EXPECT_FALSE(shakes_hands(name + "-a", header(0x20, 0x11, kFour)));
  EXPECT_FALSE(shakes_hands(name + "-b", head));
}

}  // namespace
}  // namespace hanbat::http
