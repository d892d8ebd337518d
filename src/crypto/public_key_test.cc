// Public keys in every form that people have them in.
#include "crypto/public_key.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace hanbat::crypto {
namespace {

// ssh-keygen -t rsa -b 2048, and the same by ssh-keygen -e -m RFC4716.
const std::string kBase64 =
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDON52+jzox+gU2HhCkarGUblipbxv9rdLbdVdfXegFmoRcvyVDGGN/ufk3xM+A"
    "wZfwKqA5sVkkWDGiBXh6R24K6el+M0jOHsuqK2lkTGLhq+xBHy/9qFIKrpni+LT+WINgwAv8y6RYIO6KDFvhIc6LFLwm"
    "3X6nnffGK2GH07fTD+Xn7nIpwFdJX19iagT2kF/sm5+8EeSUpDutR8gUF1zDeWzRUbZuxfiLRMWzrZvoItJLuxeQ2NfM"
    "PvbEMhHp7xbT7voZZmpeKfiYJfRopbfHSOPG7pUNlJk5smgfcvZ/UmrAanJ+daZRwqju7VTgcOuTItL14KGAGlY+T3Cb"
    "jv0T";
const std::string kRfc4716 =
    "---- BEGIN SSH2 PUBLIC KEY ----\n"
    "Comment: \"2048-bit RSA, converted by root@vm from OpenSSH\"\n"
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDON52+jzox+gU2HhCkarGUblipbxv9rdLbdVdfXe\n"
    "gFmoRcvyVDGGN/ufk3xM+AwZfwKqA5sVkkWDGiBXh6R24K6el+M0jOHsuqK2lkTGLhq+xB\n"
    "Hy/9qFIKrpni+LT+WINgwAv8y6RYIO6KDFvhIc6LFLwm3X6nnffGK2GH07fTD+Xn7nIpwF\n"
    "dJX19iagT2kF/sm5+8EeSUpDutR8gUF1zDeWzRUbZuxfiLRMWzrZvoItJLuxeQ2NfMPvbE\n"
    "MhHp7xbT7voZZmpeKfiYJfRopbfHSOPG7pUNlJk5smgfcvZ/UmrAanJ+daZRwqju7VTgcO\n"
    "uTItL14KGAGlY+T3Cbjv0T\n"
    "---- END SSH2 PUBLIC KEY ----";

TEST(PublicKey, IsTheSameInEveryForm) {
  const auto key = find_public_key("ssh-rsa " + kBase64 + " someone@somewhere\n");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->bits, 2048);
  EXPECT_EQ(key->line(), "ssh-rsa " + kBase64);
  for (const std::string& text : {kBase64, kRfc4716, key->pem(), key->der, to_base64(key->der)}) {
    const auto same = find_public_key(text);
    ASSERT_TRUE(same) << text;
    EXPECT_EQ(same->line(), key->line());
  }
}

TEST(PublicKey, OfEd25519IsReadAsALine) {
  const std::string line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDpqGxeH51iItMgQSOT3aMdCWjQ0pdWb45iCurADy/b2";
  const auto key = find_public_key(line + " x");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kind, PublicKey::Kind::kEd25519);
  EXPECT_EQ(key->line(), line);
  EXPECT_EQ(find_public_key_of_der(key->der)->line(), line);
}

TEST(PublicKey, IsNoneOfWhatIsNone) {
  for (const char* text : {"", "ssh-rsa", "ssh-rsa AAAA", "nonsense",
                           "ssh-dss AAAAB3NzaC1kc3MAAAA=", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                           "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n"})
    EXPECT_FALSE(find_public_key(text)) << text;
}

TEST(PublicKey, FingerprintsHaveColons) { EXPECT_EQ(with_colons("\x01\xab"), "01:ab"); }

}  // namespace
}  // namespace hanbat::crypto
