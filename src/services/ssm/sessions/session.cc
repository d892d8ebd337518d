#include "services/ssm/sessions/session.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

std::string_view member_of(SessionEnd end) { return end == SessionEnd::kClient ? "client" : "agent"; }

/// A document of the type Session, and what it takes.
struct SessionDocument {
  std::string_view name;
  border::SessionType type;
  std::vector<std::string_view> needs;
  std::vector<std::string_view> takes;
};

const std::vector<SessionDocument>& session_documents() {
  using border::SessionType;
  static const std::vector<SessionDocument> kAll = {
      {"SSM-SessionManagerRunShell", SessionType::kShell, {}, {}},
      {"AWS-StartInteractiveCommand", SessionType::kInteractiveCommand, {"command"}, {}},
      {"AWS-StartSSHSession", SessionType::kPort, {}, {"portNumber"}},
  };
  return kAll;
}

[[noreturn]] void refuse_parameter(const std::string& what) { throw wire::Error("ValidationException", 400, what); }

std::string checked_port(const std::string& value) {
  const auto number = parse_int(value);
  if (!number || *number < 1 || *number > 65535)
    refuse_parameter("Parameter \"portNumber\" has value \"" + value + "\", which is no port.");
  return value;
}

/// AWS's own that are not carried out.
constexpr std::string_view kNotBuilt[] = {"AWS-StartPortForwardingSession",
                                          "AWS-StartPortForwardingSessionToRemoteHost",
                                          "AWS-StartPortForwardingSessionToSocket", "AWS-StartNonInteractiveCommand"};

}  // namespace

SessionStatus status_of(const SessionRow& row) { return require_word<SessionStatus>(row.shape.status.value_or("")); }

bool happen(SessionRow& row, SessionEvent event, Timestamp now) {
  const auto next = region::find_next(kSessionMachine, status_of(row), event);
  if (!next) return false;
  row.shape.status = word_of(*next);
  if (is_over(row)) {
    row.shape.end_date = now;
    row.parent.clear();
    row.own.erase("client");
    row.own.erase("agent");
  }
  return true;
}

std::string issue_token(SessionRow& row, SessionEnd end) {
  const std::string token = to_base64(random_bytes(48));
  row.own[member_of(end)] = crypto::sha256_hex(token);
  return token;
}

std::optional<SessionEnd> end_of_token(const SessionRow& row, std::string_view token) {
  const std::string hash = crypto::sha256_hex(token);
  for (const SessionEnd end : {SessionEnd::kClient, SessionEnd::kAgent})
    if (row.own.text(member_of(end)) == hash) return end;
  return std::nullopt;
}

border::SessionStart start_of(const std::string& session_id, const std::string& document,
                              const std::map<std::string, std::vector<std::string>>& parameters) {
  const auto& all = session_documents();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == document; });
  if (found == all.end() && std::find(std::begin(kNotBuilt), std::end(kNotBuilt), document) != std::end(kNotBuilt))
    throw wire::Error::not_implemented("The document " + document);
  if (found == all.end()) throw InvalidDocument("Document with name " + document + " does not exist.");
  const auto value = [&](std::string_view name) -> std::optional<std::string> {
    const auto given = parameters.find(std::string(name));
    if (given == parameters.end()) return std::nullopt;
    if (given->second.size() != 1) refuse_parameter("Parameter \"" + std::string(name) + "\" takes one value.");
    return given->second.front();
  };
  const auto among = [](const std::vector<std::string_view>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [name, values] : parameters)
    if (!among(found->needs, name) && !among(found->takes, name))
      refuse_parameter("Parameter \"" + name + "\" is not defined in document \"" + document + "\".");
  for (const std::string_view name : found->needs)
    if (value(name).value_or("").empty()) refuse_parameter("Parameter \"" + std::string(name) + "\" is required.");

  border::SessionStart start;
  start.session_id = session_id;
  start.type = found->type;
  start.command = value("command").value_or("");
  if (start.type == border::SessionType::kPort) start.port = checked_port(value("portNumber").value_or("22"));
  return start;
}

}  // namespace hanbat::ssm
