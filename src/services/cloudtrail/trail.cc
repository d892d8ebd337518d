#include "services/cloudtrail/trail.h"

#include <stdexcept>

#include "base/text.h"
#include "os/files.h"
#include "services/cloudtrail/segments/search.h"

namespace hanbat::cloudtrail {

SegmentSizes segment_sizes(const std::string& state_folder) {
  SegmentSizes sizes;
  const std::string path = state_folder + "/trail-limit";
  const auto file = find_file(path);
  if (!file) return sizes;
  const std::string text(trim(*file));
  const std::int64_t number = text.empty() ? 0 : parse_int(text.substr(0, text.size() - 1)).value_or(0);
  const int shift = text.ends_with('M') ? 20 : text.ends_with('G') ? 30 : 0;
  if (shift == 0 || number < 1 || number > 1 << 20 || number << shift < 64 << 20)
    throw std::runtime_error(
        path + " must say how much the trail may take, as 512M or 4G, and at least 64M: it says '" + text + "'");
  sizes.all = static_cast<std::uint64_t>(number) << shift;
  return sizes;
}

void StoredTrail::record(store::Tx& tx, const region::CallRecord& call) {
  if (!is_recorded(call)) return;
  TrailEvent event = make_event(call, clock_.now());
  event.id = recorder_.next_id(tx);
  store_.insert(tx, event);
  tx.on_commit([this] { recorder_.count_pending(); });
}

void StoredTrail::record(const region::CallRecord& call) {
  if (is_recorded(call)) recorder_.add(make_event(call, clock_.now()));
}

std::vector<TrailEvent> StoredTrail::find(store::Tx& tx, const EventQuery& query) const {
  return find_events(segments_, store_.position(tx), query, store_.pending_of(tx, query));
}

}  // namespace hanbat::cloudtrail
