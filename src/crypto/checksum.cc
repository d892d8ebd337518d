#include "crypto/checksum.h"

#include <array>
#include <optional>
#include <stdexcept>

#include "crypto/digest.h"

namespace hanbat::crypto {
namespace {

/// The reflected polynomials and widths of the CRCs; all start at and end with all ones inverted.
struct CrcKind {
  std::uint64_t polynomial;
  int bits;
};

const CrcKind* find_crc(std::string_view name) {
  static constexpr CrcKind kCrc32{0xEDB88320, 32};
  static constexpr CrcKind kCrc32c{0x82F63B78, 32};
  static constexpr CrcKind kCrc64nvme{0x9A6C9329AC4BC9B5, 64};
  if (name == "crc32") return &kCrc32;
  if (name == "crc32c") return &kCrc32c;
  if (name == "crc64nvme") return &kCrc64nvme;
  return nullptr;
}

/// Eight tables, so that eight bytes are taken at a time.
struct CrcTables {
  explicit CrcTables(const CrcKind& kind) {
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

const CrcTables& tables_of(std::string_view name) {
  static const CrcTables kCrc32(*find_crc("crc32"));
  static const CrcTables kCrc32c(*find_crc("crc32c"));
  static const CrcTables kCrc64nvme(*find_crc("crc64nvme"));
  return name == "crc32" ? kCrc32 : name == "crc32c" ? kCrc32c : kCrc64nvme;
}

std::uint64_t mask_of(const CrcKind& kind) { return kind.bits == 64 ? ~0ull : (1ull << kind.bits) - 1; }

std::uint64_t crc_update(const CrcTables& tables, std::uint64_t crc, std::string_view bytes) {
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

std::string crc_bytes(std::uint64_t crc, const CrcKind& kind) {
  std::string out;
  for (int shift = kind.bits - 8; shift >= 0; shift -= 8) out += static_cast<char>((crc >> shift) & 0xFF);
  return out;
}

std::uint64_t crc_value(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = (out << 8) | static_cast<unsigned char>(c);
  return out;
}

/// a * b modulo the polynomial, both reflected.
std::uint64_t multiply(std::uint64_t a, std::uint64_t b, const CrcKind& kind) {
  std::uint64_t product = 0;
  for (std::uint64_t bit = 1ull << (kind.bits - 1); bit; bit >>= 1) {
    if (a & bit) product ^= b;
    b = (b >> 1) ^ (b & 1 ? kind.polynomial : 0);
  }
  return product;
}

std::optional<Digest::Kind> find_digest(std::string_view name) {
  if (name == "sha1") return Digest::Kind::kSha1;
  if (name == "sha256") return Digest::Kind::kSha256;
  if (name == "md5") return Digest::Kind::kMd5;
  return std::nullopt;
}

}  // namespace

struct Checksum::State {
  const CrcKind* crc_kind = nullptr;
  std::uint64_t crc = 0;
  std::optional<Digest> digest;
};

Checksum::Checksum(std::string_view name) : name_(name), state_(std::make_unique<State>()) {
  state_->crc_kind = find_crc(name);
  if (state_->crc_kind) {
    state_->crc = mask_of(*state_->crc_kind);
    return;
  }
  const auto digest = find_digest(name);
  if (!digest) throw std::invalid_argument("no checksum is called " + name_);
  state_->digest.emplace(*digest);
}

Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

bool Checksum::known(std::string_view name) { return find_crc(name) || find_digest(name).has_value(); }

void Checksum::update(std::string_view bytes) {
  if (state_->crc_kind) {
    state_->crc = crc_update(tables_of(name_), state_->crc, bytes);
  } else {
    state_->digest->update(bytes);
  }
}

std::string Checksum::finish() {
  if (state_->crc_kind) return crc_bytes(state_->crc ^ mask_of(*state_->crc_kind), *state_->crc_kind);
  return state_->digest->finish();
}

std::string combine_crc(std::string_view name, std::string_view first, std::string_view second,
                        std::uint64_t second_size) {
  const CrcKind* kind = find_crc(name);
  if (!kind) throw std::invalid_argument("no CRC is called " + std::string(name));
  // crc(AB) = crc(A) * x^(8|B|) + crc(B): the inversions at both ends cancel out.
  std::uint64_t power = 1ull << (kind->bits - 1);       // x^0
  std::uint64_t square = 1ull << (kind->bits - 1 - 8);  // x^8
  for (std::uint64_t left = second_size; left; left >>= 1) {
    if (left & 1) power = multiply(power, square, *kind);
    square = multiply(square, square, *kind);
  }
  return crc_bytes(multiply(crc_value(first), power, *kind) ^ crc_value(second), *kind);
}

}  // namespace hanbat::crypto
