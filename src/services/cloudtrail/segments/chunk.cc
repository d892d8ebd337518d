#include "services/cloudtrail/segments/chunk.h"

#include <algorithm>

#include "base/big_endian.h"
#include "crypto/checksum.h"
#include "services/cloudtrail/segments/compression.h"
#include "services/cloudtrail/segments/event_bytes.h"

namespace hanbat::cloudtrail {
namespace {

constexpr std::string_view kChunkHead = "HTC1";
constexpr std::size_t kChecked = 8;  // what the checksum is of begins here
constexpr std::size_t kFixed = kChecked + 1 + 4 + 8 + 8 + 4 + 4 + 4;

std::string crc32c(std::string_view bytes) {
  crypto::Checksum sum("crc32c");
  sum.update(bytes);
  return sum.finish();
}

std::uint64_t take(std::string_view& bytes, std::size_t count) {
  const std::uint64_t number = read_big_endian(bytes.substr(0, count));
  bytes.remove_prefix(count);
  return number;
}

}  // namespace

std::string chunk_bytes(const Chunk& chunk) {
  std::string checked;
  append_big_endian(checked, chunk.kind == ChunkKind::kBegins ? 1 : 0, 1);
  append_big_endian(checked, chunk.events, 4);
  append_big_endian(checked, static_cast<std::uint64_t>(chunk.oldest.ms), 8);
  append_big_endian(checked, static_cast<std::uint64_t>(chunk.newest.ms), 8);
  append_big_endian(checked, chunk.hashes.size(), 4);
  append_big_endian(checked, chunk.raw_size, 4);
  append_big_endian(checked, chunk.payload.size(), 4);
  for (const std::uint32_t hash : chunk.hashes) append_big_endian(checked, hash, 4);
  checked += chunk.payload;
  return std::string(kChunkHead) + crc32c(checked) + checked;
}

std::optional<Chunk> find_chunk(std::string_view bytes) {
  if (bytes.size() < kFixed || !bytes.starts_with(kChunkHead)) return std::nullopt;
  std::string_view rest = bytes.substr(kChecked);
  Chunk chunk;
  const std::uint64_t flags = take(rest, 1);
  chunk.kind = flags == 1 ? ChunkKind::kBegins : ChunkKind::kContinues;
  chunk.events = static_cast<std::uint32_t>(take(rest, 4));
  chunk.oldest = {static_cast<std::int64_t>(take(rest, 8))};
  chunk.newest = {static_cast<std::int64_t>(take(rest, 8))};
  const std::uint64_t hashes = take(rest, 4), raw = take(rest, 4), payload = take(rest, 4);
  if (flags > 1 || raw > kLargestChunk || hashes * 4 + payload > rest.size()) return std::nullopt;
  chunk.size = kFixed + hashes * 4 + payload;
  if (crc32c(bytes.substr(kChecked, chunk.size - kChecked)) != bytes.substr(4, 4)) return std::nullopt;
  chunk.raw_size = raw;
  for (std::uint64_t i = 0; i < hashes; ++i) chunk.hashes.push_back(static_cast<std::uint32_t>(take(rest, 4)));
  chunk.payload = rest.substr(0, payload);
  return chunk;
}

std::vector<TrailEvent> events_of_block(std::string_view bytes) {
  Decompressor decompressor;
  std::string raw;
  std::size_t events = 0;
  for (bool first = true; !bytes.empty(); first = false) {
    const auto chunk = find_chunk(bytes);
    if (!chunk) throw DamagedSegment("a chunk is not what was written");
    if (first != (chunk->kind == ChunkKind::kBegins)) throw DamagedSegment("a block begins in its midst");
    decompressor.add(chunk->payload, chunk->raw_size, raw);
    if (raw.size() > kLargestChunk) throw DamagedSegment("a block is too large");
    events += chunk->events;
    bytes.remove_prefix(chunk->size);
  }
  std::vector<TrailEvent> out;
  for (std::string_view rest = raw; !rest.empty();) out.push_back(take_event(rest));
  if (out.size() != events) throw DamagedSegment("a block has another number of events than it says");
  return out;
}

}  // namespace hanbat::cloudtrail
