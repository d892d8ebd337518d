#include "crypto/crc_fold.h"

#include <stdexcept>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace hanbat::crypto {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kLane = 16;

/// x to the power of `bits`, at the top of 64 reflected bits. The product of two reflected words stands one bit lower
/// than its place, which is made up for here.
std::uint64_t shift_by(const CrcKind& kind, std::uint64_t bits) {
  return crc_power_of_x(kind, bits - 1) << (64 - kind.bits);
}

}  // namespace

FoldConstants::FoldConstants(const CrcKind& kind)
    : lanes{shift_by(kind, kLanes * kLane * 8 + 64), shift_by(kind, kLanes * kLane * 8)},
      lane{shift_by(kind, kLane * 8 + 64), shift_by(kind, kLane * 8)} {}

#ifdef __x86_64__

std::size_t foldable(std::size_t bytes) {
  static const bool can = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse2");
  return can && bytes >= 2 * kLanes * kLane ? bytes - bytes % kLane : 0;
}

namespace {

__attribute__((target("pclmul,sse2"))) inline __m128i moved(__m128i from, __m128i by) {
  // The first eight bytes are the low half, and the ones that count for more.
  return _mm_xor_si128(_mm_clmulepi64_si128(from, by, 0x00), _mm_clmulepi64_si128(from, by, 0x11));
}

}  // namespace

__attribute__((target("pclmul,sse2"))) std::array<unsigned char, 16> fold(const FoldConstants& constants,
                                                                          std::uint64_t crc, std::string_view bytes) {
  const auto load = [](const void* at) __attribute__((target("pclmul,sse2"))) {
    return _mm_loadu_si128(static_cast<const __m128i*>(at));
  };
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  __m128i lanes[kLanes];
  for (__m128i& lane : lanes) {
    lane = load(at);
    at += kLane;
  }
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128(static_cast<long long>(crc)));
  const __m128i over_all = load(constants.lanes);
  for (; end - at >= static_cast<std::ptrdiff_t>(kLanes * kLane); at += kLanes * kLane)
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = _mm_xor_si128(moved(lanes[i], over_all), load(at + i * kLane));
  const __m128i over_one = load(constants.lane);
  __m128i sum = lanes[0];
  for (std::size_t i = 1; i < kLanes; ++i) sum = _mm_xor_si128(moved(sum, over_one), lanes[i]);
  for (; at < end; at += kLane) sum = _mm_xor_si128(moved(sum, over_one), load(at));
  std::array<unsigned char, 16> out;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data()), sum);
  return out;
}

#else

std::size_t foldable(std::size_t) { return 0; }

std::array<unsigned char, 16> fold(const FoldConstants&, std::uint64_t, std::string_view) {
  throw std::logic_error("this processor's carry-less multiplication is not used");
}

#endif

}  // namespace hanbat::crypto
