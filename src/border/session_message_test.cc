// Messages of a session, byte by byte as AWS's plugin writes and reads them.
#include "border/session_message.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "border/fields.h"
#include "crypto/digest.h"

namespace hanbat::border {
namespace {

SessionMessage example() {
  SessionMessage message;
  message.kind = SessionMessageKind::kInput;
  message.created = {1'500'000'000'000};
  message.sequence = 7;
  message.flags = 1;
  message.id = "00112233-4455-6677-8899-aabbccddeeff";
  message.payload_kind = SessionPayload::kOutput;
  message.payload = "ls\r";
  return message;
}

TEST(SessionMessageTest, ItsBytesLieWhereThePluginLooksForThem) {
  const std::string bytes = example().to_bytes();
  ASSERT_EQ(bytes.size(), 123u);
  EXPECT_EQ(to_hex(bytes.substr(0, 4)), "00000074");  // 116
  EXPECT_EQ(bytes.substr(4, 32), "input_stream_data               ");
  EXPECT_EQ(to_hex(bytes.substr(36, 4)), "00000001");
  EXPECT_EQ(to_hex(bytes.substr(40, 8)), "0000015d3ef79800");
  EXPECT_EQ(to_hex(bytes.substr(48, 8)), "0000000000000007");
  EXPECT_EQ(to_hex(bytes.substr(56, 8)), "0000000000000001");
  EXPECT_EQ(to_hex(bytes.substr(64, 16)), "8899aabbccddeeff0011223344556677");
  EXPECT_EQ(bytes.substr(80, 32), crypto::sha256("ls\r"));
  EXPECT_EQ(to_hex(bytes.substr(112, 8)), "0000000100000003");
  EXPECT_EQ(bytes.substr(120), "ls\r");
  EXPECT_EQ(SessionMessage::from_bytes(bytes), example());
}

TEST(SessionMessageTest, WhatIsNoneIsRefused) {
  const std::string good = example().to_bytes();
  const auto refused = [](std::string bytes) {
    try {
      SessionMessage::from_bytes(bytes);
      return false;
    } catch (const MessageError&) {
      return true;
    }
  };
  EXPECT_FALSE(refused(good));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_TRUE(refused(good.substr(0, size))) << size;
  EXPECT_TRUE(refused(good + "x"));
  for (const std::size_t at : {3, 5, 85, 119, 121}) {
    std::string bad = good;
    bad[at] ^= 0x11;
    EXPECT_TRUE(refused(bad)) << at;
  }
}

TEST(SessionMessageTest, AcknowledgementsAndEndsSayOfWhat) {
  const SessionMessage acknowledgement = example().acknowledgement({1});
  EXPECT_EQ(SessionMessage::from_bytes(acknowledgement.to_bytes()).acknowledged(), 7);
  const Json json = Json::parse(acknowledgement.payload);
  EXPECT_EQ(json.text("AcknowledgedMessageType"), "input_stream_data");
  EXPECT_EQ(json.text("AcknowledgedMessageId"), example().id);
  SessionMessage broken = acknowledgement;
  broken.payload = "{}";
  EXPECT_THROW(broken.acknowledged(), MessageError);
  const Json closed = Json::parse(SessionMessage::channel_closed("s", "i-1", "enough", {1}).payload);
  EXPECT_EQ(closed.text("SessionId") + closed.text("DestinationId") + closed.text("Output"), "si-1enough");
}

}  // namespace
}  // namespace hanbat::border
