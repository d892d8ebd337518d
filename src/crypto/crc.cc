#include "crypto/crc.h"

#include <array>

#include "crypto/crc_fold.h"

namespace hanbat::crypto {
namespace {

constexpr CrcKind kCrc32{0xEDB88320, 32};
constexpr CrcKind kCrc32c{0x82F63B78, 32};
constexpr CrcKind kCrc64nvme{0x9A6C9329AC4BC9B5, 64};

/// Eight tables, so that eight bytes are taken at a time.
struct Tables {
  explicit Tables(const CrcKind& kind) {
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::uint64_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kind.polynomial : 0);
      table[0][i] = crc;
    }
    for (std::size_t slice = 1; slice < 8; ++slice)
      for (std::size_t i = 0; i < 256; ++i)
        table[slice][i] = (table[slice - 1][i] >> 8) ^ table[0][table[slice - 1][i] & 0xFF];
  }
  std::array<std::array<std::uint64_t, 256>, 8> table;
};

/// What both ways of computing a kind need.
struct Prepared {
  explicit Prepared(const CrcKind& kind) : tables(kind), folds(kind) {}
  Tables tables;
  FoldConstants folds;
};

const Prepared& prepared(const CrcKind& kind) {
  static const Prepared crc32(kCrc32);
  static const Prepared crc32c(kCrc32c);
  static const Prepared crc64nvme(kCrc64nvme);
  return kind.bits == 64 ? crc64nvme : kind.polynomial == kCrc32.polynomial ? crc32 : crc32c;
}

std::uint64_t by_table(const Tables& tables, std::uint64_t crc, std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  const auto& t = tables.table;
  while (left >= 8) {
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; --i) word = (word << 8) | at[i];
    word ^= crc;
    crc = t[7][word & 0xFF] ^ t[6][(word >> 8) & 0xFF] ^ t[5][(word >> 16) & 0xFF] ^ t[4][(word >> 24) & 0xFF] ^
          t[3][(word >> 32) & 0xFF] ^ t[2][(word >> 40) & 0xFF] ^ t[1][(word >> 48) & 0xFF] ^ t[0][word >> 56];
    at += 8;
    left -= 8;
  }
  while (left-- > 0) crc = (crc >> 8) ^ t[0][(crc ^ *at++) & 0xFF];
  return crc;
}

}  // namespace

const CrcKind* find_crc(std::string_view name) {
  if (name == "crc32") return &kCrc32;
  if (name == "crc32c") return &kCrc32c;
  if (name == "crc64nvme") return &kCrc64nvme;
  return nullptr;
}

std::uint64_t crc_update_by_table(const CrcKind& kind, std::uint64_t crc, std::string_view bytes) {
  return by_table(prepared(kind).tables, crc, bytes);
}

std::uint64_t crc_update(const CrcKind& kind, std::uint64_t crc, std::string_view bytes) {
  const Prepared& known = prepared(kind);
  const std::size_t folded = foldable(bytes.size());
  if (folded) {
    const auto remainder = fold(known.folds, crc, bytes.substr(0, folded));
    crc = by_table(known.tables, 0, {reinterpret_cast<const char*>(remainder.data()), remainder.size()});
  }
  return by_table(known.tables, crc, bytes.substr(folded));
}

std::uint64_t crc_multiply(const CrcKind& kind, std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  for (std::uint64_t bit = 1ull << (kind.bits - 1); bit; bit >>= 1) {
    if (a & bit) product ^= b;
    b = (b >> 1) ^ (b & 1 ? kind.polynomial : 0);
  }
  return product;
}

std::uint64_t crc_power_of_x(const CrcKind& kind, std::uint64_t exponent) {
  std::uint64_t power = 1ull << (kind.bits - 1);   // x^0
  std::uint64_t square = 1ull << (kind.bits - 2);  // x^1
  for (; exponent; exponent >>= 1) {
    if (exponent & 1) power = crc_multiply(kind, power, square);
    square = crc_multiply(kind, square, square);
  }
  return power;
}

}  // namespace hanbat::crypto
