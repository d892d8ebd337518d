// One request and its answer on a connection: body framing both ways, the client's expectations, and how to part.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time.h"
#include "http/connection.h"
#include "http/websocket.h"

namespace hanbat::http {

void ResponseWriter::copy(BodyReader& from) {
  std::array<char, 65536> buffer;
  while (const std::size_t n = from.read(buffer)) write({buffer.data(), n});
  finish();
}

std::string Exchange::read_body(std::size_t limit) {
  if (const auto length = content_length(); length && *length > limit)
    throw Error(413, "the body is larger than " + std::to_string(limit) + " bytes");
  return body().read_all(limit);
}

std::unique_ptr<WebSocket> Exchange::accept_websocket() {
  throw Error(400, "this connection cannot become a WebSocket");
}

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kLeastRead = 4 << 10;
constexpr std::size_t kWriteBuffer = 32 << 10;
constexpr std::uint64_t kDrainLimit = 256 << 10;  // an unread body is passed over up to here, so the connection lives
constexpr std::uint64_t kLingerLimit = 64ull << 20;  // before a close, so that the client reads our answer
const Patience kShortPatience{std::chrono::seconds(3), 64 << 10};

bool has_token(const Headers& headers, std::string_view name, std::string_view token) {
  for (const auto& part : split(headers.joined(name), ','))
    if (iequals(trim(part), token)) return true;
  return false;
}

/// Header values are data; a line break in one must not start another field.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (char c : value)
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  out += "\r\n";
}

bool bodyless(int status) { return status < 200 || status == 204 || status == 304; }

class ConnectionExchange final : public Exchange, private BodyReader, private ResponseWriter {
 public:
  ConnectionExchange(Connection& connection, const ServerOptions& options, const std::atomic<bool>& stopping)
      : connection_(connection),
        options_(options),
        stopping_(stopping),
        parser_(*connection.parser),
        patience_{options.io_timeout, options.min_bytes_per_second} {
    head_.method = parser_.method;
    head_.target = parser_.target;
    head_.headers = std::move(parser_.headers);
    std::string_view target = head_.target;
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
      const auto path = target.find_first_of("/?", scheme + 3);
      target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    head_.raw_path = std::string(target.substr(0, question));
    if (head_.raw_path.empty()) head_.raw_path = "/";
    if (question != std::string_view::npos) head_.raw_query = std::string(target.substr(question + 1));
    head_.peer_address = connection.peer.address;
    head_.peer_port = connection.peer.port;
    head_.local_address = connection.local.address;
    head_.local_port = connection.local.port;
    head_.tls_version = connection.channel.tls_version();
    head_.server_name = connection.server_name;
    head_.listener_tag = connection.entrance->tag;
    waits_for_continue_ = !parser_.http_1_0() && has_token(head_.headers, "Expect", "100-continue");
    is_head_ = head_.method == "HEAD";
    keep_ = parser_.keep_alive();
  }

  const RequestHead& head() const override { return head_; }
  BodyReader& body() override { return *this; }
  std::optional<std::uint64_t> content_length() const override {
    if (parser_.chunked()) return std::nullopt;
    return parser_.content_length().value_or(0);
  }

  void send(Response response) override {
    std::optional<std::uint64_t> length = response.body.size();
    if (is_head_ && response.body.empty())
      if (const auto said = parse_int(response.headers.get("Content-Length")))
        length = static_cast<std::uint64_t>(*said);
    start(response.status, std::move(response.headers), length);
    write(response.body);
    finish();
  }

  ResponseWriter& start(int status, Headers headers, std::optional<std::uint64_t> length) override {
    if (answered_) throw std::logic_error("two answers to one request");
    answered_ = true;
    if (stopping_) keep_ = false;
    // The client holds its body back until it is told; who answers instead cannot know whether it will come.
    if (waits_for_continue_ && !parser_.done()) keep_ = false;
    no_body_ = is_head_ || bodyless(status);
    chunked_ = !length && !parser_.http_1_0() && !bodyless(status);
    if (!length && parser_.http_1_0()) keep_ = false;
    left_ = length;

    // Who expects it waits for it, also where the body is empty and nobody reads it: botocore takes the final answer in
    // its place for an interim one, and then hangs on the connection.
    if (waits_for_continue_ && parser_.done()) out_ = kContinue;
    out_ += "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason(status)) + "\r\n";
    for (const auto& [name, value] : headers) {
      if (iequals(name, "Connection") || iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding"))
        continue;
      append_field(out_, name, value);
    }
    if (!headers.contains("Date")) append_field(out_, "Date", http_date(SystemClock().now()));
    if (length && !bodyless(status)) append_field(out_, "Content-Length", std::to_string(*length));
    if (chunked_) append_field(out_, "Transfer-Encoding", "chunked");
    if (!keep_)
      append_field(out_, "Connection", "close");
    else if (parser_.http_1_0())
      append_field(out_, "Connection", "keep-alive");
    out_ += "\r\n";
    return *this;
  }

  bool answered() const override { return answered_; }

  std::uint64_t sent_bytes() const override { return sent_; }

  bool client_gone() override {
    pollfd poll{connection_.channel.fd(), POLLRDHUP, 0};
    return ::poll(&poll, 1, 0) > 0;
  }

  void close_after() override { keep_ = false; }

  void limit_hops(int hops) override {
    if (::setsockopt(connection_.channel.fd(), IPPROTO_IP, IP_TTL, &hops, sizeof hops) != 0)
      throw_errno("setsockopt IP_TTL");
    keep_ = false;
  }

  std::unique_ptr<WebSocket> accept_websocket() override {
    const std::string_view key = head_.headers.get("Sec-WebSocket-Key");
    if (head_.method != "GET" || parser_.http_1_0() || !has_token(head_.headers, "Upgrade", "websocket") ||
        !has_token(head_.headers, "Connection", "upgrade") || key.empty())
      throw Error(400, "this is the address of a WebSocket");
    if (head_.headers.get("Sec-WebSocket-Version") != "13") {
      send({426, {{"Sec-WebSocket-Version", "13"}}, "WebSockets of version 13 alone\n"});
      return nullptr;
    }
    if (answered_) throw std::logic_error("two answers to one request");
    answered_ = finished_ = true;
    keep_ = false;
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    append_field(answer, "Sec-WebSocket-Accept", websocket_accept(key));
    connection_.channel.write(answer + "\r\n", patience_);
    auto socket = std::make_unique<WebSocket>(connection_.channel, WebSocketSide::kServer, connection_.pending());
    connection_.consume(connection_.pending().size());
    return socket;
  }

  /// After the handler: sends what is left, passes over what was not read. Whether the connection can go on.
  bool part() {
    if (!finished_) {
      // Cut short on purpose: the client must not take half an answer for a whole one.
      flush();
      return false;
    }
    if (parser_.done()) {
      if (!keep_) connection_.channel.end_writing();
      return keep_;
    }
    if (!keep_) {
      linger();
      return false;
    }
    patience_ = kShortPatience;
    waits_for_continue_ = false;
    std::array<char, 16384> sink;
    std::uint64_t passed = 0;
    while (!parser_.done()) {
      const std::size_t n = read(sink);
      if (n == 0) break;
      if ((passed += n) > kDrainLimit) {
        linger();
        return false;
      }
    }
    return true;
  }

  void fail(int status, std::string_view why) {
    keep_ = keep_ && status != 408 && status != 400;
    send({status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(why) + "\n"});
  }

 private:
  // The request's body.
  std::size_t read(std::span<char> into) override {
    if (into.empty()) return 0;
    if (waits_for_continue_ && !parser_.done()) {
      waits_for_continue_ = false;
      if (!answered_) connection_.channel.write(kContinue, patience_);
    }
    bool need_more = connection_.pending().empty();
    while (!parser_.done()) {
      if (need_more) fill();
      const auto fed = parser_.feed(connection_.pending(), into);
      connection_.consume(fed.consumed);
      if (fed.written > 0) return fed.written;
      need_more = fed.need_more || connection_.pending().empty();
      if (fed.need_more && connection_.pending().size() > options_.header_limit)
        throw Error(400, "a chunk's header is too large");
    }
    return 0;
  }

  void fill() {
    connection_.compact();
    const std::size_t had = connection_.in.size();
    // No room for more than there will be: it is filled with zeros first.
    const std::size_t room = std::clamp<std::uint64_t>(content_length().value_or(kReadSize), kLeastRead, kReadSize);
    connection_.in.resize(had + room);
    std::size_t n = 0;
    try {
      n = connection_.channel.read({connection_.in.data() + had, room}, patience_);
    } catch (...) {
      connection_.in.resize(had);
      throw;
    }
    connection_.in.resize(had + n);
    if (n == 0) throw Error(400, "the client closed the connection in the middle of the body");
  }

  // The answer's body.
  void write(std::string_view bytes) override {
    if (!answered_ || finished_) throw std::logic_error("a body outside an answer");
    if (bytes.empty() || no_body_) return;
    if (left_) {
      if (bytes.size() > *left_) throw std::logic_error("the answer's body is longer than its Content-Length");
      *left_ -= bytes.size();
    }
    if (chunked_) {
      pending_.append(bytes);
      if (pending_.size() >= kWriteBuffer) emit_chunk();
    } else {
      out_.append(bytes);
    }
    if (out_.size() >= kWriteBuffer) push();
  }

  void flush() override {
    emit_chunk();
    push();
  }

  void finish() override {
    if (finished_) return;
    if (left_ && *left_ > 0 && !no_body_)
      throw std::logic_error("the answer's body is shorter than its Content-Length");
    emit_chunk();
    if (chunked_ && !no_body_) out_ += "0\r\n\r\n";
    push();
    finished_ = true;
  }

  void emit_chunk() {
    if (pending_.empty()) return;
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", pending_.size());
    out_.append(size).append(pending_).append("\r\n");
    pending_.clear();
  }

  void push() {
    connection_.channel.write(out_, patience_);
    sent_ += out_.size();
    out_.clear();
  }

  /// Ends our side and takes what still comes for a moment: a close with unread data would reset the connection and
  /// with it the answer that is on its way.
  void linger() {
    connection_.channel.end_writing();
    std::array<char, 65536> sink;
    std::uint64_t passed = 0;
    connection_.channel.clear_waits();
    while (passed < kLingerLimit) {
      const std::size_t n = connection_.channel.read(sink, kShortPatience);
      if (n == 0) return;
      passed += n;
    }
  }

  Connection& connection_;
  const ServerOptions& options_;
  const std::atomic<bool>& stopping_;
  MessageParser& parser_;
  Patience patience_;
  RequestHead head_;
  bool waits_for_continue_ = false;
  bool is_head_ = false;
  bool keep_ = true;
  bool answered_ = false;
  bool finished_ = false;
  bool no_body_ = false;
  bool chunked_ = false;
  std::optional<std::uint64_t> left_;
  std::string out_;      // ready to be sent
  std::string pending_;  // of a chunked answer, not in a chunk yet
  std::uint64_t sent_ = 0;
};

}  // namespace

bool run_exchange(Connection& connection, const ServerOptions& options, const Handler& handler,
                  const std::atomic<bool>& stopping) {
  connection.channel.clear_waits();
  ConnectionExchange exchange(connection, options, stopping);
  int status = 0;
  std::string why;
  try {
    if (!connection.parser->http_1_0() && !exchange.head().headers.contains("Host"))
      throw Error(400, "a request without Host");
    handler(exchange);
    if (!exchange.answered()) throw std::logic_error("no answer");
  } catch (const Error& error) {
    status = error.status == 0 ? 499 : error.status;
    why = error.what();
  } catch (const std::exception& error) {
    status = 500;
    why = error.what();
    if (options.on_error) options.on_error(exchange.head(), why);
  } catch (...) {
    status = 500;
    why = "an unknown exception";
    if (options.on_error) options.on_error(exchange.head(), why);
  }
  try {
    if (status == 499) return false;
    if (status && exchange.answered()) return false;
    if (status) exchange.fail(status, status == 500 ? "internal error" : why);
    return exchange.part();
  } catch (const std::exception&) {
    return false;  // the client is gone or too slow; there is nobody to tell
  }
}

void refuse(Connection& connection, const ServerOptions& options, int status, std::string_view why) {
  const std::string body = std::string(why) + "\n";
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason(status)) + "\r\n";
  append_field(answer, "Content-Type", "text/plain; charset=utf-8");
  append_field(answer, "Content-Length", std::to_string(body.size()));
  append_field(answer, "Connection", "close");
  try {
    connection.channel.write(answer + "\r\n" + body, Patience{std::min(options.io_timeout, kShortPatience.step), 0});
    connection.channel.end_writing();
    std::array<char, 65536> sink;
    connection.channel.clear_waits();
    for (std::uint64_t passed = 0; passed < (1u << 20);) {
      const std::size_t n = connection.channel.read(sink, Patience{std::chrono::milliseconds(500), 64 << 10});
      if (n == 0) return;
      passed += n;
    }
  } catch (const std::exception&) {
    // It did not wait for the answer.
  }
}

}  // namespace hanbat::http
