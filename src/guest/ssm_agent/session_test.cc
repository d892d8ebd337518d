// Sessions: the stream's numbers and acknowledgements, terminals and ports.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "base/ids.h"
#include "border/fields.h"
#include "border/session_stream.h"
#include "guest/ssm_agent/far_end.h"
#include "os/files.h"
#include "os/poller.h"
#include "os/sockets.h"

namespace hanbat::guest {
namespace {

using border::SessionMessage;
using border::SessionMessageKind;
using border::SessionPayload;

/// A stream, and what it sent.
struct StreamTest : testing::Test {
  /// As a client sends it.
  std::string input(std::int64_t sequence, const std::string& payload) {
    SessionMessage message;
    message.kind = SessionMessageKind::kInput;
    message.sequence = sequence;
    message.id = random_uuid();
    message.payload_kind = SessionPayload::kOutput;
    message.payload = payload;
    return message.to_bytes();
  }
  std::string take(std::int64_t sequence, const std::string& payload) {
    std::string all;
    for (const auto& one : stream.take(input(sequence, payload), now)) all += one.payload;
    return all;
  }
  /// What it said again since the last call.
  std::string said() {
    std::string all;
    for (const std::string& bytes : std::exchange(sent, {}))
      if (const auto message = SessionMessage::from_bytes(bytes); message.kind == SessionMessageKind::kOutput)
        all += message.payload;
    return all;
  }
  void acknowledge(std::int64_t sequence) {
    SessionMessage message;
    message.kind = SessionMessageKind::kOutput;
    message.sequence = sequence;
    message.id = random_uuid();
    stream.take(message.acknowledgement(now).to_bytes(), now);
  }

  Timestamp now{1000};
  std::vector<std::string> sent;
  border::SessionStream stream{border::SessionSide::kAgent,
                               [this](std::string bytes) { sent.push_back(std::move(bytes)); }};
};

TEST_F(StreamTest, InputIsGivenOnceAndInOrder) {
  EXPECT_EQ(take(0, "a"), "a");
  EXPECT_EQ(take(0, "a"), "");
  EXPECT_EQ(take(2, "c"), "");
  EXPECT_EQ(take(3, "d"), "");
  EXPECT_EQ(take(1, "b"), "bcd");
  EXPECT_EQ(take(2, "c"), "");
  std::vector<std::int64_t> acknowledged;
  for (const std::string& bytes : sent) acknowledged.push_back(SessionMessage::from_bytes(bytes).acknowledged());
  EXPECT_EQ(acknowledged, (std::vector<std::int64_t>{0, 0, 2, 3, 1, 2}));
}

TEST_F(StreamTest, OutputIsSaidUntilItIsAcknowledged) {
  stream.say(SessionPayload::kOutput, "x", now);
  stream.say(SessionPayload::kOutput, "y", now);
  EXPECT_EQ(said(), "xy");
  stream.resend(now + Milliseconds(100));
  EXPECT_EQ(said(), "");
  stream.resend(now + Milliseconds(400));
  EXPECT_EQ(said(), "x");
  acknowledge(0);
  stream.resend(now + Milliseconds(800));
  EXPECT_EQ(said(), "y");
  stream.resend_all(now + Milliseconds(801));
  EXPECT_EQ(said(), "y");
  acknowledge(1);
  EXPECT_EQ(stream.waiting(), 0u);
}

TEST_F(StreamTest, WhatIsNoMessageIsRefused) {
  EXPECT_THROW(stream.take("", now), border::MessageError);
  std::string broken = input(0, "abc");
  broken.back() = 'x';
  EXPECT_THROW(stream.take(broken, now), border::MessageError);
  EXPECT_THROW(stream.take(input(0, "abc").substr(0, 121), now), border::MessageError);
}

/// Reads until the text has come; all that came.
std::string read_until(FarEnd& end, const std::string& text) {
  std::string all;
  while (all.find(text) == std::string::npos) {
    const std::string said = end.read();
    if (said.empty()) break;
    all += said;
  }
  return all;
}

TEST(FarEndTest, AShellHasATerminalOfItsOwn) {
  const TemporaryFolder home;
  const auto shell = open_terminal({"/bin/sh"}, "/", home.path(), "someone");
  shell->resize(133, 41);
  shell->write("tty; stty size; echo $HOME $USER $((40+2)); ps -o tpgid= -p $$ > /dev/null && echo con''trols\n");
  const std::string said = read_until(*shell, "controls\r\n");
  EXPECT_NE(said.find("/dev/pts/"), std::string::npos);
  EXPECT_NE(said.find("41 133\r\n"), std::string::npos) << said;
  EXPECT_NE(said.find(home.path() + " someone 42\r\n"), std::string::npos) << said;
  // Ctrl-C ends what runs in it and not the shell.
  shell->write("sleep 100\n");
  read_until(*shell, "sleep 100");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  shell->write("\x03");
  read_until(*shell, "^C");
  shell->write("echo still $((1+1))\n");
  EXPECT_NE(read_until(*shell, "still 2").find("still 2"), std::string::npos);
  shell->write("exit\n");
  while (!shell->read().empty()) {
  }
}

TEST(FarEndTest, AShellThatIsEndedIsGoneWithWhatRanInIt) {
  const TemporaryFolder home;
  auto shell = open_terminal({"/bin/sh", "-c", "sleep 100 & echo $!; wait"}, "/", home.path(), "someone");
  const std::string said = read_until(*shell, "\n");
  const std::string process = "/proc/" + said.substr(0, said.find_first_of("\r\n")) + "/exe";
  EXPECT_TRUE(path_exists(process));
  std::jthread ending([&] { shell->end(); });
  EXPECT_EQ(shell->read(), "");
  ending.join();
  shell.reset();
  for (int i = 0; i < 200 && path_exists(process); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(path_exists(process));
}

TEST(FarEndTest, APortIsSpokenTo) {
  const Fd listening = listen_tcp("127.0.0.1", 0);
  const auto port = open_port(local_address(listening.get()).port);
  ASSERT_TRUE(wait_ready(listening.get(), Interest::kRead, std::chrono::seconds(5)));
  Fd accepted(::accept(listening.get(), nullptr, nullptr));
  port->write("ping");
  std::jthread answering([&] {
    std::array<char, 10> buffer;
    const ssize_t n = ::read(accepted.get(), buffer.data(), buffer.size());
    ::send(accepted.get(), buffer.data(), static_cast<std::size_t>(n), 0);
    accepted.reset();
  });
  EXPECT_EQ(port->read(), "ping");
  EXPECT_EQ(port->read(), "");
}

}  // namespace
}  // namespace hanbat::guest
