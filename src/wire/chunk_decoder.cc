// The aws-chunked transfer: "<hex size>[;chunk-signature=<hex>]\r\n<data>\r\n" again and again, a chunk of size 0, then
// trailer lines "name:value\r\n" and an empty line.
#include <algorithm>
#include <charconv>
#include <limits>

#include "base/encoding.h"
#include "base/text.h"
#include "wire/sigv4.h"

namespace hanbat::wire {

namespace {

constexpr std::size_t kLongestLine = 16 << 10;
constexpr std::size_t kLongestTrailers = 16 << 10;

Error incomplete_body() { return Error("IncompleteBody", 400, "The request body terminated unexpectedly"); }

Error mismatch() {
  return Error("SignatureDoesNotMatch", 403,
               "The request signature we calculated does not match the signature you provided. Check your key and "
               "signing method.");
}

}  // namespace

ChunkDecoder::ChunkDecoder(const Claim& claim, std::string_view secret, std::optional<std::uint64_t> expected)
    : claim_(claim), expected_(expected), previous_(claim.signature) {
  if (claim.payload != PayloadKind::kChunksUnsignedTrailer) key_ = crypto::signing_key(secret, claim.scope);
}

std::string ChunkDecoder::chunk_signature(std::string_view label, std::string_view rest) const {
  const std::string text = std::string(label) + '\n' + claim_.amz_date + '\n' + claim_.scope.text() + '\n' + previous_ +
                           '\n' + std::string(rest);
  return to_hex(crypto::hmac_sha256(key_, text));
}

void ChunkDecoder::write(std::string_view raw, const Sink& sink) {
  while (!raw.empty()) {
    switch (state_) {
      case State::kData: {
        const std::string_view piece =
            raw.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, raw.size())));
        if (!key_.empty()) digest_.update(piece);
        sink(piece);
        left_ -= piece.size();
        raw.remove_prefix(piece.size());
        if (left_ == 0) state_ = State::kDataEnd;
        break;
      }
      case State::kDone:
        raw = {};
        break;  // the client's own line end, at most
      default: {
        const std::size_t end = raw.find('\n');
        pending_ += raw.substr(0, end);
        if (pending_.size() > kLongestLine) throw incomplete_body();
        if (end == std::string_view::npos) return;
        raw.remove_prefix(end + 1);
        if (pending_.ends_with('\r')) pending_.pop_back();
        const std::string text = std::move(pending_);
        pending_.clear();
        line(text);
      }
    }
  }
}

void ChunkDecoder::line(std::string_view text) {
  if (state_ == State::kDataEnd) {
    if (!text.empty()) throw incomplete_body();
    end_chunk();
    state_ = State::kSize;
    return;
  }
  if (state_ == State::kTrailer) {
    if (text.empty()) {
      end_trailers();
      state_ = State::kDone;
      return;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) throw incomplete_body();
    const std::string name = lower(trim(text.substr(0, colon)));
    const std::string value(trim(text.substr(colon + 1)));
    if (name == "x-amz-trailer-signature") {
      trailer_wanted_ = value;
    } else {
      trailer_text_ += name + ':' + value + '\n';
      if (trailer_text_.size() > kLongestTrailers) throw incomplete_body();
      trailers_.emplace_back(name, value);
    }
    return;
  }
  const std::size_t semicolon = text.find(';');
  const std::string_view size = trim(text.substr(0, semicolon));
  std::uint64_t number = 0;
  const auto read = std::from_chars(size.data(), size.data() + size.size(), number, 16);
  if (size.empty() || read.ec != std::errc() || read.ptr != size.data() + size.size()) throw incomplete_body();
  wanted_.clear();
  constexpr std::string_view kName = "chunk-signature=";
  if (semicolon != std::string_view::npos) {
    const std::string_view extension = trim(text.substr(semicolon + 1));
    if (extension.starts_with(kName)) wanted_ = std::string(extension.substr(kName.size()));
  }
  if (number > expected_.value_or(std::numeric_limits<std::uint64_t>::max()) - total_) throw incomplete_body();
  total_ += number;
  left_ = number;
  if (number == 0) {
    last_ = true;
    end_chunk();
    state_ = State::kTrailer;
  } else {
    state_ = State::kData;
  }
}

void ChunkDecoder::end_chunk() {
  if (key_.empty()) return;
  const std::string expected =
      chunk_signature("AWS4-HMAC-SHA256-PAYLOAD", std::string(crypto::kEmptySha256) + '\n' + to_hex(digest_.finish()));
  if (!constant_time_equals(expected, wanted_)) throw mismatch();
  previous_ = expected;
}

void ChunkDecoder::end_trailers() {
  if (claim_.payload != PayloadKind::kChunksSignedTrailer || trailer_text_.empty()) return;
  const std::string expected = chunk_signature("AWS4-HMAC-SHA256-TRAILER", crypto::sha256_hex(trailer_text_));
  if (!constant_time_equals(expected, trailer_wanted_)) throw mismatch();
}

void ChunkDecoder::finish() {
  if (!last_) throw incomplete_body();
  // Some clients leave out the empty line after the last chunk or after the trailers.
  if (state_ == State::kTrailer) {
    if (!pending_.empty()) line(std::exchange(pending_, {}));
    end_trailers();
    state_ = State::kDone;
  }
  if (expected_ && total_ != *expected_) throw incomplete_body();
}

}  // namespace hanbat::wire
