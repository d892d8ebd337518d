// SHA-256, SHA-1, MD5 and HMAC, as signatures and checks need them: the one place that asks OpenSSL for a hash.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hanbat::crypto {

/// A hash that is fed piece by piece.
class Digest {
 public:
  enum class Kind { kSha256, kSha1, kMd5 };
  explicit Digest(Kind kind);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::string_view bytes);
  /// The raw hash of all so far; starts over.
  std::string finish();
  /// The same in hex.
  std::string finish_hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of bytes that are at hand; raw unless the name says hex.
std::string digest(Digest::Kind kind, std::string_view bytes);
std::string sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view text);

/// The SHA-256 of nothing, in hex.
inline constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace hanbat::crypto
