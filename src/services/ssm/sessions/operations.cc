// Session Manager as its users see it.
#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "host/listening/setting.h"
#include "region/pick.h"
#include "services/ssm/documents/plan.h"
#include "services/ssm/sessions/sessions.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kShellDocument = "SSM-SessionManagerRunShell";

enum class ListedState { kActive, kHistory };
enum class SessionFilterKey { kInvokedAfter, kInvokedBefore, kTarget, kOwner, kStatus, kSessionId, kAccessType };

}  // namespace
}  // namespace hanbat::ssm

namespace hanbat {

template <>
constexpr auto kWords<ssm::ListedState> = std::to_array<Word<ssm::ListedState>>(
    {{ssm::ListedState::kActive, "Active"}, {ssm::ListedState::kHistory, "History"}});
template <>
constexpr auto kWords<ssm::SessionFilterKey> =
    std::to_array<Word<ssm::SessionFilterKey>>({{ssm::SessionFilterKey::kInvokedAfter, "InvokedAfter"},
                                                {ssm::SessionFilterKey::kInvokedBefore, "InvokedBefore"},
                                                {ssm::SessionFilterKey::kTarget, "Target"},
                                                {ssm::SessionFilterKey::kOwner, "Owner"},
                                                {ssm::SessionFilterKey::kStatus, "Status"},
                                                {ssm::SessionFilterKey::kSessionId, "SessionId"},
                                                {ssm::SessionFilterKey::kAccessType, "AccessType"}});

}  // namespace hanbat

namespace hanbat::ssm {
namespace {

std::string session_arn(const region::Request& rq, const std::string& id) { return rq.arn("ssm", "session/" + id); }

/// "alice-0f3c1e5a7b9d2c4e6": the caller's name, and what makes it one of a kind.
std::string new_session_id(const region::Request& rq) {
  const region::Caller& caller = rq.caller;
  const std::string& session = caller.session_name;
  std::string name = !session.empty() ? session : !caller.name.empty() ? caller.name : "root";
  return name.substr(0, 64) + "-" + random_hex(17);
}

/// Where the caller opens the data channel. By AWS's name, except for who called by this machine's own address, or came
/// from a local network by the operator's name: the answer is good for the caller's next step alone, and AWS's names
/// are not known there unless `hanbat trust` put them.
std::string stream_url(const region::Request& rq, const std::string& session) {
  const auto open = host::ListenSetting::find(rq.home.settings.state_folder);
  const std::string came_by = lower(rq.host.substr(0, rq.host.find(':')));
  const std::string path = "/v1/data-channel/" + percent_encode(session) + "?role=publish_subscribe";
  if (open && (came_by == open->name || came_by.ends_with("." + open->name)))
    return "wss://" + open->authority() + path;
  const bool local = rq.caller.source_ip.starts_with("127.");
  const std::string root = local ? "ws://127.0.0.1:" + std::to_string(rq.home.settings.port)
                                 : "wss://ssmmessages." + rq.region + ".amazonaws.com";
  return root + path;
}

struct Filters {
  std::optional<Timestamp> after, before;
  std::vector<std::pair<SessionFilterKey, std::string>> equal;
};

Filters read_filters(const DescribeSessionsInput& in) {
  Filters filters;
  for (const SessionFilter& filter : in.filters.value_or(std::vector<SessionFilter>{})) {
    const auto key = find_word<SessionFilterKey>(filter.key);
    if (!key) throw InvalidFilterKey("The specified key isn't valid: " + filter.key);
    if (*key != SessionFilterKey::kInvokedAfter && *key != SessionFilterKey::kInvokedBefore) {
      filters.equal.emplace_back(*key, filter.value);
      continue;
    }
    const auto time = parse_iso8601(filter.value);
    if (!time) throw wire::Error("ValidationException", 400, "The value " + filter.value + " is no time.");
    (*key == SessionFilterKey::kInvokedAfter ? filters.after : filters.before) = *time;
  }
  return filters;
}

bool fits(const SessionRow& row, const Filters& filters) {
  if (filters.after && row.created <= *filters.after) return false;
  if (filters.before && row.created >= *filters.before) return false;
  return std::all_of(filters.equal.begin(), filters.equal.end(), [&](const auto& filter) {
    const Session& s = row.shape;
    switch (filter.first) {
      case SessionFilterKey::kTarget:
        return s.target == filter.second;
      case SessionFilterKey::kOwner:
        return s.owner == filter.second;
      case SessionFilterKey::kStatus:
        return s.status == filter.second;
      case SessionFilterKey::kSessionId:
        return row.id == filter.second;
      case SessionFilterKey::kAccessType:
        return s.access_type == filter.second;
      case SessionFilterKey::kInvokedAfter:
      case SessionFilterKey::kInvokedBefore:
        break;
    }
    return true;
  });
}

}  // namespace

StartSessionOutput Ssm::start_session(region::Request& rq, const StartSessionInput& in) {
  authorize_instance(rq, "ssm:StartSession", in.target);
  const std::string document = in.document_name.value_or(kShellDocument);
  if (in.document_name)
    rq.authorize("ssm:StartSession", document == kShellDocument
                                         ? rq.arn("ssm", "document/" + document)
                                         : "arn:aws:ssm:" + rq.region + "::document/" + document);

  SessionRow row;
  row.id = new_session_id(rq);
  row.place = place_of(rq);
  row.created = rq.now();
  const auto start = start_of(row.id, document, in.parameters.value_or(Parameters{}));
  if (!takes_sessions(rq.tx, place_of(rq), in.target, rq.now()))
    throw TargetNotConnected(in.target + " is not connected.");

  row.parent = in.target;
  row.own["start"] = start.to_json();
  row.shape.session_id = row.id;
  row.shape.target = in.target;
  row.shape.status = word_of(SessionStatus::kConnecting);
  row.shape.start_date = row.created;
  row.shape.document_name = document;
  row.shape.owner = rq.caller.arn;
  row.shape.reason = in.reason;
  row.shape.access_type = "Standard";
  StartSessionOutput out;
  out.session_id = row.id;
  out.token_value = issue_token(row, SessionEnd::kClient);
  out.stream_url = stream_url(rq, row.id);
  region::insert(rq.tx, row);
  rq.notify(message_topic(rq.account, rq.region, in.target));
  store::add_task(rq.home.tasks, rq.tx, SessionTask{}, row.id);
  return out;
}

ResumeSessionOutput Ssm::resume_session(region::Request& rq, const ResumeSessionInput& in) {
  rq.authorize("ssm:ResumeSession", session_arn(rq, in.session_id));

  SessionRow row = require_session(rq.tx, place_of(rq), in.session_id);

  ResumeSessionOutput out;
  out.session_id = row.id;
  // A session that is over has no token any more, by which the plugin knows.
  if (!is_over(row)) {
    out.token_value = issue_token(row, SessionEnd::kClient);
    out.stream_url = stream_url(rq, row.id);
    region::update(rq.tx, row);
  }
  return out;
}

TerminateSessionOutput Ssm::terminate_session(region::Request& rq, const TerminateSessionInput& in) {
  rq.authorize("ssm:TerminateSession", session_arn(rq, in.session_id));

  SessionRow row = require_session(rq.tx, place_of(rq), in.session_id);
  if (happen(row, SessionEvent::kEnd, rq.now())) {
    region::update(rq.tx, row);
    sessions_.hang_up(rq.tx, row, "");
  }

  TerminateSessionOutput out;
  out.session_id = row.id;
  return out;
}

DescribeSessionsOutput Ssm::describe_sessions(region::Request& rq, const DescribeSessionsInput& in) {
  rq.authorize("ssm:DescribeSessions", rq.arn("ssm", "*"));

  const Filters filters = read_filters(in);
  const bool history = require_word<ListedState>(in.state) == ListedState::kHistory;
  const region::Pager pager(rq, in, {.usual = 50, .most = 200});
  auto page = region::pick(
      pager,
      [&](const auto& after, std::size_t most) {
        return region::list_by_age<Session>(
            rq.tx, place_of(rq), {.order = region::TimeRange::Order::kNewestFirst, .after = after, .most = most});
      },
      [&](const SessionRow& row) { return is_over(row) == history && fits(row, filters); },
      [](const SessionRow& row) { return region::creation_key(row); });

  DescribeSessionsOutput out;
  out.sessions.emplace();
  for (SessionRow& row : page.items) out.sessions->push_back(std::move(row.shape));
  out.next_token = page.next_token;
  return out;
}

GetConnectionStatusOutput Ssm::get_connection_status(region::Request& rq, const GetConnectionStatusInput& in) {
  rq.authorize("ssm:GetConnectionStatus", rq.arn("ssm", "*"));

  GetConnectionStatusOutput out;
  out.target = in.target;
  out.status = takes_sessions(rq.tx, place_of(rq), in.target, rq.now()) ? "connected" : "notconnected";
  return out;
}

}  // namespace hanbat::ssm
