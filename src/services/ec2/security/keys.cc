#include "services/ec2/security/keys.h"

#include <fmt/format.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "wire/error.h"

namespace hanbat::ec2 {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(OSSL_ENCODER_CTX* p) const { OSSL_ENCODER_CTX_free(p); }
  void operator()(PKCS8_PRIV_KEY_INFO* p) const { PKCS8_PRIV_KEY_INFO_free(p); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;
using Key = Held<EVP_PKEY>;

using crypto::Digest;
using crypto::ssh_string;

// AWS names 1024, 2048 and 4096; ssh-keygen makes 3072 since OpenSSH 7.9, which people import without a word.
constexpr int kLeastRsaBits = 1024;
constexpr int kMostRsaBits = 4096;

std::string encode(const Key& key, int what, const char* format, const char* structure) {
  const Held<OSSL_ENCODER_CTX> context(OSSL_ENCODER_CTX_new_for_pkey(key.get(), what, format, structure, nullptr));
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (!context || OSSL_ENCODER_to_data(context.get(), &bytes, &size) != 1)
    throw std::runtime_error("cannot encode a key");
  std::string out(reinterpret_cast<char*>(bytes), size);
  OPENSSL_free(bytes);
  return out;
}

std::string pkcs8_der(const Key& key) {
  const Held<PKCS8_PRIV_KEY_INFO> info(EVP_PKEY2PKCS8(key.get()));
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &bytes);
  if (size <= 0) throw std::runtime_error("cannot encode a private key");
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

crypto::PublicKey public_half(const Key& key) {
  const auto open = crypto::find_public_key_of_der(encode(key, EVP_PKEY_PUBLIC_KEY, "DER", "SubjectPublicKeyInfo"));
  if (!open) throw std::runtime_error("cannot read the public half of a key");
  return *open;
}

/// The form that OpenSSH writes since 2014 (PROTOCOL.key), without a passphrase.
std::string openssh_private_key(const Key& key) {
  unsigned char secret[32];
  std::size_t size = sizeof secret;
  if (EVP_PKEY_get_raw_private_key(key.get(), secret, &size) != 1) throw std::runtime_error("no raw private key");
  unsigned char half[32];
  std::size_t half_size = sizeof half;
  if (EVP_PKEY_get_raw_public_key(key.get(), half, &half_size) != 1) throw std::runtime_error("no raw public key");
  const std::string open(reinterpret_cast<char*>(half), half_size);
  const std::string check = random_bytes(4);
  std::string inner = check + check + ssh_string("ssh-ed25519") + ssh_string(open) +
                      ssh_string(std::string(reinterpret_cast<char*>(secret), size) + open) + ssh_string("");
  for (char pad = 1; inner.size() % 8 != 0; ++pad) inner += pad;
  const std::string whole = std::string("openssh-key-v1") + '\0' + ssh_string("none") + ssh_string("none") +
                            ssh_string("") + std::string("\0\0\0\1", 4) + ssh_string(public_half(key).blob) +
                            ssh_string(inner);
  const std::string text = to_base64(whole);
  std::string pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  for (std::size_t at = 0; at < text.size(); at += 70) pem += text.substr(at, 70) + "\n";
  return pem + "-----END OPENSSH PRIVATE KEY-----";
}

wire::Error bad_format() {
  return wire::Error("InvalidKey.Format", 400, "Key is not in valid OpenSSH public key format");
}

}  // namespace

NewKey make_key(KeyKind kind) {
  if (kind == KeyKind::kEd25519) {
    const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) throw std::runtime_error("cannot make an Ed25519 key");
    const crypto::PublicKey open = public_half(key);
    return {openssh_private_key(key), open.line(), to_base64(crypto::digest(Digest::Kind::kSha256, open.blob))};
  }
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  if (!key) throw std::runtime_error("cannot make an RSA key");
  std::string pem = encode(key, EVP_PKEY_KEYPAIR, "PEM", "type-specific");
  while (!pem.empty() && pem.back() == '\n') pem.pop_back();
  return {std::move(pem), public_half(key).line(),
          crypto::with_colons(crypto::digest(Digest::Kind::kSha1, pkcs8_der(key)))};
}

ReadKey read_public_key(std::string_view given) {
  const auto key = crypto::find_public_key(given);
  if (!key) throw bad_format();
  if (key->kind == crypto::PublicKey::Kind::kEd25519)
    return {KeyKind::kEd25519, key->line(), to_base64(crypto::digest(Digest::Kind::kSha256, key->blob))};
  if (key->bits < kLeastRsaBits || key->bits > kMostRsaBits) throw bad_format();
  return {KeyKind::kRsa, key->line(), crypto::with_colons(crypto::digest(Digest::Kind::kMd5, key->der))};
}

}  // namespace hanbat::ec2
