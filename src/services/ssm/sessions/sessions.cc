#include "services/ssm/sessions/sessions.h"

#include "base/text.h"
#include "http/server.h"
#include "services/ssm/commands/store.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr std::string_view kMessagePrefix = "aws.ssm.session.";
constexpr Milliseconds kAgentCalls = std::chrono::minutes(3);  // it says each minute that it takes sessions
constexpr Milliseconds kLost = std::chrono::seconds(60);       // an agent, or a user who never came
constexpr Milliseconds kLookEvery = std::chrono::seconds(15);
constexpr Milliseconds kKept = std::chrono::hours(24 * 30);
constexpr Milliseconds kTokenComes = std::chrono::seconds(15);
constexpr std::size_t kMostConnections = 200;  // each holds a thread

}  // namespace

void Sessions::start() {
  store::handle<SessionTask>(home_.tasks, [this](store::TaskRun& run, const SessionTask&) { look_after(run); });
}

std::optional<SessionEvent> Sessions::due(const SessionRow& row) const {
  const Timestamp now = home_.clock.now();
  const auto missing = [&](SessionEnd end) {
    const auto since = switchboard_.missing_since(row.id, end, row.created);
    return since && now - *since > kLost;
  };
  const bool connecting = status_of(row) == SessionStatus::kConnecting;
  if (missing(SessionEnd::kAgent)) return connecting ? SessionEvent::kGiveUp : SessionEvent::kEnd;
  if (connecting && missing(SessionEnd::kClient)) return SessionEvent::kEnd;
  return std::nullopt;
}

void Sessions::look_after(store::TaskRun& run) {
  auto row = home_.db.read([&](store::Tx& tx) { return region::find<Session>(tx, run.key()); });
  if (!row) return run.finish(nullptr);
  if (is_over(*row)) {
    switchboard_.hang_up(row->id, "");
    const Milliseconds left = row->shape.end_date.value_or(row->created) + kKept - home_.clock.now();
    if (left > Milliseconds(0)) return run.again(left);
    return run.finish([&](store::Tx& tx) { region::remove(tx, *row); });
  }
  const auto event = due(*row);
  if (!event) return run.again(kLookEvery);
  run.again(kLookEvery, [&](store::Tx& tx) {
    auto current = region::find<Session>(tx, run.key());
    if (!current || !ssm::happen(*current, *event, home_.clock.now())) return;
    region::update(tx, *current);
    hang_up(tx, *current, "the agent of " + current->shape.target.value_or("") + " is not there");
  });
}

void Sessions::hang_up(store::Tx& tx, const SessionRow& row, std::string why) {
  const auto last =
      border::SessionMessage::channel_closed(row.id, row.shape.target.value_or(""), why, home_.clock.now());
  tx.on_commit([this, id = row.id, bytes = last.to_bytes()] { switchboard_.hang_up(id, bytes); });
}

void Sessions::happen(const std::string& session_id, SessionEvent event) {
  home_.db.write([&](store::Tx& tx) {
    auto row = region::find<Session>(tx, session_id);
    if (!row || !ssm::happen(*row, event, home_.clock.now())) return;
    region::update(tx, *row);
    // When the shell has ended its agent has told the client so itself.
    if (is_over(*row)) tx.on_commit([this, session_id] { switchboard_.hang_up(session_id, ""); });
  });
}

void Sessions::serve(http::Exchange& exchange, const std::string& session_id) {
  // Whoever knows no session's id holds no thread.
  const auto asked = home_.db.read([&](store::Tx& tx) { return region::find<Session>(tx, session_id); });
  if (!asked || is_over(*asked)) throw http::Error(404, "there is no such session");
  if (switchboard_.size() >= kMostConnections) throw http::Error(503, "too many sessions are open");
  const auto socket = exchange.accept_websocket();
  if (!socket) return;
  const auto serve = [&] {
    // The first message has the token; who has none is told nothing.
    std::optional<SessionEnd> end;
    if (const auto first = socket->receive(kTokenComes); first && first->kind == http::WebSocketOpcode::kText) try {
        const std::string token = Json::parse(first->data).text("TokenValue");
        const auto row = home_.db.read([&](store::Tx& tx) { return region::find<Session>(tx, session_id); });
        if (row) end = end_of_token(*row, token);
      } catch (const JsonError&) {
        // It is no token.
      }
    if (!end) {
      socket->close(http::close_code::kPolicy, "the token is not valid");
      socket->run({});
      return;
    }
    const auto closing =
        switchboard_.connect(session_id, *end, *socket, [&] { happen(session_id, SessionEvent::kConnect); });
    if (*end == SessionEnd::kClient)
      happen(session_id, SessionEvent::kLoseClient);
    else if (closing.code == http::close_code::kNormal)
      happen(session_id, SessionEvent::kEnd);
  };
  // The thread waits for its client nearly all the time.
  if (http::Server* const server = home_.find_server())
    server->rest(session_id, serve);
  else
    serve();
}

SessionRow require_session(store::Tx& tx, const Place& place, const std::string& id) {
  if (auto found = region::find<Session>(tx, place, id)) return *found;
  throw DoesNotExistException("Session " + id + " does not exist.");
}

std::vector<SessionRow> sessions_for_agent(store::Tx& tx, const Place& place, const std::string& instance) {
  auto all = region::list_of<Session>(tx, instance);
  std::erase_if(all, [&](const SessionRow& row) { return row.place != place; });
  return all;
}

std::string session_message_id(const SessionRow& row) { return std::string(kMessagePrefix) + row.id; }

std::optional<std::string> session_of_message(std::string_view message_id) {
  if (!message_id.starts_with(kMessagePrefix)) return std::nullopt;
  return std::string(message_id.substr(kMessagePrefix.size()));
}

void note_channel(store::Tx& tx, const Place& place, const std::string& instance, Timestamp now) {
  auto row = find_instance(tx, place, instance);
  if (!row) return;
  row->own["channel"] = now.ms;
  put_instance(tx, *row);
}

bool takes_sessions(store::Tx& tx, const Place& place, const std::string& instance, Timestamp now) {
  const auto row = find_instance(tx, place, instance);
  return row && row->own.contains("channel") && now - Timestamp{row->own.integer("channel")} < kAgentCalls;
}

}  // namespace hanbat::ssm
