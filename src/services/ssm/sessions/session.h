// A session of Session Manager: its life and its row. The two ends of its data channel are no rows: they are the
// connections that switchboard.h knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "border/session_message.h"
#include "gen/ssm/model.h"
#include "region/resources.h"
#include "region/transitions.h"
#include "services/ssm/place.h"

namespace hanbat::ssm {

enum class SessionStatus { kConnecting, kConnected, kDisconnected, kTerminated, kFailed };

/// Both ends are there, the user's has gone, the session is over (its shell has ended, somebody ended it, its agent is
/// lost), or the agent never came.
enum class SessionEvent { kConnect, kLoseClient, kEnd, kGiveUp };

/// Connecting ──both──▶ Connected ◀──▶ Disconnected; each ──end──▶ Terminated; Connecting ──no agent──▶ Failed.
inline constexpr region::Transition<SessionStatus, SessionEvent> kSessionMachine[] = {
    {SessionStatus::kConnecting, SessionEvent::kConnect, SessionStatus::kConnected},
    {SessionStatus::kConnecting, SessionEvent::kEnd, SessionStatus::kTerminated},
    {SessionStatus::kConnecting, SessionEvent::kGiveUp, SessionStatus::kFailed},
    {SessionStatus::kConnected, SessionEvent::kLoseClient, SessionStatus::kDisconnected},
    {SessionStatus::kConnected, SessionEvent::kEnd, SessionStatus::kTerminated},
    {SessionStatus::kDisconnected, SessionEvent::kConnect, SessionStatus::kConnected},
    {SessionStatus::kDisconnected, SessionEvent::kEnd, SessionStatus::kTerminated}};

}  // namespace hanbat::ssm

namespace hanbat {

template <>
inline constexpr auto kWords<ssm::SessionStatus> =
    std::to_array<Word<ssm::SessionStatus>>({{ssm::SessionStatus::kConnecting, "Connecting"},
                                             {ssm::SessionStatus::kConnected, "Connected"},
                                             {ssm::SessionStatus::kDisconnected, "Disconnected"},
                                             {ssm::SessionStatus::kTerminated, "Terminated"},
                                             {ssm::SessionStatus::kFailed, "Failed"}});

}  // namespace hanbat

namespace hanbat::region {

/// Its parent is its target as long as the target's agent has not taken it. `own`: {"start"}, what the agent is told;
/// {"client", "agent"}, the hashes of the tokens that open the ends of its data channel.
template <>
struct KindOf<ssm::Session> {
  static constexpr std::string_view kRows = "ssm/session";
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using SessionRow = region::Resource<Session>;

/// Which end of the data channel.
enum class SessionEnd { kClient, kAgent };

SessionStatus status_of(const SessionRow& row);
inline bool is_over(const SessionRow& row) { return region::is_final(kSessionMachine, status_of(row)); }
/// Lets the event happen; whether anything changed.
bool happen(SessionRow& row, SessionEvent event, Timestamp now);

/// A new token for one end, whose hash the row keeps; any before it is void.
std::string issue_token(SessionRow& row, SessionEnd end);
/// The end that the token opens.
std::optional<SessionEnd> end_of_token(const SessionRow& row, std::string_view token);

/// What the agent is told, for a document with its parameters. Throws InvalidDocument, ValidationException.
border::SessionStart start_of(const std::string& session_id, const std::string& document,
                              const std::map<std::string, std::vector<std::string>>& parameters);

}  // namespace hanbat::ssm
