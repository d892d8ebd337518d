// Ownership of descriptors, and the one way in which a failed system call is reported.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hanbat {

/// Throws std::system_error of errno; `what` says what was attempted ("open /x").
[[noreturn]] void throw_errno(std::string_view what);

/// Owns one descriptor. Everything that makes one here sets CLOEXEC.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }
  void reset();
  /// A second descriptor of the same open file.
  Fd duplicate() const;

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read;
  Fd write;
};
Pipe make_pipe();

void set_nonblocking(int fd);
void set_blocking(int fd);

/// Reads once, passing over EINTR. Returns 0 at the end.
std::size_t read_some(int fd, std::span<char> into);
/// Writes everything to a blocking descriptor.
void write_all(int fd, std::string_view bytes);

/// Lifts the limit on open files to the hard one. For daemons, once, at start.
void raise_open_files_limit();

}  // namespace hanbat
