// What a server shows is told whoever signed it.
#include "http/shown_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/authority.h"
#include "http/testing.h"
#include "os/files.h"

namespace hanbat::http {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(ShownCertificates, AreThoseThatTheServerShowsWhoeverSignedThem) {
  const TemporaryFolder folder;
  Authority authority(folder.path());
  Running running({.authority = &authority});
  const std::uint16_t port = running.add(Transport::kTls, "edge");
  const auto shown = shown_certificates({.scheme = Endpoint::Scheme::kHttps,
                                         .host = "codecommit.ap-northeast-2.amazonaws.com",
                                         .port = port,
                                         .connect_address = "127.0.0.1"},
                                        5s);
  ASSERT_FALSE(shown.empty());
  EXPECT_THAT(shown.front(), HasSubstr("codecommit.ap-northeast-2.amazonaws.com"));
  EXPECT_EQ(shown.front().front(), '\x30') << "a sequence in DER";
  EXPECT_THROW(shown_certificates({.host = "127.0.0.1", .port = running.port}, 5s), Error) << "no TLS there";
}

}  // namespace
}  // namespace hanbat::http
