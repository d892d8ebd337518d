// The client's side of a session's stream; the agent's is tried with the agent.
#include "border/session_stream.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace hanbat::border {
namespace {

SessionMessage heard(SessionMessageKind kind, std::int64_t sequence, const std::string& payload) {
  SessionMessage message;
  message.kind = kind;
  message.sequence = sequence;
  message.id = random_uuid();
  message.payload_kind = SessionPayload::kOutput;
  message.payload = payload;
  return message;
}

TEST(SessionStream, OfAClientSaysInputAndHearsOutputAlone) {
  std::vector<std::string> sent;
  SessionStream stream(SessionSide::kClient, [&](std::string bytes) { sent.push_back(std::move(bytes)); });
  const Timestamp now{1000};
  stream.say(SessionPayload::kOutput, "typed", now);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(SessionMessage::from_bytes(sent[0]).kind, SessionMessageKind::kInput);

  EXPECT_TRUE(stream.take(heard(SessionMessageKind::kInput, 0, "not for us").to_bytes(), now).empty());
  EXPECT_TRUE(stream.take(heard(SessionMessageKind::kOutput, 1, "second").to_bytes(), now).empty());
  const auto fresh = stream.take(heard(SessionMessageKind::kOutput, 0, "first").to_bytes(), now);
  ASSERT_EQ(fresh.size(), 2u);
  EXPECT_EQ(fresh[0].payload + " " + fresh[1].payload, "first second");
  EXPECT_EQ(sent.size(), 3u);  // each was acknowledged once

  stream.take(SessionMessage::from_bytes(sent[0]).acknowledgement(now).to_bytes(), now);
  EXPECT_EQ(stream.waiting(), 0u);
}

}  // namespace
}  // namespace hanbat::border
