// AES-256 in counter mode (NIST SP 800-38A): bytes that one key hides and shows again, from any place among them on.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace hanbat::crypto {

/// A stream of bytes, encrypted or decrypted as it passes: both are the same. It hides what they are and does not
/// notice when they are changed. No two streams may have one key and one beginning.
class AesCtr {
 public:
  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kBeginningSize = 16;

  /// `beginning`: the counter at the stream's first byte. What passes first is the byte at `offset`. Throws
  /// std::invalid_argument for a key or a beginning of another size.
  AesCtr(std::string_view key, std::string_view beginning, std::uint64_t offset = 0);
  ~AesCtr();
  AesCtr(AesCtr&&) noexcept;
  AesCtr& operator=(AesCtr&&) noexcept;

  /// Turns the next bytes, in their place.
  void apply(std::span<char> bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hanbat::crypto
