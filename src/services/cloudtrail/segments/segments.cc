#include "services/cloudtrail/segments/segments.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "os/fault.h"
#include "os/files.h"
#include "os/unfinished.h"
#include "os/writers_turn.h"
#include "services/cloudtrail/segments/event_bytes.h"
#include "services/cloudtrail/segments/key_hash.h"
#include "store/blobs.h"

namespace hanbat::cloudtrail {
namespace {

constexpr const char* kEvents = ".events";
constexpr const char* kIndex = ".index";
constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000;

std::uint64_t size_of(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
}

/// The bytes there, or as many as there are; nothing when there is no such file.
std::optional<std::string> find_bytes(const std::string& path, std::uint64_t offset, std::uint64_t length) {
  Fd file;
  try {
    file = open_file(path, O_RDONLY);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return std::nullopt;
    throw;
  }
  std::string bytes(length, '\0');
  std::size_t got = 0;
  while (got < length) {
    const ssize_t n = ::pread(file.get(), bytes.data() + got, length - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read " + path);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

void write_at(const Fd& file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write to the trail");
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

std::vector<Block> with_hash(const std::vector<Block>& blocks, std::uint32_t hash) {
  std::vector<Block> out;
  for (const Block& block : blocks)
    if (block.may_hold(hash)) out.push_back({block.offset, block.length, block.oldest, block.newest, {}});
  return out;
}

/// The numbers of the segments in the folder.
std::vector<std::int64_t> numbers_in(const std::string& folder) {
  std::vector<std::int64_t> numbers;
  for (const std::string& name : list_folder(folder))
    if (const auto number = parse_int(name.substr(0, name.find('.'))); number && name.ends_with(kEvents))
      numbers.push_back(*number);
  return numbers;
}

}  // namespace

Segments::Segments(std::string folder, SegmentSizes sizes) : folder_(std::move(folder)), sizes_(sizes) {}

std::string Segments::path(std::int64_t number, const char* ending) const {
  char name[24];
  std::snprintf(name, sizeof name, "%010lld", static_cast<long long>(number));
  return folder_ + "/" + name + ending;
}

void Segments::open(Position position) {
  const std::lock_guard lock(writing_);
  make_folders(folder_, 0700);
  remove_unfinished(folder_);
  reopen(position);
}

void Segments::reopen(Position position) {
  All all;
  for (const std::int64_t number : numbers_in(folder_)) {
    if (number > position.segment)
      remove_files(number);
    else if (number < position.segment)
      all[number] = full(number);
  }
  uncertain_ = false;
  file_.reset();
  block_raw_ = 0;
  number_ = position.segment;
  end_ = 0;
  if (number_ > 0) {
    const auto counts = static_cast<std::uint64_t>(position.bytes);
    const std::string name = path(number_, kEvents);
    const std::string bytes = find_bytes(name, 0, counts).value_or("");
    Walk walk = walk_segment(bytes);
    if (walk.end == counts) {
      file_ = open_file(name, O_WRONLY);
      if (size_of(name) != counts && ::ftruncate(file_.get(), position.bytes) != 0) throw_errno("cut off " + name);
      ::unlink(path(number_, kIndex).c_str());  // of when it was full, which was not kept
      end_ = counts;
    } else {
      spdlog::error("the trail lacks calls: of {} only {} of {} bytes can be read", name, walk.end, counts);
    }
    // What is damaged is not written to: the next segment begins, and this one counts as far as it goes.
    all[number_] = {span_of(walk.blocks), walk.end, std::make_shared<const std::vector<Block>>(std::move(walk.blocks))};
  }
  const std::lock_guard lock(mutex_);
  all_ = std::move(all);
  whole_.clear();
}

Segments::Segment Segments::full(std::int64_t number) const {
  const std::string name = path(number, kIndex);
  std::optional<Span> span = find_span(find_bytes(name, 0, kIndexHead).value_or(""));
  if (!span) {
    const Walk walk = walk_segment(read_file(path(number, kEvents)));
    write_file_atomic(name, index_bytes(walk.blocks), 0600);
    span = span_of(walk.blocks);
  }
  return {*span, size_of(path(number, kEvents)) + size_of(name), nullptr};
}

bool Segments::must_begin_segment(Timestamp newest) const {
  if (!file_ || end_ >= sizes_.segment) return true;
  const std::lock_guard lock(mutex_);
  const Segment& last = all_.at(number_);
  // So that those of the oldest day can go when it is over.
  return !last.blocks->empty() && newest.ms / kDay > last.span.newest.ms / kDay;
}

void Segments::begin_segment() {
  std::shared_ptr<const std::vector<Block>> blocks;
  if (number_ > 0) {
    const std::lock_guard lock(mutex_);
    blocks = all_.at(number_).blocks;
  }
  std::uint64_t with_index = 0;
  if (blocks) {
    const std::string index = index_bytes(*blocks);
    write_file_atomic(path(number_, kIndex), index, 0600);
    with_index = end_ + index.size();
    fault_point("segment:index-written");
  }
  const std::string name = path(number_ + 1, kEvents);
  Fd file = open_file(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
  write_at(file, kSegmentHead, 0);
  if (::fsync(file.get()) != 0) throw_errno("sync " + name);
  sync_folder(folder_);
  fault_point("segment:begun");
  {
    const std::lock_guard lock(mutex_);
    if (blocks) all_[number_] = {all_[number_].span, with_index, nullptr};
    all_[number_ + 1] = {{}, kSegmentHead.size(), std::make_shared<const std::vector<Block>>()};
  }
  ++number_;
  file_ = std::move(file);
  end_ = kSegmentHead.size();
  block_raw_ = 0;
}

std::string Segments::chunk_of(std::string_view raw, std::span<const TrailEvent> events, std::uint64_t offset,
                               std::vector<Block>& blocks) {
  Chunk chunk{.kind = block_raw_ == 0 ? ChunkKind::kBegins : ChunkKind::kContinues,
              .events = static_cast<std::uint32_t>(events.size()),
              .oldest = events.front().at,
              .newest = events.front().at,
              .hashes = {},
              .raw_size = raw.size(),
              .payload = {}};
  for (const TrailEvent& event : events) {
    chunk.oldest = std::min(chunk.oldest, event.at);
    chunk.newest = std::max(chunk.newest, event.at);
    for (const std::uint32_t hash : key_hashes(event))
      if (chunk.kind == ChunkKind::kBegins || !blocks.back().may_hold(hash)) chunk.hashes.push_back(hash);
  }
  std::ranges::sort(chunk.hashes);
  const auto twice = std::ranges::unique(chunk.hashes);
  chunk.hashes.erase(twice.begin(), twice.end());
  if (chunk.kind == ChunkKind::kBegins) compressor_.begin();
  const std::string payload = compressor_.add(raw);
  chunk.payload = payload;
  std::string bytes = chunk_bytes(chunk);
  chunk.size = bytes.size();
  add_chunk(blocks, offset, chunk);
  block_raw_ = block_raw_ + raw.size() >= sizes_.block ? 0 : block_raw_ + raw.size();
  return bytes;
}

std::string Segments::chunks_of(std::span<const TrailEvent> events, std::vector<Block>& blocks) {
  std::string out, raw;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < events.size(); ++at) {
    append_event(raw, events[at]);
    if (at + 1 < events.size() && block_raw_ + raw.size() < sizes_.block) continue;
    out += chunk_of(raw, events.subspan(begin, at + 1 - begin), end_ + out.size(), blocks);
    begin = at + 1;
    raw.clear();
  }
  return out;
}

Position Segments::append(Position from, std::span<const TrailEvent> events) {
  require_no_writers_turn("write to the trail");
  const std::lock_guard lock(writing_);
  // After damage the next segment begins, and the position is that of the one before it.
  if (uncertain_ || (file_ && from != Position{number_, static_cast<std::int64_t>(end_)})) reopen(from);
  if (events.empty()) return from;
  require_free_space(folder_, store::kDiskReserve);
  uncertain_ = true;  // unless all of this succeeds
  const bool begins = must_begin_segment(std::ranges::max(events, {}, &TrailEvent::at).at);
  if (begins) begin_segment();

  std::vector<Block> blocks;
  {
    const std::lock_guard all(mutex_);
    blocks = *all_.at(number_).blocks;
  }
  const std::string bytes = chunks_of(events, blocks);
  write_at(file_, bytes, end_);
  fault_point("segment:appended");
  if (::fdatasync(file_.get()) != 0) throw_errno("sync the trail");
  end_ += bytes.size();
  {
    const std::lock_guard all(mutex_);
    all_[number_] = {span_of(blocks), end_, std::make_shared<const std::vector<Block>>(std::move(blocks))};
  }
  uncertain_ = false;
  if (begins) remove_oldest_beyond_limit(from);
  return {number_, static_cast<std::int64_t>(end_)};
}

std::vector<SegmentView> Segments::view(Position position) const {
  const std::lock_guard lock(mutex_);
  std::vector<SegmentView> out;
  for (const auto& [number, segment] : all_) {
    if (number > position.segment) break;
    const std::uint64_t end = number == position.segment ? static_cast<std::uint64_t>(position.bytes) : UINT64_MAX;
    out.push_back({number, segment.span, end, segment.blocks});
  }
  return out;
}

std::vector<Block> Segments::blocks_of_full(std::int64_t number, std::uint32_t hash) const {
  const std::string index = find_file(path(number, kIndex)).value_or("");
  bool whole = false;
  {
    const std::lock_guard lock(mutex_);
    whole = whole_.contains(number);
  }
  if (!whole && is_whole_index(index)) {
    const std::lock_guard lock(mutex_);
    whole_.insert(number);
    whole = true;
  }
  if (whole)
    if (auto blocks = find_blocks(index, hash)) return std::move(*blocks);
  // Made anew at the next start.
  return with_hash(walk_segment(find_file(path(number, kEvents)).value_or("")).blocks, hash);
}

std::vector<Block> Segments::blocks_of(const SegmentView& segment, std::uint32_t hash) const {
  auto blocks = segment.blocks ? with_hash(*segment.blocks, hash) : blocks_of_full(segment.number, hash);
  std::erase_if(blocks, [&](const Block& block) { return block.offset >= segment.end; });
  return blocks;
}

std::vector<TrailEvent> Segments::events_of(const SegmentView& segment, const Block& block) const {
  const std::uint64_t length = std::min(block.length, segment.end - block.offset);
  const auto bytes = find_bytes(path(segment.number, kEvents), block.offset, length);
  return bytes ? events_of_block(*bytes) : std::vector<TrailEvent>();
}

void Segments::remove_before(Position counts, Timestamp at) {
  const std::lock_guard lock(writing_);
  std::vector<std::int64_t> old;
  {
    const std::lock_guard all(mutex_);
    for (const auto& [number, segment] : all_)
      if (number < counts.segment && segment.span.newest < at) old.push_back(number);
    for (const std::int64_t number : old) all_.erase(number);
  }
  for (const std::int64_t number : old) remove_files(number);
  remove_oldest_beyond_limit(counts);
}

void Segments::remove_oldest_beyond_limit(Position counts) {
  std::vector<std::int64_t> removed;
  Span gone;
  while (bytes() > sizes_.all) {
    const std::lock_guard lock(mutex_);
    const auto oldest = all_.begin();
    if (oldest->first >= counts.segment) break;
    const Span& span = oldest->second.span;
    gone = removed.empty() ? span : Span{std::min(gone.oldest, span.oldest), std::max(gone.newest, span.newest)};
    removed.push_back(oldest->first);
    all_.erase(oldest);
  }
  if (removed.empty()) return;
  spdlog::warn("the trail takes more than {} MB: the calls from {} to {} were removed", sizes_.all >> 20,
               iso8601(gone.oldest), iso8601(gone.newest));
  for (const std::int64_t number : removed) remove_files(number);
}

void Segments::remove_files(std::int64_t number) const {
  for (const char* ending : {kIndex, kEvents})
    if (::unlink(path(number, ending).c_str()) != 0 && errno != ENOENT) throw_errno("remove " + path(number, ending));
}

std::uint64_t Segments::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  for (const auto& [number, segment] : all_) all += segment.bytes;
  return all;
}

}  // namespace hanbat::cloudtrail
