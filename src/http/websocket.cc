#include "http/websocket.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "base/big_endian.h"
#include "base/utf8.h"
#include "http/message.h"

namespace hanbat::http {
namespace {

constexpr std::size_t kLongestControl = 125;
constexpr auto kClosingGrace = std::chrono::seconds(2);

bool is_control(WebSocketOpcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

void apply_mask(std::string& data, std::string_view mask) {
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(data[i] ^ mask[i % 4]);
}

}  // namespace

std::string websocket_frame(WebSocketSide own_side, const WebSocketMessage& message) {
  std::string frame;
  const std::size_t size = message.data.size();
  const std::uint8_t masked = own_side == WebSocketSide::kClient ? 0x80 : 0;
  frame += static_cast<char>(0x80 | static_cast<std::uint8_t>(message.kind));
  if (size < 126) {
    frame += static_cast<char>(masked | size);
  } else if (size <= 0xffff) {
    frame += static_cast<char>(masked | 126);
    append_big_endian(frame, size, 2);
  } else {
    frame += static_cast<char>(masked | 127);
    append_big_endian(frame, size, 8);
  }
  if (!masked) return frame + message.data;
  std::array<unsigned char, 4> mask{};
  if (RAND_bytes(mask.data(), mask.size()) != 1) throw std::runtime_error("no random bytes");
  const std::string_view mask_text(reinterpret_cast<const char*>(mask.data()), mask.size());
  std::string data = message.data;
  apply_mask(data, mask_text);
  return frame.append(mask_text).append(data);
}

std::optional<WebSocketReader::Frame> WebSocketReader::next_frame() {
  const std::string_view in = std::string_view(in_).substr(at_);
  if (in.size() < 2) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(in[0]);
  const auto second = static_cast<std::uint8_t>(in[1]);
  if (first & 0x70) throw WebSocketError(close_code::kProtocolError, "a reserved bit is set");
  if (!is_known(first & 0x0f)) throw WebSocketError(close_code::kProtocolError, "an unknown opcode");
  const bool masked = second & 0x80;
  if (masked != (own_side_ == WebSocketSide::kServer))
    throw WebSocketError(close_code::kProtocolError, masked ? "a masked frame of a server" : "an unmasked frame");

  Frame frame;
  frame.final = first & 0x80;
  frame.opcode = static_cast<WebSocketOpcode>(first & 0x0f);
  const int wide = (second & 0x7f) == 126 ? 2 : (second & 0x7f) == 127 ? 8 : 0;
  const std::size_t head = 2 + static_cast<std::size_t>(wide);
  if (in.size() < head) return std::nullopt;
  const std::uint64_t size = wide ? read_big_endian(in.substr(2, static_cast<std::size_t>(wide))) : second & 0x7f;
  if (is_control(frame.opcode) && (!frame.final || size > kLongestControl))
    throw WebSocketError(close_code::kProtocolError, "a control frame that is fragmented or too long");
  if (size > limit_) throw WebSocketError(close_code::kTooLarge, "a message is too large");
  const std::size_t mask_size = masked ? 4 : 0;
  if (in.size() < head + mask_size + size) return std::nullopt;
  frame.data = std::string(in.substr(head + mask_size, size));
  if (masked) apply_mask(frame.data, in.substr(head, 4));

  at_ += head + mask_size + size;
  if (at_ == in_.size() || at_ > kReadSize) {
    in_.erase(0, at_);
    at_ = 0;
  }
  return frame;
}

std::optional<WebSocketMessage> WebSocketReader::next() {
  while (auto frame = next_frame()) {
    if (is_control(frame->opcode)) return WebSocketMessage{frame->opcode, std::move(frame->data)};
    if ((frame->opcode == WebSocketOpcode::kContinuation) != fragments_.has_value())
      throw WebSocketError(close_code::kProtocolError, "a fragment out of place");
    if (!fragments_) fragments_.emplace(WebSocketMessage{frame->opcode, ""});
    if (fragments_->data.size() + frame->data.size() > limit_)
      throw WebSocketError(close_code::kTooLarge, "a message is too large");
    fragments_->data += frame->data;
    if (!frame->final) continue;
    WebSocketMessage whole = std::move(*fragments_);
    fragments_.reset();
    if (whole.kind == WebSocketOpcode::kText && !is_utf8(whole.data))
      throw WebSocketError(1007, "text that is no UTF-8");
    return whole;
  }
  return std::nullopt;
}

std::string close_payload(const WebSocketClosing& closing) {
  std::string payload;
  if (closing.code == close_code::kNoCode) return payload;
  append_big_endian(payload, static_cast<std::uint64_t>(closing.code), 2);
  return payload + closing.reason.substr(0, kLongestControl - 2);
}

WebSocketClosing parse_close(std::string_view payload) {
  if (payload.empty()) return {close_code::kNoCode, ""};
  if (payload.size() == 1) throw WebSocketError(close_code::kProtocolError, "half a close code");
  const int code = static_cast<int>(read_big_endian(payload.substr(0, 2)));
  const bool registered = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006);
  if (!registered && (code < 3000 || code > 4999))
    throw WebSocketError(close_code::kProtocolError, "a close code that must not be sent");
  if (!is_utf8(payload.substr(2))) throw WebSocketError(1007, "a reason that is no UTF-8");
  return {code, std::string(payload.substr(2))};
}

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) throw std::bad_alloc();
  std::array<unsigned char, 64> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

WebSocket::WebSocket(Channel& channel, WebSocketSide side, std::string_view pending, Options options)
    : channel_(channel), side_(side), options_(options), reader_(side, options.message_limit) {
  reader_.feed(pending);
}

void WebSocket::queue(WebSocketOpcode kind, std::string data) {
  out_ += websocket_frame(side_, {kind, std::move(data)});
}

void WebSocket::send(WebSocketMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    queue(message.kind, std::move(message.data));
  }
  wake_.set();
}

void WebSocket::close(int code, std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = Clock::now();
    said_ = {code, std::move(reason)};
    queue(WebSocketOpcode::kClose, close_payload(said_));
  }
  wake_.set();
}

bool WebSocket::congested() const {
  const std::lock_guard lock(mutex_);
  return out_.size() > options_.congested_at;
}

/// Whether anything was written.
bool WebSocket::write_some(const Callbacks& callbacks) {
  bool drained = false;
  std::size_t written = 0;
  {
    const std::lock_guard lock(mutex_);
    const bool was_congested = out_.size() > options_.congested_at;
    while (written < out_.size()) {
      const auto tried = channel_.try_write(std::string_view(out_).substr(written));
      if (tried.outcome != Channel::Outcome::kDone) break;
      written += tried.bytes;
    }
    out_.erase(0, written);
    drained = was_congested && out_.size() <= options_.congested_at;
  }
  if (drained) callbacks.on_drained();
  return written > 0;
}

/// Whether anything was read.
bool WebSocket::read_some() {
  std::array<char, 16384> buffer;
  const auto tried = channel_.try_read(buffer);
  if (tried.outcome == Channel::Outcome::kEnd) ended_ = true;
  if (tried.outcome != Channel::Outcome::kDone) return false;
  last_heard_ = Clock::now();
  reader_.feed({buffer.data(), tried.bytes});
  return true;
}

void WebSocket::take(WebSocketMessage message, const Callbacks& callbacks) {
  if (heard_) return;  // nothing counts after the close
  switch (message.kind) {
    case WebSocketOpcode::kPing: {
      const std::lock_guard lock(mutex_);
      if (!closing_) queue(WebSocketOpcode::kPong, std::move(message.data));
      return;
    }
    case WebSocketOpcode::kPong:
      return;
    case WebSocketOpcode::kClose:
      heard_ = parse_close(message.data);
      return close(heard_->code == close_code::kNoCode ? close_code::kNormal : heard_->code);
    case WebSocketOpcode::kText:
    case WebSocketOpcode::kBinary:
    case WebSocketOpcode::kContinuation:
      if (callbacks.on_message) callbacks.on_message(std::move(message));
  }
}

/// Whether there is nothing left to do.
bool WebSocket::over() const {
  if (ended_) return true;
  const std::lock_guard lock(mutex_);
  if (!closing_) return false;
  return (heard_ && out_.empty()) || Clock::now() - *closing_ > kClosingGrace;
}

void WebSocket::wait(bool reads, const Callbacks& callbacks) {
  bool writes = false;
  {
    const std::lock_guard lock(mutex_);
    writes = !out_.empty();
  }
  std::array<pollfd, 2> fds{
      {{channel_.fd(), static_cast<short>((reads ? POLLIN : POLLRDHUP) | (writes ? POLLOUT : 0)), 0},
       {wake_.fd(), POLLIN, 0}}};
  const auto longest = callbacks.on_tick ? callbacks.tick : std::chrono::milliseconds(1000);
  ::poll(fds.data(), fds.size(), static_cast<int>(longest.count()));
  if (fds[1].revents) wake_.clear();
  // Where nothing is to be read, its end is seen so alone.
  if (!reads && (fds[0].revents & (POLLRDHUP | POLLHUP | POLLERR))) ended_ = true;
}

WebSocketClosing WebSocket::go_on(const Callbacks& callbacks, const std::function<bool()>& stop) {
  last_heard_ = last_ping_ = Clock::now();
  try {
    while (!over() && !stop()) {
      const bool wrote = write_some(callbacks);
      if (callbacks.on_tick) callbacks.on_tick();
      const bool reads = callbacks.may_read();
      if (reads) {
        if (auto message = reader_.next()) {
          take(std::move(*message), callbacks);
          continue;
        }
        if (read_some()) continue;
      }
      if (wrote || ended_) continue;
      const auto now = Clock::now();
      if (!reads) last_heard_ = now;  // it is we who do not listen
      if (now - last_heard_ > 3 * options_.ping_every) break;
      if (now - std::max(last_heard_, last_ping_) > options_.ping_every) {
        send({WebSocketOpcode::kPing, ""});
        last_ping_ = now;
      }
      wait(reads, callbacks);
    }
  } catch (const WebSocketError& error) {
    close(error.code, error.what());
    try {
      write_some(callbacks);
    } catch (const Error&) {
      // It has gone without waiting for our reason.
    }
    ended_ = true;
    return {error.code, error.what()};
  } catch (const Error& error) {
    ended_ = true;
    return heard_.value_or(WebSocketClosing{close_code::kBroken, error.what()});
  }
  if (heard_) return *heard_;
  const std::lock_guard lock(mutex_);
  return closing_ ? said_ : WebSocketClosing{};
}

void WebSocket::flush() {
  std::string waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(out_);
  }
  channel_.write(waiting, {});
}

WebSocketClosing WebSocket::run(const Callbacks& callbacks) {
  return go_on(callbacks, [] { return false; });
}

std::optional<WebSocketMessage> WebSocket::receive(std::chrono::milliseconds longest) {
  std::optional<WebSocketMessage> received;
  const auto deadline = Clock::now() + longest;
  Callbacks callbacks;
  callbacks.on_message = [&](WebSocketMessage message) { received = std::move(message); };
  go_on(callbacks, [&] { return received || Clock::now() >= deadline; });
  return received;
}

}  // namespace hanbat::http
