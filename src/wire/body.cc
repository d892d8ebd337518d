// Reading a body from wherever it is.
#include "wire/body.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "base/text.h"

namespace hanbat::wire {

namespace {

constexpr std::size_t kPiece = 64 << 10;  // held for each client that is slow to take it

/// A descriptor that closes itself.
class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "open " + path);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Body Body::of_bytes(std::string bytes) {
  Body body;
  body.bytes_ = std::move(bytes);
  return body;
}

Body Body::of_file(std::string path, std::uint64_t offset, std::uint64_t size, std::shared_ptr<void> hold) {
  Body body;
  body.kind_ = Kind::kFile;
  body.path_ = std::move(path);
  body.offset_ = offset;
  body.size_ = size;
  body.hold_ = std::move(hold);
  return body;
}

Body Body::of_producer(Producer producer, std::optional<std::uint64_t> size) {
  Body body;
  body.kind_ = Kind::kProducer;
  body.producer_ = std::move(producer);
  body.producer_size_ = size;
  return body;
}

Body& Body::with_hashes(std::string sha256, std::string md5) {
  sha256_ = std::move(sha256);
  md5_ = std::move(md5);
  return *this;
}

Body& Body::with_trailer(std::string name, std::string value) {
  trailers_.emplace_back(std::move(name), std::move(value));
  return *this;
}

std::optional<std::uint64_t> Body::size() const {
  switch (kind_) {
    case Kind::kBytes:
      return bytes_.size();
    case Kind::kFile:
      return size_;
    case Kind::kProducer:
      return producer_size_;
  }
  return std::nullopt;
}

const std::string* Body::find_trailer(std::string_view name) const {
  for (const auto& [key, value] : trailers_)
    if (iequals(key, name)) return &value;
  return nullptr;
}

std::string Body::read_all(std::uint64_t limit) const {
  if (is_bytes()) return bytes_;
  std::string all;
  all.reserve(std::min(size().value_or(0), limit));
  read([&](std::string_view piece) {
    if (all.size() + piece.size() > limit) throw std::length_error("a body is larger than " + std::to_string(limit));
    all += piece;
  });
  return all;
}

void Body::read(const std::function<void(std::string_view)>& sink) const {
  if (is_bytes()) {
    if (!bytes_.empty()) sink(bytes_);
    return;
  }
  std::string piece;
  if (is_producer()) {
    while (producer_(piece)) {
      if (!piece.empty()) sink(piece);
      piece.clear();
    }
    return;
  }
  const File file(path_);
  piece.resize(kPiece);
  for (std::uint64_t done = 0; done < size_;) {
    const std::size_t want = std::min<std::uint64_t>(piece.size(), size_ - done);
    const ssize_t got = ::pread(file.fd(), piece.data(), want, static_cast<off_t>(offset_ + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "read " + path_);
    if (got == 0) throw std::system_error(EIO, std::generic_category(), path_ + " is shorter than it should be");
    sink(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    done += static_cast<std::uint64_t>(got);
  }
}

}  // namespace hanbat::wire
