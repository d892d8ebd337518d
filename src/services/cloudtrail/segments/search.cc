#include "services/cloudtrail/segments/search.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <queue>
#include <utility>

#include "services/cloudtrail/segments/event_bytes.h"
#include "services/cloudtrail/segments/key_hash.h"

namespace hanbat::cloudtrail {
namespace {

/// The times of segments and of blocks overlap a little, as calls that end together come in any order, and much when
/// the machine's clock was set. So whatever may hold the next event is opened before an event is told: segments, blocks
/// and events wait in one queue, by the newest that they can give.
class Search {
 public:
  Search(const Segments& segments, const EventQuery& query)
      : segments_(segments),
        query_(query),
        hash_(key_hash(query)),
        newest_{(query.before_id ? std::min(query.to.ms, query.before_at + 1) : query.to.ms) - 1} {}

  void add(SegmentView segment) {
    if (!may_have(segment.span.oldest, segment.span.newest)) return;
    push(segment.span.newest, What::kSegment, 0, views_.size());
    views_.push_back(std::move(segment));
  }

  void add(TrailEvent event) {
    if (!fits(query_, event)) return;
    push(event.at, What::kEvent, event.id, events_.size());
    events_.push_back(std::move(event));
  }

  std::vector<TrailEvent> run() {
    std::vector<TrailEvent> found;
    while (!waiting_.empty() && found.size() < static_cast<std::size_t>(query_.limit)) {
      const Next next = waiting_.top();
      waiting_.pop();
      switch (next.what) {
        case What::kSegment:
          open_segment(next.which);
          break;
        case What::kBlock:
          open_block(next.which);
          break;
        case What::kEvent:
          found.push_back(std::move(events_[next.which]));
          break;
      }
    }
    return found;
  }

 private:
  enum class What { kEvent, kBlock, kSegment };  // of one moment the later in this order are opened first
  struct Next {
    std::int64_t at_ms;
    What what;
    std::int64_t id;
    std::size_t which;
    bool operator<(const Next& other) const {
      return std::tie(at_ms, what, id) < std::tie(other.at_ms, other.what, other.id);
    }
  };

  bool may_have(Timestamp oldest, Timestamp newest) const { return newest >= query_.from && oldest <= newest_; }

  void push(Timestamp at, What what, std::int64_t id, std::size_t which) {
    waiting_.push({std::min(at, newest_).ms, what, id, which});
  }

  void open_segment(std::size_t which) {
    for (const Block& block : segments_.blocks_of(views_[which], hash_)) {
      if (!may_have(block.oldest, block.newest)) continue;
      push(block.newest, What::kBlock, 0, blocks_.size());
      blocks_.emplace_back(which, block);
    }
  }

  void open_block(std::size_t which) {
    const auto& [segment, block] = blocks_[which];
    try {
      for (TrailEvent& event : segments_.events_of(views_[segment], block)) add(std::move(event));
    } catch (const DamagedSegment& damage) {
      spdlog::error("the trail lacks calls from {} to {}: a block of segment {} at {} cannot be read: {}",
                    iso8601(block.oldest), iso8601(block.newest), views_[segment].number, block.offset, damage.what());
    }
  }

  const Segments& segments_;
  const EventQuery& query_;
  const std::uint32_t hash_;
  const Timestamp newest_;
  std::vector<SegmentView> views_;
  std::vector<std::pair<std::size_t, Block>> blocks_;
  std::vector<TrailEvent> events_;
  std::priority_queue<Next> waiting_;
};

}  // namespace

std::vector<TrailEvent> find_events(const Segments& segments, Position position, const EventQuery& query,
                                    std::vector<TrailEvent> pending) {
  Search search(segments, query);
  for (SegmentView& segment : segments.view(position)) search.add(std::move(segment));
  for (TrailEvent& event : pending) search.add(std::move(event));
  return search.run();
}

}  // namespace hanbat::cloudtrail
