// SSH keys: made and read, with the fingerprints that EC2 tells.
#pragma once

#include <string>
#include <string_view>

#include "base/words.h"

namespace hanbat::ec2 {

enum class KeyKind { kRsa, kEd25519 };

struct NewKey {
  std::string private_key;  // PEM: PKCS#1 of RSA, OpenSSH's own form of Ed25519
  std::string public_key;   // "ssh-rsa AAAA…"
  std::string
      fingerprint;  // RSA: SHA-1 of the private key's PKCS#8 DER, with colons; Ed25519: SHA-256 of the public key
};

NewKey make_key(KeyKind kind);

struct ReadKey {
  KeyKind kind;
  std::string public_key;
  std::string fingerprint;  // RSA: MD5 of the public key's DER, with colons; Ed25519: SHA-256 of the public key
};

/// Reads a public key in OpenSSH's form ("ssh-rsa AAAA… comment") or its base64 alone, as RFC 4716 writes it, as DER,
/// in base64 or not, or as PEM. RSA from 1024 to 4096 bits, or Ed25519. Throws wire::Error InvalidKey.Format (400) when
/// it is none of them.
ReadKey read_public_key(std::string_view text);

}  // namespace hanbat::ec2

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::KeyKind> = std::to_array<hanbat::Word<hanbat::ec2::KeyKind>>(
    {{hanbat::ec2::KeyKind::kRsa, "rsa"}, {hanbat::ec2::KeyKind::kEd25519, "ed25519"}});
