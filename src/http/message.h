// The parts of an HTTP message that server and client share: headers, a request's head, a response, bodies.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hanbat::http {

/// Header fields in the order they were sent, names compared without case; a name may occur more than once.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces all of that name by one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first value, or "".
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }
  bool contains(std::string_view name) const { return find(name).has_value(); }
  /// All values of the name, joined by "," as RFC 9110 allows.
  std::string joined(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// What a request says before its body, and how it came.
struct RequestHead {
  std::string method;     // "GET"
  std::string target;     // as sent: "/a%20b?x=1"
  std::string raw_path;   // "/a%20b", undecoded; "/" at least
  std::string raw_query;  // "x=1", undecoded, without '?'
  Headers headers;
  std::string peer_address;  // "10.1.0.5"; "" over a Unix socket
  std::uint16_t peer_port = 0;
  std::string local_address;  // where the client connected to
  std::uint16_t local_port = 0;
  std::string tls_version;   // "1.2" or "1.3"; "" in clear
  std::string server_name;   // TLS SNI, or ""
  std::string listener_tag;  // of the listener that accepted it: "front", "imds:vpc-1"

  /// The Host header without its port, in lower case.
  std::string host() const;
  /// The value of a query parameter, decoded; nothing when it is not there, "" when it has no value.
  std::optional<std::string> query(std::string_view name) const;
};

/// A stream of bytes that is read once, to its end.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// Reads at least one byte and at most the span, waiting for them; 0 at the end of the body. Throws http::Error when
  /// the other side is too slow, goes away, or sends what is no HTTP.
  virtual std::size_t read(std::span<char> into) = 0;
  /// All that is left. Throws http::Error 413 when that is more than `limit` bytes.
  std::string read_all(std::size_t limit);
};

/// A body that is at hand.
class StringBody final : public BodyReader {
 public:
  explicit StringBody(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> into) override;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

/// Bytes of an open file, from its current position, at most `length`.
class FileBody final : public BodyReader {
 public:
  FileBody(int fd, std::uint64_t length) : fd_(fd), left_(length) {}
  std::size_t read(std::span<char> into) override;

 private:
  int fd_;
  std::uint64_t left_;
};

/// A failure of HTTP itself. In a handler: the server answers with that status. From the client: status is 0, and the
/// message names the peer and what was attempted.
struct Error : std::runtime_error {
  Error(int status, const std::string& message) : std::runtime_error(message), status(status) {}
  int status;
};

/// A whole answer.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

/// "Not Found" for 404.
std::string_view reason(int status);
/// The parts of "a=1&b=2", decoded, in order.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view raw_query);

}  // namespace hanbat::http
