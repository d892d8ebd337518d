// The hashes, on OpenSSL.
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "base/encoding.h"

namespace hanbat::crypto {

struct Digest::State {
  const EVP_MD* kind;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};

  void start() {
    if (EVP_DigestInit_ex(context.get(), kind, nullptr) != 1) throw std::runtime_error("this OpenSSL refuses a hash");
  }
};

Digest::Digest(Kind kind) : state_(std::make_unique<State>()) {
  state_->kind = kind == Kind::kSha256 ? EVP_sha256() : kind == Kind::kSha1 ? EVP_sha1() : EVP_md5();
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
  Digest digest(kind);
  digest.update(bytes);
  return digest.finish();
}

std::string sha256(std::string_view bytes) { return digest(Digest::Kind::kSha256, bytes); }

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out, &size);
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace hanbat::crypto
