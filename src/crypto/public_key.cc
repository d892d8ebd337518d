#include "crypto/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "base/encoding.h"
#include "base/text.h"

namespace hanbat::crypto {
namespace {

struct FreeKeyPart {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};
template <class T>
using HeldPart = std::unique_ptr<T, FreeKeyPart>;
using Key = HeldPart<EVP_PKEY>;

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

std::string blob_of(const Key& key) {
  if (EVP_PKEY_is_a(key.get(), "ED25519")) return ssh_string("ssh-ed25519") + ssh_string(raw_public(key));
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &n);
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &e);
  const HeldPart<BIGNUM> modulus(n), exponent(e);
  return ssh_string("ssh-rsa") + ssh_number(exponent.get()) + ssh_number(modulus.get());
}

std::string der_of(const Key& key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key.get(), &bytes);
  if (size <= 0) throw std::runtime_error("cannot encode a public key");
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

/// Takes one RFC 4253 string off the front.
std::optional<std::string> take_string(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size = (size << 8) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(4);
  if (size > bytes.size()) return std::nullopt;
  std::string out(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return out;
}

Key rsa_key(std::string_view exponent, std::string_view modulus) {
  const auto number = [](std::string_view bytes) {
    return HeldPart<BIGNUM>(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  };
  const auto e = number(exponent), n = number(modulus);
  const HeldPart<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const HeldPart<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const HeldPart<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Key(key);
}

Key key_of_blob(std::string_view blob) {
  const auto kind = take_string(blob);
  const auto first = kind ? take_string(blob) : std::nullopt;
  if (!first) return nullptr;
  if (*kind == "ssh-rsa") {
    const auto modulus = take_string(blob);
    return modulus ? rsa_key(*first, *modulus) : nullptr;
  }
  if (*kind != "ssh-ed25519") return nullptr;
  return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                         reinterpret_cast<const unsigned char*>(first->data()), first->size()));
}

Key key_of_der(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return Key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

Key rsa_only(Key key) { return key && EVP_PKEY_is_a(key.get(), "RSA") ? std::move(key) : nullptr; }

Key key_of_pem(std::string_view text) {
  const HeldPart<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return rsa_only(Key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)));
}

/// The base64 between RFC 4716's markers, without its headers ("Comment: …"), which a backslash continues on the next
/// line; "" when the second marker is missing.
std::string body_of_rfc4716(std::string_view text) {
  std::string body;
  bool header_goes_on = false;
  for (const std::string& part : split(text.substr(text.find('\n') + 1), '\n')) {
    const std::string_view line = trim(part);
    if (line.starts_with("---- END SSH2 PUBLIC KEY ----")) return body;
    const bool header = header_goes_on || line.find(':') != std::string_view::npos;
    header_goes_on = header && line.ends_with('\\');
    if (!header) body += line;
  }
  return "";
}

/// A SEQUENCE whose length takes more than a byte, which no text begins with.
bool is_der(std::string_view bytes) { return bytes.size() > 2 && bytes[0] == '\x30' && (bytes[1] & 0x80); }

Key key_of_base64(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes) return nullptr;
  return is_der(*bytes) ? rsa_only(key_of_der(*bytes)) : key_of_blob(*bytes);
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
  if (is_der(given)) return rsa_only(key_of_der(given));
  const std::string_view text = trim(given);
  if (text.starts_with("-----BEGIN")) return key_of_pem(text);
  if (text.starts_with("---- BEGIN SSH2 PUBLIC KEY ----")) return key_of_base64(body_of_rfc4716(text));
  return key_of_base64(encoded_part(text));
}

std::optional<PublicKey> told(const Key& key) {
  if (!key) return std::nullopt;
  const bool is_rsa = EVP_PKEY_is_a(key.get(), "RSA") == 1;
  if (!is_rsa && EVP_PKEY_is_a(key.get(), "ED25519") != 1) return std::nullopt;
  return PublicKey{.kind = is_rsa ? PublicKey::Kind::kRsa : PublicKey::Kind::kEd25519,
                   .bits = EVP_PKEY_get_bits(key.get()),
                   .blob = blob_of(key),
                   .der = der_of(key)};
}

}  // namespace

std::string PublicKey::line() const {
  return std::string(kind == Kind::kRsa ? "ssh-rsa" : "ssh-ed25519") + " " + to_base64(blob);
}

std::string PublicKey::pem() const {
  const std::string text = to_base64(der);
  std::string out = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + "\n";
  return out + "-----END PUBLIC KEY-----\n";
}

std::optional<PublicKey> find_public_key(std::string_view text) { return told(key_of_text(text)); }
std::optional<PublicKey> find_public_key_of_der(std::string_view der) { return told(key_of_der(der)); }

std::string ssh_string(std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  return out.append(bytes);
}

std::string with_colons(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (!text.empty()) text += ':';
    text += to_hex(std::string_view(&c, 1));
  }
  return text;
}

}  // namespace hanbat::crypto
