#include "services/cloudtrail/segments/block_index.h"

#include <algorithm>
#include <iterator>

#include "base/big_endian.h"
#include "crypto/checksum.h"

namespace hanbat::cloudtrail {
namespace {

constexpr std::string_view kIndexMagic = "HTINDEX1";
constexpr std::size_t kIndexFixed = kIndexHead + 4 + 4;
constexpr std::size_t kBlockFixed = 8 + 4 + 8 + 8 + 4;

std::string sum_of(std::string_view bytes) {
  crypto::Checksum sum("crc32c");
  sum.update(bytes);
  return sum.finish();
}

std::uint64_t take_big_endian(std::string_view& bytes, std::size_t count) {
  const std::uint64_t number = read_big_endian(bytes.substr(0, count));
  bytes.remove_prefix(count);
  return number;
}

Timestamp take_time(std::string_view& bytes) { return {static_cast<std::int64_t>(take_big_endian(bytes, 8))}; }

/// Whether one of the hashes, of four bytes each and in order, is this one.
bool has_hash(std::string_view hashes, std::uint32_t hash) {
  std::size_t low = 0, high = hashes.size() / 4;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::uint64_t there = read_big_endian(hashes.substr(middle * 4, 4));
    if (there == hash) return true;
    (there < hash ? low : high) = there < hash ? middle + 1 : middle;
  }
  return false;
}

void append_time(std::string& out, Timestamp at) { append_big_endian(out, static_cast<std::uint64_t>(at.ms), 8); }

}  // namespace

bool Block::may_hold(std::uint32_t hash) const { return std::ranges::binary_search(hashes, hash); }

Span span_of(const std::vector<Block>& blocks) {
  if (blocks.empty()) return {};
  Span span{blocks.front().oldest, blocks.front().newest};
  for (const Block& block : blocks) {
    span.oldest = std::min(span.oldest, block.oldest);
    span.newest = std::max(span.newest, block.newest);
  }
  return span;
}

void add_chunk(std::vector<Block>& blocks, std::uint64_t offset, const Chunk& chunk) {
  if (chunk.kind == ChunkKind::kBegins || blocks.empty())
    return blocks.push_back({offset, chunk.size, chunk.oldest, chunk.newest, chunk.hashes});
  Block& block = blocks.back();
  block.length += chunk.size;
  block.oldest = std::min(block.oldest, chunk.oldest);
  block.newest = std::max(block.newest, chunk.newest);
  std::vector<std::uint32_t> all;
  std::ranges::set_union(block.hashes, chunk.hashes, std::back_inserter(all));
  block.hashes = std::move(all);
}

Walk walk_segment(std::string_view bytes) {
  Walk walk;
  if (!bytes.starts_with(kSegmentHead)) return walk;
  walk.end = kSegmentHead.size();
  while (const auto chunk = find_chunk(bytes.substr(walk.end))) {
    if (walk.blocks.empty() && chunk->kind != ChunkKind::kBegins) break;
    add_chunk(walk.blocks, walk.end, *chunk);
    walk.end += chunk->size;
  }
  return walk;
}

std::string index_bytes(const std::vector<Block>& blocks) {
  std::string times, rest;
  const Span span = span_of(blocks);
  append_time(times, span.oldest);
  append_time(times, span.newest);
  append_big_endian(rest, blocks.size(), 4);
  for (const Block& block : blocks) {
    append_big_endian(rest, block.offset, 8);
    append_big_endian(rest, block.length, 4);
    append_time(rest, block.oldest);
    append_time(rest, block.newest);
    append_big_endian(rest, block.hashes.size(), 4);
    for (const std::uint32_t hash : block.hashes) append_big_endian(rest, hash, 4);
  }
  return std::string(kIndexMagic) + times + sum_of(times) + sum_of(rest) + rest;
}

std::optional<Span> find_span(std::string_view head) {
  if (head.size() < kIndexHead || !head.starts_with(kIndexMagic)) return std::nullopt;
  const std::string_view times = head.substr(kIndexMagic.size(), 16);
  if (sum_of(times) != head.substr(kIndexHead - 4, 4)) return std::nullopt;
  std::string_view rest = times;
  const Timestamp oldest = take_time(rest);
  return Span{oldest, take_time(rest)};
}

bool is_whole_index(std::string_view bytes) {
  return bytes.size() >= kIndexFixed && find_span(bytes) &&
         sum_of(bytes.substr(kIndexHead + 4)) == bytes.substr(kIndexHead, 4);
}

std::optional<std::vector<Block>> find_blocks(std::string_view index, std::uint32_t hash) {
  if (index.size() < kIndexFixed) return std::nullopt;
  std::string_view rest = index.substr(kIndexHead + 4);
  std::vector<Block> blocks;
  for (std::uint64_t left = take_big_endian(rest, 4); left > 0; --left) {
    if (rest.size() < kBlockFixed) return std::nullopt;
    Block block;
    block.offset = take_big_endian(rest, 8);
    block.length = take_big_endian(rest, 4);
    block.oldest = take_time(rest);
    block.newest = take_time(rest);
    const std::uint64_t hashes = take_big_endian(rest, 4);
    if (rest.size() < hashes * 4) return std::nullopt;
    if (has_hash(rest.substr(0, hashes * 4), hash)) blocks.push_back(std::move(block));
    rest.remove_prefix(hashes * 4);
  }
  return rest.empty() ? std::optional(std::move(blocks)) : std::nullopt;
}

}  // namespace hanbat::cloudtrail
