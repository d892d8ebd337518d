// Takes HTTP/1.1 messages apart as their bytes come, over Boost.Beast's parser; keeps Beast out of everything else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.h"

namespace hanbat::http {

/// One message. feed() is called with the unconsumed bytes until done(); the head is complete first, then each call may
/// yield a piece of the body.
class MessageParser {
 public:
  enum class Kind { kRequest, kResponse };
  MessageParser(Kind kind, std::size_t header_limit);
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  struct Fed {
    std::size_t consumed = 0;  // of `in`
    std::size_t written = 0;   // into `sink`
    bool need_more = false;    // nothing can be done with these bytes alone
  };
  /// Throws http::Error: 400 for what is no HTTP or whose end could be seen in two places (two lengths, a length and
  /// chunks, a coding other than "chunked") and for two hosts, 431 for a head that is too long or has more than 1000
  /// fields, 505 for other versions.
  Fed feed(std::string_view in, std::span<char> sink);
  /// The connection ended. Throws http::Error when the message does not end with it.
  void feed_end();
  /// The answer to a HEAD request: there is no body whatever the head says. Before the head is fed.
  void expect_no_body();

  bool head_done() const;
  bool done() const;
  bool keep_alive() const;
  bool chunked() const;
  /// Whether the body ends with the connection.
  bool until_end() const;
  std::optional<std::uint64_t> content_length() const;
  bool http_1_0() const;

  std::string method, target;  // of requests
  int status = 0;              // of responses
  Headers headers;

 private:
  class Impl;
  template <bool kIsRequest>
  class Typed;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hanbat::http
