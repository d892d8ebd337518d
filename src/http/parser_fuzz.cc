// HTTP/1.1 messages, also chunked: however the bytes are cut on their way and however small the reader's buffer is, the
// message is the same; a body is never longer than what was sent; what is no HTTP is refused by http::Error.
#include <algorithm>
#include <array>
#include <string>

#include "base/fuzzing.h"
#include "http/parser.h"

using hanbat::fuzzing::require;
using namespace hanbat::http;

namespace {

constexpr std::size_t kHeaderLimit = 8 << 10;

struct Outcome {
  int refused = 0;  // the status of the refusal
  bool done = false;
  std::string head;
  std::string body;
  std::size_t used = 0;
};

std::string describe(const MessageParser& parser) {
  std::string out = parser.method + ' ' + parser.target + ' ' + std::to_string(parser.status);
  for (const auto& [name, value] : parser.headers) out += '\n' + name + ':' + value;
  out += parser.keep_alive() ? "\nkeep" : "\nclose";
  out += parser.chunked() ? "\nchunked" : "\nplain";
  if (const auto length = parser.content_length()) out += '\n' + std::to_string(*length);
  return out;
}

/// Feeds the bytes `piece` at a time into a buffer of `room` bytes, as a connection does.
Outcome read(MessageParser::Kind kind, std::string_view bytes, std::size_t piece, std::size_t room) {
  Outcome out;
  MessageParser parser(kind, kHeaderLimit);
  std::array<char, 4096> buffer{};
  std::string pending;
  bool need_more = true;
  try {
    while (!parser.done()) {
      if (need_more || pending.empty()) {
        if (bytes.empty()) {
          parser.feed_end();
          break;
        }
        const std::size_t n = std::min(piece, bytes.size());
        pending += bytes.substr(0, n);
        bytes.remove_prefix(n);
      }
      const bool in_head = !parser.head_done();
      const std::span<char> sink = in_head ? std::span<char>() : std::span(buffer).first(room);
      const auto fed = parser.feed(pending, sink);
      require(fed.consumed <= pending.size() && fed.written <= sink.size(), "a parser stays within what it was given");
      require(fed.need_more || fed.consumed > 0 || fed.written > 0 || parser.done() || (in_head && parser.head_done()),
              "a parser that wants no more bytes goes on");
      if (in_head && parser.head_done()) out.head = describe(parser);
      out.body.append(buffer.data(), fed.written);
      out.used += fed.consumed;
      pending.erase(0, fed.consumed);
      need_more = fed.need_more;
    }
    out.done = parser.done();
  } catch (const Error& error) {
    out.refused = error.status;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const auto kind = choice & 1 ? MessageParser::Kind::kResponse : MessageParser::Kind::kRequest;
  const std::string_view bytes = input.rest();

  const Outcome whole = read(kind, bytes, std::max<std::size_t>(bytes.size(), 1), 4096);
  const Outcome cut = read(kind, bytes, 1 + choice / 16, 1 + choice / 4);
  require(whole.body.size() <= bytes.size() && whole.used <= bytes.size(), "a body is part of what was sent");
  require(whole.refused == 0 || whole.refused == 400 || whole.refused == 431 || whole.refused == 505,
          "a refusal has a status that the server answers with");
  require((whole.refused != 0) == (cut.refused != 0), "where the bytes are cut does not decide whether they are HTTP");
  if (whole.refused == 0) {
    require(whole.done == cut.done && whole.head == cut.head && whole.body == cut.body && whole.used == cut.used,
            "where the bytes are cut does not change the message");
  }

  RequestHead head;
  head.headers.add("Host", std::string(bytes.substr(0, 100)));
  head.raw_query = std::string(bytes.substr(0, 1000));
  require(head.host().size() <= 100, "a host is part of its header");
  std::size_t total = 0;
  for (const auto& [name, value] : parse_query(head.raw_query)) total += name.size() + value.size();
  require(total <= head.raw_query.size(), "decoding a query does not make it longer");
  return 0;
}
