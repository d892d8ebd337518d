// AES in counter mode: the published vector, and that every place stands alone.
#include "crypto/aes_ctr.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "base/encoding.h"

namespace hanbat::crypto {
namespace {

std::string applied(std::string_view key, std::string_view beginning, std::uint64_t offset, std::string bytes) {
  AesCtr(key, beginning, offset).apply({bytes.data(), bytes.size()});
  return bytes;
}

TEST(AesCtr, TurnsTheVectorOfNist) {
  // NIST SP 800-38A, F.5.5.
  const std::string key = from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").value();
  const std::string beginning = from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff").value();
  const std::string plain = from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51").value();
  EXPECT_EQ(to_hex(applied(key, beginning, 0, plain)),
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
  EXPECT_EQ(applied(key, beginning, 0, applied(key, beginning, 0, plain)), plain);
}

TEST(AesCtr, EveryPlaceIsTurnedAloneAsInTheWhole) {
  const std::string key(AesCtr::kKeySize, 'k');
  // A counter that overflows on the way.
  const std::string beginning(AesCtr::kBeginningSize, '\xff');
  const std::string whole = applied(key, beginning, 0, std::string(200, 'x'));
  for (const std::size_t from : {1u, 15u, 16u, 17u, 33u, 199u})
    EXPECT_EQ(applied(key, beginning, from, std::string(200 - from, 'x')), whole.substr(from)) << from;
}

TEST(AesCtr, ARunInPiecesIsTheSameAsAtOnce) {
  const std::string key(AesCtr::kKeySize, 'k'), beginning(AesCtr::kBeginningSize, 'b');
  std::string pieces(100, 'x');
  AesCtr stream(key, beginning);
  for (std::size_t at = 0; at < pieces.size(); at += 7)
    stream.apply({pieces.data() + at, std::min<std::size_t>(7, pieces.size() - at)});
  EXPECT_EQ(pieces, applied(key, beginning, 0, std::string(100, 'x')));
}

TEST(AesCtr, AKeyOfAnotherSizeIsRefused) {
  EXPECT_THROW(AesCtr(std::string(16, 'k'), std::string(16, 'b')), std::invalid_argument);
  EXPECT_THROW(AesCtr(std::string(32, 'k'), std::string(12, 'b')), std::invalid_argument);
}

}  // namespace
}  // namespace hanbat::crypto
