// One connection's bytes, plain or TLS, over a nonblocking socket: tried at once, or waited for with a limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "os/fd.h"

struct ssl_st;

namespace hanbat::http {

/// How long one side waits for the other: for each step, and on the whole by a least rate.
struct Patience {
  std::chrono::milliseconds step = std::chrono::seconds(60);
  std::uint64_t min_bytes_per_second = 0;  // 0 = no least rate
};

/// How much is read from a connection at a time.
constexpr std::size_t kReadSize = 64 << 10;

class Channel;

/// Is told when a thread begins to wait on a channel for the other side, and when that ends. From that thread.
class WaitObserver {
 public:
  virtual void on_wait_begin(Channel& channel) = 0;
  virtual void waited(Channel& channel) = 0;

 protected:
  ~WaitObserver() = default;
};

class Channel {
 public:
  explicit Channel(Fd fd);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// From here on the bytes are TLS. Takes the session.
  void set_tls(ssl_st* session);
  ssl_st* tls() const { return tls_; }
  /// "1.2" or "1.3"; "" without TLS.
  std::string tls_version() const;
  int fd() const { return fd_.get(); }

  enum class Outcome { kDone, kEnd, kWantRead, kWantWrite };
  struct Tried {
    Outcome outcome;
    std::size_t bytes = 0;
  };
  /// Each throws http::Error (status 0) when the connection is broken.
  Tried try_read(std::span<char> into);
  Tried try_write(std::string_view bytes);
  Tried try_handshake();

  /// Waits; 0 at the end. Throws http::Error 408 when the patience is over.
  std::size_t read(std::span<char> into, const Patience& patience);
  void write(std::string_view bytes, const Patience& patience);
  void handshake(std::chrono::milliseconds longest);

  /// Nothing more will be sent.
  void end_writing();
  /// Breaks the connection under whoever waits on it; the one call that another thread may make.
  void cut();
  /// A new message begins: what was waited for the one before does not count.
  void clear_waits();
  /// The observer outlives the channel's waits.
  void set_observer(WaitObserver* observer) { observer_ = observer; }
  /// How much longer than its bytes are worth (at 64 KiB a second) this message has been waited for, until the wait
  /// that goes on now began.
  std::chrono::steady_clock::duration debt() const;

 private:
  void wait_for(Outcome wanted, const Patience& patience);
  Tried explain(int result, std::string_view what);

  Fd fd_;
  ssl_st* tls_ = nullptr;
  WaitObserver* observer_ = nullptr;
  std::chrono::steady_clock::duration waited_{0};
  std::uint64_t moved_ = 0;
};

}  // namespace hanbat::http
