// Known check values of the algorithms, and that joining two CRCs equals the CRC of the joined bytes.
#include "crypto/checksum.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace hanbat::crypto {
namespace {

std::string sum(std::string_view name, std::string_view bytes) {
  Checksum checksum(name);
  checksum.update(bytes);
  return checksum.finish();
}

TEST(Checksum, EachAlgorithmGivesItsPublishedCheckValue) {
  const std::string nine = "123456789";
  EXPECT_EQ(to_hex(sum("crc32", nine)), "cbf43926");
  EXPECT_EQ(to_hex(sum("crc32c", nine)), "e3069283");
  EXPECT_EQ(to_hex(sum("crc64nvme", nine)), "ae8b14860a799888");
  EXPECT_EQ(to_hex(sum("sha1", "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sum("md5", "")), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Checksum, PiecesGiveTheSameAsTheWhole) {
  const std::string text(1000, 'x');
  for (const char* name : {"crc32", "crc32c", "crc64nvme", "sha256"}) {
    Checksum checksum(name);
    checksum.update(text.substr(0, 13));
    checksum.update(text.substr(13));
    EXPECT_EQ(checksum.finish(), sum(name, text)) << name;
  }
}

TEST(Checksum, CrcsOfTwoStretchesCombine) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7);
  for (const char* name : {"crc32", "crc32c", "crc64nvme"})
    for (const std::size_t cut : {0u, 1u, 999u, 5000u})
      EXPECT_EQ(combine_crc(name, sum(name, text.substr(0, cut)), sum(name, text.substr(cut)), text.size() - cut),
                sum(name, text))
          << name << " at " << cut;
}

}  // namespace
}  // namespace hanbat::crypto
