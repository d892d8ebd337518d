// Where the blocks of a segment lie and what each may hold, so that a lookup reads only those that it needs. Of a
// segment that is full this lies in a file beside it; it can be made anew of the segment at any time.
//   index  "HTINDEX1", time of the oldest and of the newest event (8 each, ms), CRC-32C of these two (4),
//          CRC-32C of what follows (4), blocks (4), and of each:
//          offset (8), length (4), times (8 each), hashes (4), the hashes (4 each), in order
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "services/cloudtrail/segments/chunk.h"

namespace hanbat::cloudtrail {

struct Block {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Timestamp oldest, newest;
  std::vector<std::uint32_t> hashes;  // in order, each once

  bool may_hold(std::uint32_t hash) const;
};

/// The times of all events of a segment.
struct Span {
  Timestamp oldest, newest;
};
Span span_of(const std::vector<Block>& blocks);

/// Puts a chunk, which lies at the offset, to the block that it continues or begins.
void add_chunk(std::vector<Block>& blocks, std::uint64_t offset, const Chunk& chunk);

/// What the bytes of a segment hold, up to the first that were not written so.
struct Walk {
  std::vector<Block> blocks;
  std::uint64_t end = 0;
};
Walk walk_segment(std::string_view bytes);

inline constexpr std::size_t kIndexHead = 28;
std::string index_bytes(const std::vector<Block>& blocks);
/// The times alone, of the first kIndexHead bytes; nothing when they are not what was written.
std::optional<Span> find_span(std::string_view head);
/// Whether the bytes are what was written; the longest part of a lookup, so whoever asked once may remember it.
bool is_whole_index(std::string_view bytes);
/// The blocks that may hold something of this hash, without their hashes. Nothing when the bytes are no index; that
/// they are a whole one is for the caller to know.
std::optional<std::vector<Block>> find_blocks(std::string_view index, std::uint32_t hash);

}  // namespace hanbat::cloudtrail
