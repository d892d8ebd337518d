// The hashes, on OpenSSL.
#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>

#include "base/encoding.h"

namespace hanbat::crypto {

namespace {

/// OpenSSL's own, asked for once: what EVP_sha256() gives is looked up by name, under a lock, at each use.
const EVP_MD* fetched(Digest::Kind kind) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return kind == Digest::Kind::kSha256 ? sha256 : kind == Digest::Kind::kSha1 ? sha1 : md5;
}

/// HMAC with SHA-256, without a key yet.
EVP_MAC_CTX* keyless_hmac() {
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(hmac);
  char name[] = "SHA256";
  const OSSL_PARAM chosen[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_END};
  if (!context || EVP_MAC_CTX_set_params(context, chosen) != 1) throw std::runtime_error("this OpenSSL has no HMAC");
  return context;
}

}  // namespace

struct Digest::State {
  const EVP_MD* kind;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};

  void start() {
    if (EVP_DigestInit_ex(context.get(), kind, nullptr) != 1) throw std::runtime_error("this OpenSSL refuses a hash");
  }
};

Digest::Digest(Kind kind) : state_(std::make_unique<State>()) {
  state_->kind = fetched(kind);
  state_->start();
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) { EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()); }

std::string Digest::finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context.get(), out, &size);
  state_->start();
  return std::string(reinterpret_cast<char*>(out), size);
}

std::string Digest::finish_hex() { return to_hex(finish()); }

std::string digest(Digest::Kind kind, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out, &size, fetched(kind), nullptr) != 1)
    throw std::runtime_error("this OpenSSL refuses a hash");
  return std::string(reinterpret_cast<char*>(out), size);
}

std::string sha256(std::string_view bytes) { return digest(Digest::Kind::kSha256, bytes); }

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
  // One context a thread, with its hash chosen: choosing it looks it up by name, under a lock.
  thread_local const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(keyless_hmac(),
                                                                                       &EVP_MAC_CTX_free);
  unsigned char out[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  // A key without bytes is one, too; a null pointer would mean the key before.
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  if (EVP_MAC_init(context.get(), bytes, key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
      EVP_MAC_final(context.get(), out, &size, sizeof out) != 1)
    throw std::runtime_error("this OpenSSL refuses HMAC");
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace hanbat::crypto
