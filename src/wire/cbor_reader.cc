#include "wire/cbor_reader.h"

#include <bit>
#include <cmath>
#include <limits>

#include "wire/scalar.h"

namespace hanbat::wire {
namespace {

/// A half-precision float. RFC 8949, appendix D.
double half(std::uint64_t bits) {
  const int exponent = static_cast<int>((bits >> 10) & 0x1F);
  const auto mantissa = static_cast<double>(bits & 0x3FF);
  double value = 0;
  if (exponent == 0)
    value = std::ldexp(mantissa, -24);
  else if (exponent != 31)
    value = std::ldexp(mantissa + 1024, exponent - 25);
  else
    value = mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return bits & 0x8000 ? -value : value;
}

}  // namespace

void CborReader::fail(std::string_view what) { throw BadValue{"CBOR: " + std::string(what)}; }

std::string_view CborReader::take(std::uint64_t size) {
  if (size > rest_.size()) fail("the text ends too early");
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

std::uint64_t CborReader::number(int bytes) {
  std::uint64_t out = 0;
  for (const char c : take(static_cast<std::uint64_t>(bytes))) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

CborReader::Head CborReader::head() {
  constexpr std::size_t kMostValues = 400'000;  // each takes more than its bytes
  if (++heads_ > kMostValues) fail("more than 400000 values");
  const auto first = static_cast<unsigned char>(take(1)[0]);
  const auto major = static_cast<Major>(first >> 5);
  const int more = first & 0x1F;
  Head out{.major = major};
  if (more < 24) {
    out.value = static_cast<std::uint64_t>(more);
  } else if (more < 28) {
    out.value = number(1 << (more - 24));
  } else if (more == 31 && major != Major::kUnsigned && major != Major::kNegative && major != Major::kTag) {
    out.indefinite = true;
  } else {
    fail("a head that is none");
  }
  if (major != Major::kSimple || more < 25 || more > 27) return out;
  out.is_float = true;
  if (more == 25) out.number = half(out.value);
  if (more == 26) out.number = std::bit_cast<float>(static_cast<std::uint32_t>(out.value));
  if (more == 27) out.number = std::bit_cast<double>(out.value);
  return out;
}

std::string CborReader::string(const Head& head) {
  if (!head.indefinite) return std::string(take(head.value));
  std::string out;
  elements(head, [&](const Head& piece) {
    if (piece.major != head.major || piece.indefinite) fail("a string's piece of another kind");
    out += take(piece.value);
  });
  return out;
}

void CborReader::skip(const Head& head) {
  switch (head.major) {
    case Major::kBytes:
    case Major::kText:
      string(head);
      return;
    case Major::kArray:
      return elements(head, [this](const Head& element) { skip(element); });
    case Major::kMap:
      return elements(head, [this](const Head& key) {
        skip(key);
        skip(this->head());
      });
    case Major::kTag: {
      // A tag before a tag is a level as well.
      const Level level(*this);
      return skip(this->head());
    }
    case Major::kSimple:
      if (head.is_break()) fail("a break that ends nothing");
      return;
    case Major::kUnsigned:
    case Major::kNegative:
      return;
  }
}

}  // namespace hanbat::wire
