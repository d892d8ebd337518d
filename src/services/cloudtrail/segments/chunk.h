// The grammar of a segment file:
//   segment  "HBTRAIL1" chunk…
//   chunk    "HTC1", CRC-32C of all that follows in it (4 bytes), flags (1: 1 begins a block), events (4), time of the
//            oldest and of the newest (8 each, ms), hashes (4), length of the payload before compression (4) and after
//            (4); the hashes (4 each), in order, of what no chunk of the block before it has; the payload
// Numbers have their most significant byte first. A payload is a piece of zstd (compression.h) that goes on over the
// chunks of a block; before that, events one after the other (event_bytes.h). A block is what a lookup reads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "services/cloudtrail/event.h"

namespace hanbat::cloudtrail {

inline constexpr std::string_view kSegmentHead = "HBTRAIL1";
/// The largest payload, before compression, that is read; no record comes near it.
inline constexpr std::size_t kLargestChunk = 64u << 20;

enum class ChunkKind { kBegins, kContinues };

struct Chunk {
  ChunkKind kind = ChunkKind::kBegins;
  std::uint32_t events = 0;
  Timestamp oldest, newest;
  std::vector<std::uint32_t> hashes;
  std::size_t raw_size = 0;
  std::string_view payload;  // of the bytes that it was read from
  std::size_t size = 0;      // of the whole chunk
};

std::string chunk_bytes(const Chunk& chunk);
/// The chunk that the bytes begin with; nothing when it is not whole, or not what was written.
std::optional<Chunk> find_chunk(std::string_view bytes);

/// The events of a block's chunks, which the bytes hold one after the other and nothing else. Throws DamagedSegment.
std::vector<TrailEvent> events_of_block(std::string_view bytes);

}  // namespace hanbat::cloudtrail
