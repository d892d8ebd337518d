// zstd over a stretch of bytes that comes in pieces: each piece can be read as soon as it is written, and is written by
// what the pieces before it had. So few events at a time take hardly more room than many.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hanbat::cloudtrail {

class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  /// Begins a stretch: what follows needs nothing of before.
  void begin();
  std::string add(std::string_view raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  /// The pieces of one stretch in their order; appends the `raw_size` bytes that the piece was made of. Throws
  /// DamagedSegment, also when they are more or fewer.
  void add(std::string_view piece, std::size_t raw_size, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hanbat::cloudtrail
