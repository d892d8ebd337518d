// Messages that their clients compressed, and bodies that are none.
#include "region/compressed_body.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "wire/testing.h"

namespace hanbat::region {
namespace {

wire::RequestView encoded(const std::string& as) {
  wire::RequestView out;
  out.headers = {{"content-encoding", as}};
  return out;
}

/// "hello", as Python's gzip writes it.
const std::string kHello = from_base64("H4sIAAAAAAAC/8tIzcnJBwCGphA2BQAAAA==").value();

TEST(CompressedBody, IsUnpackedAndAnyOtherIsAsItCame) {
  EXPECT_EQ(unpacked(encoded("gzip"), wire::Body::of_bytes(kHello)).bytes(), "hello");
  EXPECT_EQ(unpacked({}, wire::Body::of_bytes("plain")).bytes(), "plain");
}

TEST(CompressedBody, IsRefusedWhereItIsBrokenCutOrFollowedBySomething) {
  const auto code = [](const std::string& as, const std::string& bytes) {
    return wire::code_of([&] { unpacked(encoded(as), wire::Body::of_bytes(bytes)); });
  };
  EXPECT_EQ(code("gzip", "plain"), "SerializationException");
  EXPECT_EQ(code("gzip", ""), "SerializationException");
  EXPECT_EQ(code("gzip", kHello.substr(0, kHello.size() - 3)), "SerializationException");
  EXPECT_EQ(code("gzip", kHello + "x"), "SerializationException");
  EXPECT_EQ(code("br", kHello), "SerializationException");
}

}  // namespace
}  // namespace hanbat::region
