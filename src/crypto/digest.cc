// The hashes, on OpenSSL.
#include "crypto/digest.h"

#include <openssl/evp.h>

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

// RFC 2104, of the hash alone: OpenSSL's own HMAC is looked up by name, under a lock, at each use.
std::string hmac_sha256(std::string_view key, std::string_view text) {
  constexpr std::size_t kBlock = 64;
  const std::string begin = key.size() > kBlock ? sha256(key) : std::string(key);
  const auto padded = [&](unsigned char pad) {
    std::string block(kBlock, static_cast<char>(pad));
    for (std::size_t i = 0; i < begin.size(); ++i)
      block[i] = static_cast<char>(static_cast<unsigned char>(begin[i]) ^ pad);
    return block;
  };
  return sha256(padded(0x5c) + sha256(padded(0x36) + std::string(text)));
}

}  // namespace hanbat::crypto
