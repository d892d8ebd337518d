// A reflected CRC by the processor's carry-less multiplication: sixteen bytes stand for all that came before them.
// The method is Intel's "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/crc.h"

namespace hanbat::crypto {

/// By what the two halves of sixteen bytes are multiplied to stand so many bytes further on.
struct FoldConstants {
  explicit FoldConstants(const CrcKind& kind);
  std::uint64_t lanes[2];  // over all lanes' 128 bytes
  std::uint64_t lane[2];   // over one lane's 16 bytes
};

/// How many of so many bytes `fold` takes: none where they are few, or where this processor cannot.
std::size_t foldable(std::size_t bytes);

/// Sixteen bytes that have the same CRC, from a sum of 0, as these have from `crc`. Takes as many as `foldable` says.
std::array<unsigned char, 16> fold(const FoldConstants& constants, std::uint64_t crc, std::string_view bytes);

}  // namespace hanbat::crypto
