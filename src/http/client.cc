#include "http/client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "http/channel.h"
#include "http/parser.h"
#include "http/websocket.h"
#include "os/sockets.h"

namespace hanbat::http {

namespace {
constexpr std::size_t kHeadLimit = 256 << 10;

}  // namespace

/// A connection to the server, between or in requests.
struct Wire {
  explicit Wire(Fd fd) : channel(std::move(fd)) {}
  Channel channel;
  std::string in;
  bool reused = false;
};
using WirePtr = std::unique_ptr<Wire>;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ClientContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

namespace {
ClientContextPtr make_context(const std::string& ca_pem) {
  ClientContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (ca_pem.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
    return context;
  }
  BIO* source = BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()));
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509(source, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), certificate);
    X509_free(certificate);
    ++count;
  }
  ERR_clear_error();
  BIO_free(source);
  if (count == 0) throw std::invalid_argument("no certificate in the CA's PEM");
  return context;
}
}  // namespace

Endpoint Endpoint::of_url(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.scheme = Scheme::kHttps;
    endpoint.port = 443;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    throw std::invalid_argument("not an http URL: " + std::string(url));
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    const auto port = parse_int(rest.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) throw std::invalid_argument("a bad port in " + std::string(url));
    endpoint.port = static_cast<std::uint16_t>(*port);
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) throw std::invalid_argument("no host in " + std::string(url));
  endpoint.host = std::string(rest);
  return endpoint;
}

class ConnectionPool {
 public:
  ConnectionPool(Endpoint endpoint, ClientOptions options)
      : endpoint(std::move(endpoint)), options(std::move(options)) {
    // OpenSSL writes to sockets without MSG_NOSIGNAL; a server that went away must not end the process.
    ::signal(SIGPIPE, SIG_IGN);
    if (this->endpoint.scheme == Endpoint::Scheme::kHttps) context_ = make_context(this->options.ca_pem);
  }

  WirePtr take() {
    std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      WirePtr wire = std::move(idle_.back());
      idle_.pop_back();
      // Something to read on an idle connection is its end, or a server that talks out of turn.
      char byte;
      try {
        if (wire->channel.try_read({&byte, 1}).outcome != Channel::Outcome::kWantRead) continue;
      } catch (const Error&) {
        continue;
      }
      wire->reused = true;
      wire->channel.clear_waits();
      return wire;
    }
    return nullptr;
  }

  WirePtr connect() const {
    auto wire = std::make_unique<Wire>(open_socket());
    if (!context_) return wire;
    SSL* session = SSL_new(context_.get());
    if (!session) throw std::bad_alloc();
    SSL_set_connect_state(session);
    wire->channel.set_tls(session);
    if (is_ip_address(endpoint.host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), endpoint.host.c_str());
    } else {
      SSL_set_tlsext_host_name(session, endpoint.host.c_str());
      SSL_set1_host(session, endpoint.host.c_str());
    }
    wire->channel.handshake(options.connect_timeout);
    return wire;
  }

  void return_to_pool(WirePtr wire) {
    std::lock_guard lock(mutex_);
    if (idle_.size() < options.max_idle) idle_.push_back(std::move(wire));
  }

  std::string name() const {
    if (!endpoint.unix_path.empty()) return endpoint.unix_path;
    return endpoint.host + ":" + std::to_string(endpoint.port);
  }

  const Endpoint endpoint;
  const ClientOptions options;

 private:
  Fd open_socket() const {
    if (endpoint.connector) return endpoint.connector();
    if (!endpoint.unix_path.empty()) return connect_unix(endpoint.unix_path);
    return connect_tcp(endpoint.connect_address.empty() ? endpoint.host : endpoint.connect_address,
                       endpoint.connect_port ? endpoint.connect_port : endpoint.port, options.connect_timeout);
  }

  ClientContextPtr context_;
  std::mutex mutex_;
  std::vector<WirePtr> idle_;
};

namespace {

std::string write_head(const ClientRequest& request, const Endpoint& endpoint) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    for (char c : value)
      if (c != '\r' && c != '\n' && c != '\0') head += c;
    head += "\r\n";
  };
  if (!request.headers.contains("Host")) {
    const bool usual = endpoint.port == (endpoint.scheme == Endpoint::Scheme::kHttps ? 443 : 80);
    const std::string host = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
    add("Host", usual || !endpoint.unix_path.empty() ? host : host + ":" + std::to_string(endpoint.port));
  }
  for (const auto& [name, value] : request.headers)
    if (!iequals(name, "Content-Length") && !iequals(name, "Transfer-Encoding")) add(name, value);
  if (request.stream && !request.stream_length)
    add("Transfer-Encoding", "chunked");
  else if (request.stream)
    add("Content-Length", std::to_string(*request.stream_length));
  else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH")
    add("Content-Length", std::to_string(request.body.size()));
  return head + "\r\n";
}

void write_stream(Wire& wire, const ClientRequest& request, const Patience& patience) {
  std::vector<char> buffer(kReadSize);
  std::uint64_t sent = 0;
  while (const std::size_t n = request.stream->read(buffer)) {
    if (!request.stream_length) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", n);
      wire.channel.write(std::string(size) + std::string(buffer.data(), n) + "\r\n", patience);
    } else {
      sent += n;
      if (sent > *request.stream_length) throw std::logic_error("the body is longer than its Content-Length");
      wire.channel.write({buffer.data(), n}, patience);
    }
  }
  if (!request.stream_length)
    wire.channel.write("0\r\n\r\n", patience);
  else if (sent < *request.stream_length)
    throw std::logic_error("the body is shorter than its Content-Length");
}

/// Gives the connection back when the body has been read to its end.
class PooledResponse final : public ClientResponse {
 public:
  PooledResponse(std::shared_ptr<ConnectionPool> pool, WirePtr wire, Patience patience)
      : pool_(std::move(pool)), wire_(std::move(wire)), patience_(patience) {}

  /// Reads the head, past interim ones.
  void read_head(const ClientRequest& request) {
    do {
      parser_ = std::make_unique<MessageParser>(MessageParser::Kind::kResponse, kHeadLimit);
      if (request.method == "HEAD") parser_->expect_no_body();
      bool need_more = wire_->in.empty();
      while (!parser_->head_done()) {
        if (need_more && !fill()) throw Error(0, "the server closed the connection without an answer");
        got_bytes = true;
        const auto fed = parser_->feed(wire_->in, {});
        wire_->in.erase(0, fed.consumed);
        need_more = fed.need_more || wire_->in.empty();
      }
    } while (parser_->status < 200 && parser_->status != 101);
    status = parser_->status;
    headers = std::move(parser_->headers);
    content_length = parser_->content_length();
    keep_ = parser_->keep_alive() && !parser_->until_end();
    if (parser_->done()) end();
  }

  std::size_t read(std::span<char> into) override {
    if (!wire_ || into.empty()) return 0;
    bool need_more = wire_->in.empty();
    std::size_t written = 0;
    while (written == 0 && !parser_->done()) {
      if (need_more && !fill()) {
        parser_->feed_end();
        break;
      }
      const auto fed = parser_->feed(wire_->in, into);
      wire_->in.erase(0, fed.consumed);
      written = fed.written;
      need_more = fed.need_more || wire_->in.empty();
    }
    if (parser_->done() || written == 0) end();
    return written;
  }

  void lose_connection() { keep_ = false; }
  bool got_bytes = false;

 private:
  bool fill() {
    const std::size_t had = wire_->in.size();
    wire_->in.resize(had + kReadSize);
    const std::size_t n = wire_->channel.read({wire_->in.data() + had, kReadSize}, patience_);
    wire_->in.resize(had + n);
    return n > 0;
  }

  void end() {
    if (keep_ && wire_->in.empty()) pool_->return_to_pool(std::move(wire_));
    wire_.reset();
  }

  std::shared_ptr<ConnectionPool> pool_;  // a response may outlive the client
  WirePtr wire_;
  Patience patience_;
  std::unique_ptr<MessageParser> parser_;
  bool keep_ = false;
};

}  // namespace

Client::Client(Endpoint endpoint, ClientOptions options)
    : pool_(std::make_shared<ConnectionPool>(std::move(endpoint), std::move(options))) {}
Client::~Client() = default;

std::unique_ptr<ClientResponse> Client::open(const ClientRequest& request) {
  const Patience patience{pool_->options.io_timeout, 0};
  const std::string what = request.method + " " + request.target + " at " + pool_->name() + ": ";
  for (;;) {
    // A stream cannot be sent twice, so it does not risk a kept connection.
    WirePtr wire = request.stream ? nullptr : pool_->take();
    const bool reused = wire != nullptr;
    std::unique_ptr<PooledResponse> response;
    try {
      if (!wire) wire = pool_->connect();
      Wire& sending = *wire;
      response = std::make_unique<PooledResponse>(pool_, std::move(wire), patience);
      const std::string head = write_head(request, pool_->endpoint);
      try {
        sending.channel.write(request.stream ? head : head + request.body, patience);
        if (request.stream) write_stream(sending, request, patience);
      } catch (const Error& error) {
        // The server may have answered and closed before it had the whole body.
        if (error.status == 408 || reused) throw;
        response->lose_connection();
      }
      response->read_head(request);
      return response;
    } catch (const Error& error) {
      const bool untouched = reused && error.status == 0 && !(response && response->got_bytes);
      if (untouched) continue;
      throw Error(0, what + error.what());
    } catch (const std::system_error& error) {
      throw Error(0, what + error.what());
    }
  }
}

Response Client::send(const ClientRequest& request, std::size_t limit) {
  const auto answer = open(request);
  Response response{answer->status, std::move(answer->headers), {}};
  response.body = answer->read_all(limit);
  return response;
}

struct ClientWebSocket::Connected {
  WirePtr wire;
};

ClientWebSocket::ClientWebSocket(const Endpoint& endpoint, const ClientOptions& options, const std::string& target,
                                 Headers headers) {
  const ConnectionPool pool(endpoint, options);
  const std::string key = to_base64(random_bytes(16));
  ClientRequest request{.target = target, .headers = std::move(headers)};
  for (auto& [name, value] : Headers({{"Upgrade", "websocket"},
                                      {"Connection", "Upgrade"},
                                      {"Sec-WebSocket-Version", "13"},
                                      {"Sec-WebSocket-Key", key}}))
    request.headers.add(name, value);
  const std::string what = "WebSocket " + target + " at " + pool.name() + ": ";
  const Patience patience{options.io_timeout, 0};
  try {
    connected_ = std::make_unique<Connected>(Connected{pool.connect()});
    Wire& wire = *connected_->wire;
    wire.channel.write(write_head(request, endpoint), patience);
    MessageParser parser(MessageParser::Kind::kResponse, kHeadLimit);
    std::array<char, kReadSize> buffer;
    while (!parser.head_done()) {
      const std::size_t n = wire.channel.read(buffer, patience);
      if (n == 0) throw Error(0, "the server closed the connection without an answer");
      wire.in.append(buffer.data(), n);
      wire.in.erase(0, parser.feed(wire.in, {}).consumed);
    }
    if (parser.status != 101) throw Error(parser.status, "the answer is " + std::to_string(parser.status));
    if (parser.headers.get("Sec-WebSocket-Accept") != websocket_accept(key))
      throw Error(0, "the answer is for another key");
    socket_ = std::make_unique<WebSocket>(wire.channel, WebSocketSide::kClient, wire.in);
  } catch (const Error& error) {
    throw Error(error.status == 101 ? 0 : error.status, what + error.what());
  } catch (const std::system_error& error) {
    throw Error(0, what + error.what());
  }
}

ClientWebSocket::~ClientWebSocket() = default;

}  // namespace hanbat::http
