// Public keys of people, as SSH and AWS's APIs write them: read from every form that is about, and told in each. The
// arithmetic is OpenSSL's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat::crypto {

struct PublicKey {
  enum class Kind { kRsa, kEd25519 };
  Kind kind = Kind::kRsa;
  int bits = 0;
  std::string blob;  // as it goes over SSH (RFC 4253)
  std::string der;   // SubjectPublicKeyInfo

  /// "ssh-rsa AAAA…", without a comment.
  std::string line() const;
  /// "-----BEGIN PUBLIC KEY-----…", the same as PEM.
  std::string pem() const;
};

/// Reads a public key in OpenSSH's form ("ssh-rsa AAAA… comment") or its base64 alone, as RFC 4716 writes it, or, of
/// RSA, as DER, in base64 or not, or as PEM. Nothing when it is none of them.
std::optional<PublicKey> find_public_key(std::string_view text);
/// The key of a SubjectPublicKeyInfo; nothing when it is none of RSA or Ed25519.
std::optional<PublicKey> find_public_key_of_der(std::string_view der);

/// RFC 4253's string: its length in four bytes, then itself.
std::string ssh_string(std::string_view bytes);
/// "7a:1d:…" of raw bytes, as fingerprints are written.
std::string with_colons(std::string_view bytes);

}  // namespace hanbat::crypto
