// The files that hold the trail: segments 1, 2, 3… in one folder, of which only the last is written to, at its end. How
// much of them counts, a Position, is said by who has them (a row of the database), so that what was appended and what
// was committed with it come about together: whatever lies beyond is cut off when the segments are opened.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "os/fd.h"
#include "services/cloudtrail/segments/block_index.h"
#include "services/cloudtrail/segments/compression.h"

namespace hanbat::cloudtrail {

/// Up to where events count: the last segment, 0 before there is any, and how many bytes of it.
struct Position {
  std::int64_t segment = 0;
  std::int64_t bytes = 0;
  bool operator==(const Position&) const = default;
};

struct SegmentSizes {
  std::uint64_t all = 2ULL << 30;      // what all files take; beyond it the oldest segments go
  std::uint64_t segment = 8ULL << 20;  // past which the next segment begins
  std::uint64_t block = 256ULL << 10;  // of events before compression, past which the next block begins
};

/// A segment as a lookup sees it.
struct SegmentView {
  std::int64_t number = 0;
  Span span;
  std::uint64_t end = 0;  // of what counts
  /// The blocks of the one that is written to; null where they stand in the index beside the segment.
  std::shared_ptr<const std::vector<Block>> blocks;
};

/// Safe from all threads. Everything throws std::system_error when the disk does not do as it is told.
class Segments {
 public:
  Segments(std::string folder, SegmentSizes sizes);

  /// Makes the segments what they are at this position. Once before all else. Files that lack, or are not what was
  /// written, are told in the log; what can be read of them still is.
  void open(Position position);

  /// Writes the events after what counts, which goes up to `from`; on disk when this returns. They count once the
  /// position that it gives does: until then no view has them, and what is appended from an earlier one takes their
  /// place. Never in the writer's turn. Throws ENOSPC when only the database's reserve is left.
  Position append(Position from, std::span<const TrailEvent> events);

  /// The segments, up to the position.
  std::vector<SegmentView> view(Position position) const;
  /// The blocks of a segment that may hold something of the hash, without their hashes; none when it has been removed.
  std::vector<Block> blocks_of(const SegmentView& segment, std::uint32_t hash) const;
  /// The events of a block as far as they count; none when the segment has been removed. Throws DamagedSegment.
  std::vector<TrailEvent> events_of(const SegmentView& segment, const Block& block) const;

  /// Removes segments before the one of `counts`, up to which events count, when all of their events are older than
  /// `at`, and the oldest while all take more room than they may. Tells the log what it removed for room.
  void remove_before(Position counts, Timestamp at);
  /// What all files take.
  std::uint64_t bytes() const;

 private:
  struct Segment {
    Span span;
    std::uint64_t bytes = 0;  // with its index
    std::shared_ptr<const std::vector<Block>> blocks;
  };
  using All = std::map<std::int64_t, Segment>;

  std::string path(std::int64_t number, const char* ending) const;
  void reopen(Position position);
  Segment full(std::int64_t number) const;
  std::vector<Block> blocks_of_full(std::int64_t number, std::uint32_t hash) const;
  bool must_begin_segment(Timestamp newest) const;
  void begin_segment();
  std::string chunks_of(std::span<const TrailEvent> events, std::vector<Block>& blocks);
  std::string chunk_of(std::string_view raw, std::span<const TrailEvent> events, std::uint64_t offset,
                       std::vector<Block>& blocks);
  void remove_oldest_beyond_limit(Position counts);
  void remove_files(std::int64_t number) const;

  const std::string folder_;
  const SegmentSizes sizes_;

  std::mutex writing_;       // of who appends or removes; guards what follows
  bool uncertain_ = false;   // whether an append has failed, so that nobody knows what is beyond that
  std::int64_t number_ = 0;  // of the segment that is written to
  Fd file_;
  std::uint64_t end_ = 0;
  std::uint64_t block_raw_ = 0;  // of the block that is written to; 0: the next chunk begins one
  Compressor compressor_;

  mutable std::mutex mutex_;  // guards what follows; taken after writing_
  All all_;
  mutable std::set<std::int64_t> whole_;  // full segments whose index was seen to be whole
};

}  // namespace hanbat::cloudtrail
