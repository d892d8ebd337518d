// A message's header, in bytes, all numbers with their most significant byte first: its own length (4; the payload's
// length excluded) · kind (32) · version (4) · created, in milliseconds (8) · sequence number (8) · flags (8) · id (16,
// the halves of the UUID exchanged) · SHA-256 of the payload (32) · kind of payload (4) · its length (4).
#include "border/session_message.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "border/fields.h"
#include "crypto/digest.h"

namespace hanbat::border {
namespace {

constexpr std::size_t kKindAt = 4, kKindSize = 32, kVersionAt = 36, kCreatedAt = 40, kSequenceAt = 48, kFlagsAt = 56,
                      kIdAt = 64, kDigestAt = 80, kDigestSize = 32, kPayloadKindAt = 112, kPayloadSizeAt = 116,
                      kHeader = 120;
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kSynAndFin = 3;

std::string bytes_of(const std::string& uuid) {
  const auto bytes = from_hex(replace_all(uuid, "-", ""));
  if (!bytes || bytes->size() != 16) throw std::logic_error("no UUID: " + uuid);
  return bytes->substr(8) + bytes->substr(0, 8);
}

std::string uuid_of(std::string_view bytes) {
  const std::string hex = to_hex(std::string(bytes.substr(8)) + std::string(bytes.substr(0, 8)));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

}  // namespace

std::string SessionMessage::to_bytes() const {
  std::string out;
  out.reserve(kHeader + payload.size());
  append_big_endian(out, kPayloadSizeAt, 4);
  std::string name(word_of(kind));
  name.resize(kKindSize, ' ');
  out += name;
  append_big_endian(out, kVersion, 4);
  append_big_endian(out, static_cast<std::uint64_t>(created.ms), 8);
  append_big_endian(out, static_cast<std::uint64_t>(sequence), 8);
  append_big_endian(out, flags, 8);
  out += bytes_of(id);
  out += crypto::sha256(payload);
  append_big_endian(out, static_cast<std::uint64_t>(payload_kind), 4);
  append_big_endian(out, payload.size(), 4);
  return out + payload;
}

SessionMessage SessionMessage::from_bytes(std::string_view bytes) {
  if (bytes.size() < kHeader) throw MessageError("a session's message: it is shorter than a header");
  // A later version of the header would be longer; its payload's length stands where it says.
  if (read_big_endian(bytes.substr(0, 4)) != kPayloadSizeAt)
    throw MessageError("a session's message: a header of unknown length");
  std::string name(bytes.substr(kKindAt, kKindSize));
  name = std::string(trim(replace_all(name, std::string(1, '\0'), " ")));
  const auto kind = find_word<SessionMessageKind>(name);
  if (!kind) throw MessageError("a session's message: an unknown kind");
  SessionMessage message;
  message.kind = *kind;
  message.created = {static_cast<std::int64_t>(read_big_endian(bytes.substr(kCreatedAt, 8)))};
  message.sequence = static_cast<std::int64_t>(read_big_endian(bytes.substr(kSequenceAt, 8)));
  message.flags = read_big_endian(bytes.substr(kFlagsAt, 8));
  message.id = uuid_of(bytes.substr(kIdAt, 16));
  message.payload_kind = static_cast<SessionPayload>(read_big_endian(bytes.substr(kPayloadKindAt, 4)));
  if (read_big_endian(bytes.substr(kPayloadSizeAt, 4)) != bytes.size() - kHeader)
    throw MessageError("a session's message: its payload has another length than it says");
  message.payload = std::string(bytes.substr(kHeader));
  // AWS's plugin leaves the digest of an empty payload out.
  if (!message.payload.empty() && bytes.substr(kDigestAt, kDigestSize) != crypto::sha256(message.payload))
    throw MessageError("a session's message: its payload has another digest than it says");
  return message;
}

SessionMessage SessionMessage::acknowledgement(Timestamp now) const {
  SessionMessage message;
  message.kind = SessionMessageKind::kAcknowledge;
  message.created = now;
  message.flags = kSynAndFin;
  message.id = random_uuid();
  message.payload = Json::object({{"AcknowledgedMessageType", word_of(kind)},
                                  {"AcknowledgedMessageId", id},
                                  {"AcknowledgedMessageSequenceNumber", sequence},
                                  {"IsSequentialMessage", true}})
                        .dump();
  return message;
}

std::int64_t SessionMessage::acknowledged() const {
  const Json json = parse_message(payload, "an acknowledgement");
  return Fields(json, "an acknowledgement").integer("AcknowledgedMessageSequenceNumber");
}

SessionMessage SessionMessage::channel_closed(const std::string& session, const std::string& target,
                                              const std::string& why, Timestamp now) {
  SessionMessage message;
  message.kind = SessionMessageKind::kChannelClosed;
  message.created = now;
  message.flags = kSynAndFin;
  message.id = random_uuid();
  message.payload = Json::object({{"MessageId", message.id},
                                  {"CreatedDate", iso8601(now)},
                                  {"DestinationId", target},
                                  {"SessionId", session},
                                  {"MessageType", word_of(message.kind)},
                                  {"SchemaVersion", static_cast<std::int64_t>(kVersion)},
                                  {"Output", why}})
                        .dump();
  return message;
}

Json SessionStart::to_json() const {
  return Json::object(
      {{"SessionId", session_id}, {"SessionType", word_of(type)}, {"Command", command}, {"PortNumber", port}});
}

SessionStart SessionStart::from_json(const Json& json) {
  Fields fields(json, "a session");
  SessionStart start;
  start.session_id = fields.text("SessionId");
  start.type = fields.word<SessionType>("SessionType");
  start.command = fields.text("Command");
  start.port = fields.text("PortNumber");
  fields.refuse_unknown();
  return start;
}

}  // namespace hanbat::border
