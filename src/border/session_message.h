// What flows in a session's data channel between the Session Manager plugin of a user's AWS CLI and the agent on the
// instance: binary messages with sequence numbers, each of which the other side acknowledges. The form is that of AWS's
// open plugin and agent (github.com/aws/session-manager-plugin). And what the region tells the agent to begin one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"

namespace hanbat::border {

/// The kind of a message, which its header names.
enum class SessionMessageKind { kInput, kOutput, kAcknowledge, kChannelClosed, kStartPublication, kPausePublication };

/// What the payload of input or output is.
enum class SessionPayload : std::uint32_t {
  kNone = 0,
  kOutput = 1,  // also what is typed
  kError = 2,
  kSize = 3,  // of the terminal: {"cols", "rows"}
  kParameter = 4,
  kHandshakeRequest = 5,
  kHandshakeResponse = 6,
  kHandshakeComplete = 7,
  kFlag = 10,
  kStandardError = 11,
  kExitCode = 12,
};

/// Flags that a payload of kFlag carries, four bytes each.
enum class SessionFlag : std::uint32_t { kDisconnectToPort = 1, kTerminateSession = 2, kConnectToPortError = 3 };

struct SessionMessage {
  SessionMessageKind kind = SessionMessageKind::kOutput;
  Timestamp created;
  std::int64_t sequence = 0;
  std::uint64_t flags = 0;
  std::string id;  ///< a UUID
  SessionPayload payload_kind = SessionPayload::kNone;
  std::string payload;
  bool operator==(const SessionMessage&) const = default;

  std::string to_bytes() const;
  /// Throws MessageError.
  static SessionMessage from_bytes(std::string_view bytes);

  /// The acknowledgement of this one.
  SessionMessage acknowledgement(Timestamp now) const;
  /// Which message an acknowledgement is of. Throws MessageError.
  std::int64_t acknowledged() const;
  /// Tells the client that the session has ended, and why; "" says only that it has.
  static SessionMessage channel_closed(const std::string& session, const std::string& target, const std::string& why,
                                       Timestamp now);
};

/// What a session is to the user.
enum class SessionType { kShell, kInteractiveCommand, kPort };

/// The region asks an agent to open a session's data channel.
struct SessionStart {
  std::string session_id;
  SessionType type = SessionType::kShell;
  std::string command;  ///< of an interactive command
  std::string port;     ///< of a port on the instance
  bool operator==(const SessionStart&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static SessionStart from_json(const Json& json);
};

}  // namespace hanbat::border

namespace hanbat {

template <>
inline constexpr auto kWords<border::SessionMessageKind> = std::to_array<Word<border::SessionMessageKind>>(
    {{border::SessionMessageKind::kInput, "input_stream_data"},
     {border::SessionMessageKind::kOutput, "output_stream_data"},
     {border::SessionMessageKind::kAcknowledge, "acknowledge"},
     {border::SessionMessageKind::kChannelClosed, "channel_closed"},
     {border::SessionMessageKind::kStartPublication, "start_publication"},
     {border::SessionMessageKind::kPausePublication, "pause_publication"}});

template <>
inline constexpr auto kWords<border::SessionType> =
    std::to_array<Word<border::SessionType>>({{border::SessionType::kShell, "Standard_Stream"},
                                              {border::SessionType::kInteractiveCommand, "InteractiveCommands"},
                                              {border::SessionType::kPort, "Port"}});

}  // namespace hanbat
