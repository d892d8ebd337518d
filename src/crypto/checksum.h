// The checksums that clients send with what they upload, computed while the bytes pass: CRC32, CRC32C, CRC64NVME,
// SHA-1, SHA-256 and MD5.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hanbat::crypto {

/// One checksum over a stream of bytes. Names: crc32, crc32c, crc64nvme, sha1, sha256, md5.
class Checksum {
 public:
  /// Throws std::invalid_argument for another name.
  explicit Checksum(std::string_view name);
  ~Checksum();
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;

  static bool known(std::string_view name);
  const std::string& name() const { return name_; }
  void update(std::string_view bytes);
  /// The raw bytes, most significant first.
  std::string finish();

 private:
  struct State;
  std::string name_;
  std::unique_ptr<State> state_;
};

/// The CRC of two stretches of bytes from theirs: raw bytes in, raw bytes out. `second_size` is the length of the
/// second.
std::string combine_crc(std::string_view name, std::string_view first, std::string_view second,
                        std::uint64_t second_size);

}  // namespace hanbat::crypto
