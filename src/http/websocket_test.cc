// WebSockets: frames as RFC 6455 shows them, what is no WebSocket, and two sides that talk over plain and TLS
// connections.
#include "http/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "http/authority.h"
#include "http/client.h"
#include "http/testing.h"

namespace hanbat::http {
namespace {

using testing::HasSubstr;
using Opcode = WebSocketOpcode;

constexpr auto kServer = WebSocketSide::kServer;
constexpr auto kClient = WebSocketSide::kClient;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

/// What a reader makes of the bytes, and the code of what it refuses them with.
struct ReadResult {
  std::vector<WebSocketMessage> messages;
  int code = 0;
};
ReadResult read(WebSocketSide side, const std::string& in, std::size_t limit = 1000) {
  ReadResult read;
  WebSocketReader reader(side, limit);
  try {
    for (const char c : in) {  // a byte at a time: nothing may depend on how they come
      reader.feed({&c, 1});
      while (auto message = reader.next()) read.messages.push_back(*message);
    }
  } catch (const WebSocketError& error) {
    read.code = error.code;
  }
  return read;
}

// RFC 6455, section 5.7.
TEST(WebSocketFrameTest, TheStandardsExamples) {
  EXPECT_EQ(websocket_frame(kServer, {Opcode::kText, "Hello"}), "\x81\x05Hello");
  const std::string masked = bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58});
  EXPECT_EQ(read(kServer, masked).messages, (std::vector<WebSocketMessage>{{Opcode::kText, "Hello"}}));
  EXPECT_EQ(read(kClient, bytes({0x01, 0x03, 'H', 'e', 'l', 0x80, 0x02, 'l', 'o'})).messages,
            (std::vector<WebSocketMessage>{{Opcode::kText, "Hello"}}));
  EXPECT_EQ(websocket_frame(kServer, {Opcode::kBinary, std::string(256, 'x')}).substr(0, 4), bytes({0x82, 0x7e, 1, 0}));
  EXPECT_EQ(websocket_frame(kServer, {Opcode::kBinary, std::string(65536, 'x')}).substr(0, 10),
            bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketFrameTest, WhatOneSideWritesTheOtherReads) {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 70000}) {
    const WebSocketMessage message{Opcode::kBinary, std::string(size, 'y')};
    EXPECT_EQ(read(kServer, websocket_frame(kClient, message), 70000).messages, std::vector{message}) << size;
    EXPECT_EQ(read(kClient, websocket_frame(kServer, message), 70000).messages, std::vector{message}) << size;
  }
}

TEST(WebSocketFrameTest, AControlFrameMayComeBetweenFragments) {
  const auto result = read(kClient, bytes({0x01, 0x01, 'a', 0x89, 0x01, 'p', 0x80, 0x01, 'b'}));
  EXPECT_EQ(result.messages, (std::vector<WebSocketMessage>{{Opcode::kPing, "p"}, {Opcode::kText, "ab"}}));
}

TEST(WebSocketFrameTest, WhatIsNoWebSocketIsRefused) {
  struct Case {
    const char* what;
    WebSocketSide side;
    std::string in;
    int code;
  };
  const std::vector<Case> cases = {
      {"unmasked from a client", kServer, bytes({0x81, 0x01, 'a'}), 1002},
      {"masked from a server", kClient, bytes({0x81, 0x81, 0, 0, 0, 0, 'a'}), 1002},
      {"a reserved bit", kClient, bytes({0xc1, 0x01, 'a'}), 1002},
      {"an unknown opcode", kClient, bytes({0x83, 0x01, 'a'}), 1002},
      {"a fragmented ping", kClient, bytes({0x09, 0x00}), 1002},
      {"a long ping", kClient, bytes({0x89, 0x7e, 0, 126}), 1002},
      {"a continuation of nothing", kClient, bytes({0x80, 0x01, 'a'}), 1002},
      {"a message inside of another", kClient, bytes({0x01, 0x01, 'a', 0x81, 0x01, 'b'}), 1002},
      {"text that is no UTF-8", kClient, bytes({0x81, 0x01, 0xff}), 1007},
      {"too large", kClient, bytes({0x82, 0x7e, 0x03, 0xe9}), 1009},
      {"of a length beyond all", kClient, bytes({0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), 1009},
  };
  for (const Case& c : cases) EXPECT_EQ(read(c.side, c.in).code, c.code) << c.what;
  // Fragments count together.
  std::string many;
  for (int i = 0; i < 11; ++i) many += bytes({i == 0 ? 0x02 : 0x00, 100}) + std::string(100, 'x');
  EXPECT_EQ(read(kClient, many).code, 1009);
}

TEST(WebSocketFrameTest, ClosesSayWhy) {
  EXPECT_EQ(parse_close(close_payload({1000, "done"})), (WebSocketClosing{1000, "done"}));
  EXPECT_EQ(parse_close(""), (WebSocketClosing{close_code::kNoCode, ""}));
  for (const std::string& bad : {bytes({3}), bytes({0x03, 0xee}), bytes({0x03, 0xed}), bytes({0, 1}),
                                 bytes({0x13, 0x88}), bytes({0x03, 0xe8, 0xff})})
    EXPECT_THROW(parse_close(bad), WebSocketError);
}

/// Sends back what comes, twice; "bye" ends it.
void talk(Exchange& exchange) {
  const auto socket = exchange.accept_websocket();
  if (!socket) return;
  socket->run({.on_message = [&](const WebSocketMessage& message) {
    if (message.data == "bye") return socket->close(close_code::kNormal, "as you wish");
    socket->send(message);
    socket->send(message);
  }});
}

TEST(WebSocketTest, TwoSidesTalkInClearAndOverTls) {
  TemporaryFolder folder;
  Authority authority(folder.path());
  Running server({.authority = &authority}, talk);
  for (const auto& [scheme, port] : {std::pair{Endpoint::Scheme::kHttp, server.port},
                                     std::pair{Endpoint::Scheme::kHttps, server.add(Transport::kTls, "tls")}}) {
    const Endpoint endpoint{.scheme = scheme, .host = "localhost", .port = port, .connect_address = "127.0.0.1"};
    ClientWebSocket client(endpoint, {.ca_pem = authority.ca_pem()}, "/x", {});
    const std::string large(300'000, 'z');
    std::vector<std::string> came;
    client.socket().send({Opcode::kText, "hello"});
    client.socket().send({Opcode::kBinary, large});
    const auto closing = client.socket().run({.on_message = [&](WebSocketMessage message) {
      came.push_back(std::move(message.data));
      if (came.size() == 4) client.socket().send({Opcode::kText, "bye"});
    }});
    EXPECT_EQ(came, (std::vector<std::string>{"hello", "hello", large, large}));
    EXPECT_EQ(closing, (WebSocketClosing{1000, "as you wish"}));
  }
}

TEST(WebSocketTest, OtherThreadsSendAndClose) {
  Running server({}, talk);
  ClientWebSocket client({.host = "127.0.0.1", .port = server.port}, {}, "/x", {});
  std::atomic<int> came = 0;
  std::jthread other([&] {
    for (int i = 0; i < 100; ++i) client.socket().send({Opcode::kText, "m"});
    while (came < 200) std::this_thread::yield();
    client.socket().close(close_code::kGoingAway, "enough");
  });
  const auto closing = client.socket().run({.on_message = [&](const WebSocketMessage&) { ++came; }});
  EXPECT_EQ(came, 200);
  EXPECT_EQ(closing.code, close_code::kGoingAway);
}

TEST(WebSocketTest, WhoDoesNotListenHoldsTheOtherBack) {
  std::atomic<std::size_t> queued = 0;
  std::atomic<bool> congested = false, drained = false;
  Running server({}, [&](Exchange& exchange) {
    const auto socket = exchange.accept_websocket();
    socket->run({.on_message =
                     [&](const WebSocketMessage&) {
                       // More than both kernels' buffers hold.
                       for (int i = 0; i < 200; ++i) socket->send({Opcode::kBinary, std::string(100'000, 'x')});
                       congested = socket->congested();
                     },
                 .on_drained = [&] { drained = true; }});
  });
  ClientWebSocket client({.host = "127.0.0.1", .port = server.port}, {}, "/x", {});
  client.socket().send({Opcode::kText, "go"});
  std::atomic<bool> listens = false;
  std::jthread other([&] {
    while (!congested) std::this_thread::yield();
    listens = true;
    client.socket().wake();
  });
  client.socket().run({.on_message =
                           [&](const WebSocketMessage& message) {
                             EXPECT_TRUE(listens);
                             if ((queued += message.data.size()) == 20'000'000) client.socket().close(1000);
                           },
                       .may_read = [&] { return listens.load(); }});
  EXPECT_EQ(queued, 20'000'000u);
  EXPECT_TRUE(drained);
}

TEST(WebSocketTest, AMessageIsReceivedAloneAndTheRestWaits) {
  Running server({}, talk);
  ClientWebSocket client({.host = "127.0.0.1", .port = server.port}, {}, "/x", {});
  EXPECT_EQ(client.socket().receive(std::chrono::milliseconds(50)), std::nullopt);
  client.socket().send({Opcode::kText, "a"});
  EXPECT_EQ(client.socket().receive(std::chrono::seconds(5)), (WebSocketMessage{Opcode::kText, "a"}));
  std::string rest;
  client.socket().send({Opcode::kText, "bye"});
  client.socket().run({.on_message = [&](const WebSocketMessage& message) { rest += message.data; }});
  EXPECT_EQ(rest, "a");
}

TEST(WebSocketTest, ABrokenConnectionEndsIt) {
  std::atomic<int> code = 0;
  Running server({}, [&](Exchange& exchange) { code = exchange.accept_websocket()->run({}).code; });
  {
    ClientWebSocket client({.host = "127.0.0.1", .port = server.port}, {}, "/x", {});
  }
  for (int i = 0; i < 200 && code == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(code, close_code::kBroken);
}

TEST(WebSocketTest, ABrokenConnectionIsSeenByWhoDoesNotListen) {
  std::atomic<int> code = 0;
  Running server({}, [&](Exchange& exchange) {
    code = exchange.accept_websocket()->run({.may_read = [] { return false; }}).code;
  });
  {
    ClientWebSocket client({.host = "127.0.0.1", .port = server.port}, {}, "/x", {});
    client.socket().send({Opcode::kText, "unread"});
    client.socket().flush();
  }
  for (int i = 0; i < 300 && code == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(code, close_code::kBroken);
}

TEST(WebSocketTest, ASilentOtherSideIsAskedAndGivenUp) {
  Fd listening = listen_tcp("127.0.0.1", 0);
  const std::uint16_t port = local_address(listening.get()).port;
  Fd mute;
  std::jthread accepting([&] { mute = Fd(::accept(listening.get(), nullptr, nullptr)); });
  Channel channel(connect_tcp("127.0.0.1", port, std::chrono::seconds(5)));
  accepting.join();
  WebSocket impatient(channel, kClient, "", {.ping_every = std::chrono::milliseconds(50)});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(impatient.run({.on_tick = [] {}, .tick = std::chrono::milliseconds(10)}).code, close_code::kBroken);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(WebSocketTest, WhatAsksForNoneIsToldSo) {
  Running server({}, talk);
  Client client({.host = "127.0.0.1", .port = server.port});
  EXPECT_EQ(client.send({.target = "/x"}).status, 400);
  const Response old = client.send({.target = "/x",
                                    .headers = {{"Upgrade", "websocket"},
                                                {"Connection", "Upgrade"},
                                                {"Sec-WebSocket-Version", "8"},
                                                {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}});
  EXPECT_EQ(old.status, 426);
  EXPECT_EQ(old.headers.get("Sec-WebSocket-Version"), "13");
  Running plain;
  EXPECT_THROW(ClientWebSocket({.host = "127.0.0.1", .port = plain.port}, {}, "/x", {}), Error);
}

}  // namespace
}  // namespace hanbat::http
