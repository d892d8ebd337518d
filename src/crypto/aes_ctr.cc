#include "crypto/aes_ctr.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hanbat::crypto {
namespace {

constexpr std::size_t kBlock = 16;
/// OpenSSL counts in ints.
constexpr std::size_t kAtOnce = 1u << 30;

using Counter = std::array<unsigned char, AesCtr::kBeginningSize>;

/// The counter so many blocks later; it begins anew behind its highest value.
Counter counter_at(std::string_view beginning, std::uint64_t blocks) {
  Counter out;
  std::copy(beginning.begin(), beginning.end(), out.begin());
  unsigned carry = 0;
  for (std::size_t i = out.size(); i-- > 0;) {
    const unsigned sum = out[i] + static_cast<unsigned>(blocks & 0xff) + carry;
    out[i] = static_cast<unsigned char>(sum & 0xff);
    carry = sum >> 8;
    blocks >>= 8;
  }
  return out;
}

}  // namespace

struct AesCtr::State {
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
};

AesCtr::AesCtr(std::string_view key, std::string_view beginning, std::uint64_t offset)
    : state_(std::make_unique<State>()) {
  if (key.size() != kKeySize || beginning.size() != kBeginningSize)
    throw std::invalid_argument("a key or a beginning of the wrong size");
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  const Counter counter = counter_at(beginning, offset / kBlock);
  if (!state_->context ||
      EVP_EncryptInit_ex2(state_->context.get(), cipher, reinterpret_cast<const unsigned char*>(key.data()),
                          counter.data(), nullptr) != 1)
    throw std::runtime_error("this OpenSSL has no AES-256-CTR");
  std::array<char, kBlock> before{};
  apply({before.data(), static_cast<std::size_t>(offset % kBlock)});
}
AesCtr::~AesCtr() = default;
AesCtr::AesCtr(AesCtr&&) noexcept = default;
AesCtr& AesCtr::operator=(AesCtr&&) noexcept = default;

void AesCtr::apply(std::span<char> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kAtOnce);
    auto* data = reinterpret_cast<unsigned char*>(bytes.data());
    int done = 0;
    if (EVP_EncryptUpdate(state_->context.get(), data, &done, data, static_cast<int>(count)) != 1 ||
        static_cast<std::size_t>(done) != count)
      throw std::runtime_error("AES-256-CTR failed");
    bytes = bytes.subspan(count);
  }
}

}  // namespace hanbat::crypto
