// The certificate authority: its key stays with it and outlives it.
#include "http/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "os/files.h"
#include "os/process.h"

namespace hanbat::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Authority, KeepsItsKeyToItselfAndIsReadAgain) {
  const TemporaryFolder folder;
  std::string first;
  {
    Authority authority(folder.path());
    first = authority.ca_pem();
    const CertificatePem leaf = authority.issue({"www.example.test", "*.example.test", "10.0.0.1"});
    EXPECT_THAT(leaf.certificate, EndsWith(first));
    EXPECT_THAT(leaf.key, HasSubstr("PRIVATE KEY"));
    EXPECT_THROW(authority.issue({"a,DNS:b"}), std::invalid_argument);
  }
  EXPECT_EQ(Authority(folder.path()).ca_pem(), first);
  EXPECT_EQ(run_checked({"stat", "-c", "%a", folder.path() + "/ca.key"}), "600\n");
}

TEST(Authority, ACertificateThatWasBroughtIsForItsNamesAndItsKey) {
  const TemporaryFolder folder;
  Authority authority(folder.path());
  const CertificatePem one = authority.issue({"class.example.test", "*.class.example.test"});
  EXPECT_TRUE(is_certificate_for(one, "class.example.test"));
  EXPECT_TRUE(is_certificate_for(one, "s3.class.example.test"));
  EXPECT_FALSE(is_certificate_for(one, "git.eu-west-1.class.example.test"));
  EXPECT_THROW(is_certificate_for({one.certificate, authority.issue({"x.test"}).key}, "x.test"), std::runtime_error);
  EXPECT_THROW(authority.add_domain("class.example.test", CertificatePem{"", ""}), std::runtime_error);
}

}  // namespace
}  // namespace hanbat::http
