// Segments and their indexes, as a disk may hold them: whatever the bytes are, reading ends, and what is read is whole.
#include <algorithm>

#include "base/fuzzing.h"
#include "services/cloudtrail/segments/block_index.h"
#include "services/cloudtrail/segments/event_bytes.h"

using hanbat::fuzzing::require;
using namespace hanbat::cloudtrail;

namespace {

void read_segment(std::string_view bytes) {
  const Walk walk = walk_segment(bytes);
  require(walk.end <= bytes.size(), "a walk ends within the bytes");
  std::uint64_t at = kSegmentHead.size();
  for (const Block& block : walk.blocks) {
    require(block.offset == at, "blocks lie one after the other");
    at = block.offset + block.length;
    require(at <= walk.end, "a block ends within what is whole");
    try {
      events_of_block(bytes.substr(block.offset, block.length));
    } catch (const DamagedSegment&) {
      // A checksum that fits says nothing of who computed it.
    }
  }
  require(walk.blocks.empty() || at == walk.end, "what is whole is blocks");
  const std::string index = index_bytes(walk.blocks);
  require(is_whole_index(index), "an index that we wrote is whole");
  for (const Block& block : walk.blocks) {
    const bool in_order = std::is_sorted(block.hashes.begin(), block.hashes.end());
    if (block.hashes.empty() || !in_order) continue;
    const auto found = find_blocks(index, block.hashes[block.hashes.size() / 2]);
    require(found &&
                std::any_of(found->begin(), found->end(), [&](const Block& one) { return one.offset == block.offset; }),
            "a block is found by its hashes");
  }
}

/// The bytes as a chunk's payload, past the checksum that keeps most inputs from going further.
void read_payload(std::string_view bytes) {
  Chunk chunk{.events = 1, .raw_size = std::min<std::size_t>(bytes.size() * 8, 1 << 16), .payload = bytes};
  try {
    events_of_block(chunk_bytes(chunk));
  } catch (const DamagedSegment&) {
  }
}

void read_event(std::string_view bytes) {
  try {
    const TrailEvent event = take_event(bytes);
    std::string again;
    append_event(again, event);
    std::string_view rest = again;
    const TrailEvent twice = take_event(rest);
    require(rest.empty() && twice.id == event.id && twice.at == event.at && twice.record == event.record &&
                twice.resources == event.resources && twice.read_only == event.read_only,
            "an event reads the same again");
  } catch (const DamagedSegment&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::uint8_t what = input.byte();
  switch (what % 4) {
    case 0:
      read_segment(input.rest());
      break;
    case 1:
      if (is_whole_index(input.rest())) require(find_span(input.rest()).has_value(), "an index has times");
      find_blocks(input.rest(), what);
      break;
    case 2:
      read_payload(input.rest());
      break;
    default:
      read_event(input.rest());
  }
  return 0;
}
