// Keys made and read.
#include "services/ec2/security/keys.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/public_key.h"
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

TEST(Keys, AreReadInEveryFormThatEc2Names) {
  // ssh-keygen -t rsa -b 3072, and the same by ssh-keygen -e -m RFC4716, and by openssl pkey -pubin -outform DER |
  // base64.
  const std::string line =
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC40HYYN7IvnINJwJLdRr2tzCOCn4Vcl70V1/BkGAraWCxSlLVLxVLkehf86sQO"
      "JzzzJYEhmoGd+R7ztV9hqElDpypIYcW5orUORmVL8/+J1NiZvXZuAdZ7bqkrwIeh9acqD8eCRzkFeuaGfGPUTkq4JO8/RMOxop2k"
      "Dq/XpfLbqPWEpklKTRopAPRGWuKtQV7IqNrWm4oG+W/2jJYVrmh7i9GBVYi1hPmZz/Fxg90qRH03Wej1v63V8+bjF6scRDhEXHEW"
      "WiFSt6ckbh9Xwvjvn585KXR6sMZwsVlCt6vC8wBXBVDfhP4ucn90b5eYPh7Xz4COv+4WXEqTs4oMxwp2knkzkNfhWo0aEzcJlf2k"
      "0TMsqrhY3Y2f0d+H96B1ndY2EGnoyJWEZWqIgMXdIdiCU7uukmIlaZJ2ZotGIx6IQ8u3kyaZxljEZzr8lkEsI+C9SHIuuztUUT9Q"
      "wwSdCANTVNmRkhlM3trwQXwuVFGC31Fjev/N3dkVKQqHFazrGEE= someone@somewhere";
  const ReadKey key = read_public_key(line);
  EXPECT_EQ(key.kind, KeyKind::kRsa);
  EXPECT_EQ(key.fingerprint, "bc:86:44:4b:50:65:5e:dd:01:d9:69:4e:6d:a8:9b:b3");
  const std::string rfc4716 =
      "---- BEGIN SSH2 PUBLIC KEY ----\n"
      "Comment: \"3072-bit RSA, converted by root@vm from OpenSSH\"\n"
      "AAAAB3NzaC1yc2EAAAADAQABAAABgQC40HYYN7IvnINJwJLdRr2tzCOCn4Vcl70V1/BkGA\n"
      "raWCxSlLVLxVLkehf86sQOJzzzJYEhmoGd+R7ztV9hqElDpypIYcW5orUORmVL8/+J1NiZ\n"
      "vXZuAdZ7bqkrwIeh9acqD8eCRzkFeuaGfGPUTkq4JO8/RMOxop2kDq/XpfLbqPWEpklKTR\n"
      "opAPRGWuKtQV7IqNrWm4oG+W/2jJYVrmh7i9GBVYi1hPmZz/Fxg90qRH03Wej1v63V8+bj\n"
      "F6scRDhEXHEWWiFSt6ckbh9Xwvjvn585KXR6sMZwsVlCt6vC8wBXBVDfhP4ucn90b5eYPh\n"
      "7Xz4COv+4WXEqTs4oMxwp2knkzkNfhWo0aEzcJlf2k0TMsqrhY3Y2f0d+H96B1ndY2EGno\n"
      "yJWEZWqIgMXdIdiCU7uukmIlaZJ2ZotGIx6IQ8u3kyaZxljEZzr8lkEsI+C9SHIuuztUUT\n"
      "9QwwSdCANTVNmRkhlM3trwQXwuVFGC31Fjev/N3dkVKQqHFazrGEE=\n"
      "---- END SSH2 PUBLIC KEY ----";
  EXPECT_EQ(read_public_key(rfc4716).public_key, key.public_key);
  const std::string der =
      "MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAuNB2GDeyL5yDScCS3Ua9rcwjgp+FXJe9\n"
      "FdfwZBgK2lgsUpS1S8VS5HoX/OrEDic88yWBIZqBnfke87VfYahJQ6cqSGHFuaK1DkZlS/P/idTY\n"
      "mb12bgHWe26pK8CHofWnKg/Hgkc5BXrmhnxj1E5KuCTvP0TDsaKdpA6v16Xy26j1hKZJSk0aKQD0\n"
      "RlrirUFeyKja1puKBvlv9oyWFa5oe4vRgVWItYT5mc/xcYPdKkR9N1no9b+t1fPm4xerHEQ4RFxx\n"
      "FlohUrenJG4fV8L475+fOSl0erDGcLFZQrerwvMAVwVQ34T+LnJ/dG+XmD4e18+Ajr/uFlxKk7OK\n"
      "DMcKdpJ5M5DX4VqNGhM3CZX9pNEzLKq4WN2Nn9Hfh/egdZ3WNhBp6MiVhGVqiIDF3SHYglO7rpJi\n"
      "JWmSdmaLRiMeiEPLt5MmmcZYxGc6/JZBLCPgvUhyLrs7VFE/UMMEnQgDU1TZkZIZTN7a8EF8LlRR\n"
      "gt9RY3r/zd3ZFSkKhxWs6xhBAgMBAAE=";
  EXPECT_EQ(read_public_key(der).public_key, key.public_key);
  EXPECT_EQ(read_public_key(*from_base64(replace_all(der, "\n", ""))).public_key, key.public_key);
}

/// An RSA key's line with a modulus of so many bits, which need not have factors to be read.
std::string rsa_line(std::size_t bits) {
  using crypto::ssh_string;
  std::string modulus(bits / 8, '\x55');
  modulus.front() = '\x80';
  const std::string blob =
      ssh_string("ssh-rsa") + ssh_string(std::string("\1\0\1", 3)) + ssh_string(std::string(1, '\0') + modulus);
  return "ssh-rsa " + to_base64(blob);
}

TEST(Keys, TakeRsaFrom1024BitsTo4096) {
  for (const std::size_t bits : {1024, 1536, 2048, 3072, 4096})
    EXPECT_EQ(wire::code_of([&] { read_public_key(rsa_line(bits)); }), "") << bits;
  for (const std::size_t bits : {512, 1016, 4104, 8192})
    EXPECT_EQ(wire::code_of([&] { read_public_key(rsa_line(bits)); }), "InvalidKey.Format") << bits;
}

TEST(Keys, RefuseWhatIsNoKey) {
  for (const char* text : {"", "ssh-rsa", "ssh-rsa AAAA", "nonsense", "ssh-dss AAAAB3NzaC1kc3MAAAA="})
    EXPECT_EQ(wire::code_of([&] { read_public_key(text); }), "InvalidKey.Format") << text;
}

}  // namespace
}  // namespace hanbat::ec2
