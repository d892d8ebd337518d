// Keys made and read.
#include "services/ec2/security/keys.h"

#include <gtest/gtest.h>

#include "wire/testing.h"

namespace hanbat::ec2 {
namespace {

TEST(Keys, AreMadeInTheFormsThatSshReads) {
  const NewKey rsa = make_key(KeyKind::kRsa);
  EXPECT_TRUE(rsa.private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----")) << rsa.private_key.substr(0, 40);
  EXPECT_EQ(rsa.fingerprint.size(), 59U);
  EXPECT_TRUE(rsa.public_key.starts_with("ssh-rsa AAAA"));
  const NewKey ed = make_key(KeyKind::kEd25519);
  EXPECT_TRUE(ed.private_key.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
  EXPECT_EQ(ed.fingerprint.size(), 44U);
}

TEST(Keys, ReportTheFingerprintOfAnImportedKeyAsSshKeygenDoes) {
  // ssh-keygen -t ed25519; the fingerprint by ssh-keygen -lf.
  const ReadKey ed = read_public_key(make_key(KeyKind::kEd25519).public_key + " someone@somewhere\n");
  EXPECT_EQ(ed.kind, KeyKind::kEd25519);
  const NewKey rsa = make_key(KeyKind::kRsa);
  const ReadKey read = read_public_key(rsa.public_key);
  EXPECT_EQ(read.public_key, rsa.public_key);
  EXPECT_EQ(read.fingerprint.size(), 47U);
}

TEST(Keys, RefuseWhatIsNoKey) {
  for (const char* text : {"", "ssh-rsa", "ssh-rsa AAAA", "nonsense", "ssh-dss AAAAB3NzaC1kc3MAAAA="})
    EXPECT_EQ(wire::code_of([&] { read_public_key(text); }), "InvalidKey.Format") << text;
}

}  // namespace
}  // namespace hanbat::ec2
