// aws-chunked bodies, unsigned and signed: what is decoded is never longer than what came or than what was announced;
// where the bytes are cut does not matter; what a signer writes is decoded to what it meant.
#include <algorithm>
#include <string>

#include "base/encoding.h"
#include "wire/fuzzing.h"
#include "wire/sigv4.h"

using hanbat::fuzzing::require;
using namespace hanbat::wire;
namespace crypto = hanbat::crypto;

namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr PayloadKind kKinds[] = {PayloadKind::kChunksUnsignedTrailer, PayloadKind::kChunksSigned,
                                  PayloadKind::kChunksSignedTrailer};

struct Outcome {
  std::string refused;
  std::string body;
  Headers trailers;
  bool operator==(const Outcome&) const = default;
};

Claim claim_of(PayloadKind kind) {
  Claim claim;
  claim.scope = {"20261125", "ap-northeast-2", "s3"};
  claim.amz_date = "20261125T200000Z";
  claim.signature = std::string(64, '0');
  claim.payload = kind;
  return claim;
}

Outcome decode(PayloadKind kind, std::string_view raw, std::size_t piece, std::optional<std::uint64_t> announced) {
  Outcome out;
  ChunkDecoder decoder(claim_of(kind), kind == PayloadKind::kChunksUnsignedTrailer ? "" : kSecret, announced);
  try {
    while (!raw.empty()) {
      const std::size_t n = std::min(piece, raw.size());
      decoder.write(raw.substr(0, n), [&](std::string_view bytes) { out.body += bytes; });
      raw.remove_prefix(n);
    }
    decoder.finish();
    out.trailers = decoder.trailers();
  } catch (const Error& error) {
    require(error.status() >= 400 && error.status() < 500, "a refusal is the client's error");
    out.refused = error.code();
  }
  return out;
}

/// One chunk as a client writes it, signed when `key` is there.
void append_chunk(std::string& out, std::string_view bytes, std::string_view key, std::string& previous) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx", bytes.size());
  out += size;
  if (!key.empty()) {
    const Claim claim = claim_of(PayloadKind::kChunksSigned);
    previous = hanbat::to_hex(crypto::hmac_sha256(
        key, "AWS4-HMAC-SHA256-PAYLOAD\n" + claim.amz_date + '\n' + claim.scope.text() + '\n' + previous + '\n' +
                 std::string(crypto::kEmptySha256) + '\n' + crypto::sha256_hex(bytes)));
    out += ";chunk-signature=" + previous;
  }
  out += "\r\n";
  out += bytes;
  if (!bytes.empty()) out += "\r\n";
}

std::string written(PayloadKind kind, std::string_view body, std::size_t piece) {
  const Claim claim = claim_of(kind);
  const std::string key = kind == PayloadKind::kChunksUnsignedTrailer ? "" : crypto::signing_key(kSecret, claim.scope);
  std::string out, previous = claim.signature;
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size())))
    append_chunk(out, body.substr(0, piece), key, previous);
  append_chunk(out, "", key, previous);
  return out + "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const PayloadKind kind = kKinds[choice % 3];
  const std::size_t piece = 1 + choice / 8;
  std::optional<std::uint64_t> announced;
  if (const std::uint8_t told = input.byte()) announced = told;
  const std::string_view raw = input.rest();

  const Outcome whole = decode(kind, raw, std::max<std::size_t>(raw.size(), 1), announced);
  require(whole.body.size() <= raw.size(), "a decoded body is shorter than what came");
  if (announced) require(whole.body.size() <= *announced, "no more is decoded than was announced");
  if (announced && whole.refused.empty()) require(whole.body.size() == *announced, "all that was announced came");
  require(decode(kind, raw, piece, announced) == whole, "where the bytes are cut does not matter");

  // A signature costs as much as a thousand bytes: a few chunks say what thousands would.
  const std::string ours_raw = written(kind, raw, std::max(piece, raw.size() / 8));
  const Outcome ours = decode(kind, ours_raw, piece, raw.size());
  require(ours.refused.empty() && ours.body == raw, "what a signer writes is decoded to what it meant");
  return 0;
}
