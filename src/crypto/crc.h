// The cyclic redundancy checks that S3's clients send: CRC-32, CRC-32C and CRC-64/NVME, all of them reflected.
#pragma once

#include <cstdint>
#include <string_view>

namespace hanbat::crypto {

/// A reflected CRC of up to 64 bits; it starts with all ones and ends inverted.
struct CrcKind {
  std::uint64_t polynomial;
  int bits;
  constexpr std::uint64_t mask() const { return bits == 64 ? ~0ull : (1ull << bits) - 1; }
};

/// crc32, crc32c or crc64nvme; nullptr for another name.
const CrcKind* find_crc(std::string_view name);

/// The running sum after these bytes too; neither inverted at the start nor at the end.
std::uint64_t crc_update(const CrcKind& kind, std::uint64_t crc, std::string_view bytes);
/// The same without the processor's carry-less multiplication.
std::uint64_t crc_update_by_table(const CrcKind& kind, std::uint64_t crc, std::string_view bytes);

/// a * b modulo the polynomial, both reflected.
std::uint64_t crc_multiply(const CrcKind& kind, std::uint64_t a, std::uint64_t b);
/// x to this power modulo the polynomial, reflected.
std::uint64_t crc_power_of_x(const CrcKind& kind, std::uint64_t exponent);

}  // namespace hanbat::crypto
