#include "region/compressed_body.h"

#include <zlib.h>

#include <array>
#include <memory>
#include <new>
#include <string>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::region {
namespace {

constexpr std::size_t kLargest = 8u << 20;

[[noreturn]] void malformed(const std::string& what) { throw wire::Error("SerializationException", 400, what); }

std::string gunzip(std::string packed) {
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's frame
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::array<char, 32 << 10> piece;
  for (int code = Z_OK; code != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END) malformed("The request's body is no gzip.");
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > kLargest)
      throw wire::Error("RequestEntityTooLargeException", 413,
                        "The request's body is larger than this operation takes.");
  }
  if (stream.avail_in != 0) malformed("Something follows the request's gzip.");
  return out;
}

}  // namespace

wire::Body unpacked(const wire::RequestView& request, wire::Body body) {
  const std::string encoding = request.header("Content-Encoding");
  if (encoding.empty() || iequals(encoding, "identity")) return body;
  if (!iequals(encoding, "gzip")) malformed("The content encoding " + encoding + " is not taken.");
  return wire::Body::of_bytes(gunzip(body.read_all()));
}

}  // namespace hanbat::region
