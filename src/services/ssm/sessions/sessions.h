// What sessions need beside their rows: the open data channels, and the worker that ends sessions whose ends are lost.
#pragma once

#include <string>
#include <string_view>

#include "region/region.h"
#include "services/ssm/sessions/session.h"
#include "services/ssm/sessions/switchboard.h"
#include "store/typed_tasks.h"

namespace hanbat::http {
class Exchange;
}

namespace hanbat::ssm {

/// Looks after a session, whose id is the task's key.
struct SessionTask {
  static constexpr std::string_view kKind = "ssm.session";

  Json to_json() const { return Json::object(); }
  static SessionTask from_json(const Json&) { return {}; }
};

class Sessions {
 public:
  explicit Sessions(region::Region& home) : home_(home), switchboard_(home.clock) {}

  void start();
  /// Ends a session's connections after the transaction, if it has any; `why` is for the user's eyes.
  void hang_up(store::Tx& tx, const SessionRow& row, std::string why);
  /// Serves one end of the session's data channel to its end.
  void serve(http::Exchange& exchange, const std::string& session_id);

 private:
  /// Lets the event happen to the session's row, in a transaction of its own.
  void happen(const std::string& session_id, SessionEvent event);
  void look_after(store::TaskRun& run);
  /// The event that is due, if one is.
  std::optional<SessionEvent> due(const SessionRow& row) const;

  region::Region& home_;
  Switchboard switchboard_;
};

/// Throws DoesNotExistException.
SessionRow require_session(store::Tx& tx, const Place& place, const std::string& id);
/// Those that the instance's agent has not taken yet.
std::vector<SessionRow> sessions_for_agent(store::Tx& tx, const Place& place, const std::string& instance);
/// The id of the message that hands the session to its agent, and whose it is; nothing for any other message.
std::string session_message_id(const SessionRow& row);
std::optional<std::string> session_of_message(std::string_view message_id);
/// Notes that the instance's agent takes sessions.
void note_channel(store::Tx& tx, const Place& place, const std::string& instance, Timestamp now);
/// Whether it did within the last minutes.
bool takes_sessions(store::Tx& tx, const Place& place, const std::string& instance, Timestamp now);

}  // namespace hanbat::ssm
