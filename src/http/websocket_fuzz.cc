// WebSocket frames from strangers: whatever comes, in whatever pieces, is read to the same end and never past it.
#include "base/fuzzing.h"
#include "http/websocket.h"

namespace hanbat::http {
namespace {

using fuzzing::require;

struct Outcome {
  std::vector<WebSocketMessage> messages;
  int code = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome read(WebSocketSide side, std::string_view bytes, std::size_t piece) {
  constexpr std::size_t kLimit = 300;
  Outcome outcome;
  WebSocketReader reader(side, kLimit);
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(bytes.substr(at, piece));
      while (auto message = reader.next()) {
        require(message->data.size() <= kLimit, "a message keeps to its limit");
        if (message->kind == WebSocketOpcode::kClose) parse_close(message->data);
        outcome.messages.push_back(std::move(*message));
      }
    }
  } catch (const WebSocketError& error) {
    outcome.code = error.code;
  }
  return outcome;
}

}  // namespace
}  // namespace hanbat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanbat::http;
  using hanbat::fuzzing::require;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto side : {WebSocketSide::kServer, WebSocketSide::kClient}) {
    const Outcome whole = read(side, bytes, bytes.size() + 1);
    require(read(side, bytes, 1) == whole, "the pieces in which bytes come mean nothing");
    // What was read is written and read again, as the other side does.
    const auto other = side == WebSocketSide::kServer ? WebSocketSide::kClient : WebSocketSide::kServer;
    for (const WebSocketMessage& message : whole.messages)
      require(read(side, websocket_frame(other, message), 7).messages == std::vector{message},
              "what one side writes the other reads");
  }
  return 0;
}
