#include "services/ec2/security/keys.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "wire/error.h"

namespace hanbat::ec2 {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(OSSL_ENCODER_CTX* p) const { OSSL_ENCODER_CTX_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(PKCS8_PRIV_KEY_INFO* p) const { PKCS8_PRIV_KEY_INFO_free(p); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;
using Key = Held<EVP_PKEY>;

using crypto::Digest;

// AWS names 1024, 2048 and 4096; ssh-keygen makes 3072 since OpenSSH 7.9, which people import without a word.
constexpr int kLeastRsaBits = 1024;
constexpr int kMostRsaBits = 4096;

std::string with_colons(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(c));
  return text;
}

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

// RFC 4253's string and mpint.
std::string ssh_string(std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  return out.append(bytes);
}

std::string ssh_number(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  if (!bytes.empty() && (bytes[0] & 0x80)) bytes.insert(bytes.begin(), '\0');
  return ssh_string(bytes);
}

std::string raw_public(const Key& key) {
  unsigned char bytes[32];
  std::size_t size = sizeof bytes;
  if (EVP_PKEY_get_raw_public_key(key.get(), bytes, &size) != 1) throw std::runtime_error("no raw public key");
  return {reinterpret_cast<char*>(bytes), size};
}

std::string ssh_blob(const Key& key) {
  if (EVP_PKEY_is_a(key.get(), "ED25519")) return ssh_string("ssh-ed25519") + ssh_string(raw_public(key));
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &n);
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &e);
  const Held<BIGNUM> modulus(n), exponent(e);
  return ssh_string("ssh-rsa") + ssh_number(exponent.get()) + ssh_number(modulus.get());
}

std::string public_line(KeyKind kind, const std::string& blob) {
  return fmt::format("{} {}", kind == KeyKind::kRsa ? "ssh-rsa" : "ssh-ed25519", to_base64(blob));
}

/// The form that OpenSSH writes since 2014 (PROTOCOL.key), without a passphrase.
std::string openssh_private_key(const Key& key) {
  unsigned char secret[32];
  std::size_t size = sizeof secret;
  if (EVP_PKEY_get_raw_private_key(key.get(), secret, &size) != 1) throw std::runtime_error("no raw private key");
  const std::string open = raw_public(key);
  const std::string check = random_bytes(4);
  std::string inner = check + check + ssh_string("ssh-ed25519") + ssh_string(open) +
                      ssh_string(std::string(reinterpret_cast<char*>(secret), size) + open) + ssh_string("");
  for (char pad = 1; inner.size() % 8 != 0; ++pad) inner += pad;
  const std::string whole = std::string("openssh-key-v1") + '\0' + ssh_string("none") + ssh_string("none") +
                            ssh_string("") + std::string("\0\0\0\1", 4) + ssh_string(ssh_blob(key)) + ssh_string(inner);
  const std::string text = to_base64(whole);
  std::string pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  for (std::size_t at = 0; at < text.size(); at += 70) pem += text.substr(at, 70) + "\n";
  return pem + "-----END OPENSSH PRIVATE KEY-----";
}

wire::Error bad_format() {
  return wire::Error("InvalidKey.Format", 400, "Key is not in valid OpenSSH public key format");
}

/// Takes one RFC 4253 string off the front.
std::string take_string(std::string_view& bytes) {
  if (bytes.size() < 4) throw bad_format();
  std::uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size = (size << 8) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(4);
  if (size > bytes.size()) throw bad_format();
  std::string out(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return out;
}

Key rsa_key(std::string_view exponent, std::string_view modulus) {
  const auto number = [](std::string_view bytes) {
    return Held<BIGNUM>(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  };
  const auto e = number(exponent), n = number(modulus);
  const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const Held<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    throw bad_format();
  return Key(key);
}

Key key_of_blob(std::string_view blob) {
  const std::string kind = take_string(blob);
  if (kind == "ssh-rsa") {
    const std::string exponent = take_string(blob);
    return rsa_key(exponent, take_string(blob));
  }
  if (kind != "ssh-ed25519") throw bad_format();
  const std::string bytes = take_string(blob);
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()),
                                      bytes.size()));
  if (!key) throw bad_format();
  return key;
}

Key key_of_pem(std::string_view text) {
  const Held<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key || !EVP_PKEY_is_a(key.get(), "RSA")) throw bad_format();
  return key;
}

Key key_of_der(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key || !EVP_PKEY_is_a(key.get(), "RSA")) throw bad_format();
  return key;
}

/// The base64 between RFC 4716's markers, without its headers ("Comment: …"), which a backslash continues on the next
/// line.
std::string body_of_rfc4716(std::string_view text) {
  std::string body;
  bool ended = false, header_goes_on = false;
  for (const std::string& part : split(text.substr(text.find('\n') + 1), '\n')) {
    const std::string_view line = trim(part);
    if (line.starts_with("---- END SSH2 PUBLIC KEY ----")) {
      ended = true;
      break;
    }
    const bool header = header_goes_on || line.find(':') != std::string_view::npos;
    header_goes_on = header && line.ends_with('\\');
    if (!header) body += line;
  }
  if (!ended) throw bad_format();
  return body;
}

/// A SEQUENCE whose length takes more than a byte, which no text begins with.
bool is_der(std::string_view bytes) { return bytes.size() > 2 && bytes[0] == '\x30' && (bytes[1] & 0x80); }

Key key_of_base64(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes) throw bad_format();
  return is_der(*bytes) ? key_of_der(*bytes) : key_of_blob(*bytes);
}

/// The second word of "ssh-rsa AAAA… comment", or base64 alone, which may be broken into lines.
std::string encoded_part(std::string_view text) {
  const auto space = text.find_first_of(" \t");
  if (text.starts_with("ssh-") && space != std::string_view::npos) {
    text = trim(text.substr(space));
    return std::string(text.substr(0, text.find_first_of(" \t\r\n")));
  }
  std::string encoded;
  for (const std::string& line : split(text, '\n')) {
    const std::string_view word = trim(line);
    encoded += word.substr(0, word.find_first_of(" \t"));
  }
  return encoded;
}

Key key_of_text(std::string_view given) {
  if (is_der(given)) return key_of_der(given);
  const std::string_view text = trim(given);
  if (text.starts_with("-----BEGIN")) return key_of_pem(text);
  if (text.starts_with("---- BEGIN SSH2 PUBLIC KEY ----")) return key_of_base64(body_of_rfc4716(text));
  return key_of_base64(encoded_part(text));
}

}  // namespace

NewKey make_key(KeyKind kind) {
  if (kind == KeyKind::kEd25519) {
    const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) throw std::runtime_error("cannot make an Ed25519 key");
    const std::string blob = ssh_blob(key);
    return {openssh_private_key(key), public_line(kind, blob), to_base64(crypto::digest(Digest::Kind::kSha256, blob))};
  }
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  if (!key) throw std::runtime_error("cannot make an RSA key");
  std::string pem = encode(key, EVP_PKEY_KEYPAIR, "PEM", "type-specific");
  while (!pem.empty() && pem.back() == '\n') pem.pop_back();
  return {std::move(pem), public_line(kind, ssh_blob(key)),
          with_colons(crypto::digest(Digest::Kind::kSha1, pkcs8_der(key)))};
}

ReadKey read_public_key(std::string_view given) {
  const Key key = key_of_text(given);
  const std::string blob = ssh_blob(key);
  if (EVP_PKEY_is_a(key.get(), "ED25519"))
    return {KeyKind::kEd25519, public_line(KeyKind::kEd25519, blob),
            to_base64(crypto::digest(Digest::Kind::kSha256, blob))};
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kLeastRsaBits || bits > kMostRsaBits) throw bad_format();
  return {
      KeyKind::kRsa, public_line(KeyKind::kRsa, blob),
      with_colons(crypto::digest(Digest::Kind::kMd5, encode(key, EVP_PKEY_PUBLIC_KEY, "DER", "SubjectPublicKeyInfo")))};
}

}  // namespace hanbat::ec2
