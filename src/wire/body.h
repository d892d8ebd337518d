// The bytes of a message, wherever they are: in memory, in a part of a file, or still to be made. A request's body that
// was too large for memory was spooled to a file before anyone looks at it, and its hashes are known.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hanbat::wire {

/// A body with value semantics; copies share what lies behind.
class Body {
 public:
  /// Fills `chunk` with the next bytes; false at the end. Called by one thread at a time.
  using Producer = std::function<bool(std::string& chunk)>;

  Body() = default;
  static Body of_bytes(std::string bytes);
  /// `size` bytes of the file from `offset`; `hold` keeps the file from being removed.
  static Body of_file(std::string path, std::uint64_t offset, std::uint64_t size, std::shared_ptr<void> hold = nullptr);
  /// Bytes that are made while they are sent; without a size the transfer is chunked.
  static Body of_producer(Producer producer, std::optional<std::uint64_t> size = std::nullopt);

  /// Tells the hashes of the whole: hex SHA-256 (the blob's name in the store) and hex MD5.
  Body& with_hashes(std::string sha256, std::string md5);
  /// Tells the checksum trailers of an aws-chunked upload, by lowercase name.
  Body& with_trailer(std::string name, std::string value);

  bool is_bytes() const { return kind_ == Kind::kBytes; }
  bool is_file() const { return kind_ == Kind::kFile; }
  bool is_producer() const { return kind_ == Kind::kProducer; }
  bool empty() const { return is_bytes() && bytes_.empty(); }

  /// How many bytes; nothing when a producer does not know.
  std::optional<std::uint64_t> size() const;
  const std::string& bytes() const { return bytes_; }
  const std::string& path() const { return path_; }
  std::uint64_t offset() const { return offset_; }
  const std::shared_ptr<void>& hold() const { return hold_; }
  const Producer& producer() const { return producer_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& md5() const { return md5_; }
  const std::string* find_trailer(std::string_view name) const;

  /// All of it in memory. Throws std::system_error when the file cannot be read, std::length_error beyond `limit`.
  std::string read_all(std::uint64_t limit = 64u << 20) const;
  /// Hands all of it to the sink in pieces of bounded size. Throws std::system_error.
  void read(const std::function<void(std::string_view)>& sink) const;

 private:
  enum class Kind { kBytes, kFile, kProducer };

  Kind kind_ = Kind::kBytes;
  std::string bytes_;
  std::string path_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  std::optional<std::uint64_t> producer_size_;
  std::shared_ptr<void> hold_;
  Producer producer_;
  std::string sha256_;
  std::string md5_;
  std::vector<std::pair<std::string, std::string>> trailers_;
};

}  // namespace hanbat::wire
