#include "services/elasticloadbalancing/logs/log_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"

namespace hanbat::elasticloadbalancing {
namespace {

using host::LogRecord;
using host::RecordKind;

constexpr int kClientClosed = 460;  // before there was an answer
constexpr int kSwitchedProtocols = 101;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

/// What a stranger sent, so that it ends no field and no line.
std::string escaped(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
      out += fmt::format("\\x{:02X}", c);
    else
      out += static_cast<char>(c);
  }
  return out;
}

std::string quoted(std::string_view bytes) { return '"' + (bytes.empty() ? "-" : escaped(bytes)) + '"'; }

/// "2018-07-02T22:23:00.186641Z"
std::string time_of(std::int64_t microseconds) {
  const std::string seconds = iso8601({microseconds / 1000});
  return fmt::format("{}.{:06}Z", seconds.substr(0, seconds.size() - 1), microseconds % 1'000'000);
}

std::string seconds_of(int milliseconds) { return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000); }

/// What a request spent before its target, at it, and after it: nowhere where no target answered.
std::string times_of(const LogRecord& record) {
  if (record.target_status == 0) return "-1 -1 -1";
  const int before = std::max(record.received_ms, 0) + std::max(record.queued_ms, 0) + std::max(record.connected_ms, 0);
  // An answer's head is passed on as it comes.
  return fmt::format("{} {} {}", seconds_of(before), seconds_of(std::max(record.answered_ms, 0)), seconds_of(0));
}

bool is_tls(const LogRecord& record) { return !record.tls_version.empty(); }

std::string_view type_of(const LogRecord& record) {
  if (record.status == kSwitchedProtocols) return is_tls(record) ? "wss" : "ws";
  if (!is_tls(record)) return "http";
  return record.version == "2.0" ? "h2" : "https";
}

/// Without the port, whatever a client wrote.
std::string_view host_of(const LogRecord& record) {
  const std::string_view host = record.host;
  const std::size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  if (end == std::string_view::npos) return host;
  return host.substr(0, host.starts_with('[') ? end + 1 : end);
}

/// "GET http://www.example.com:80/ HTTP/1.1"; "- http://<DNS name>:80- -" of what could not be read.
std::string request_of(const LogRecord& record, const LogFacts& facts) {
  const std::string_view scheme = is_tls(record) ? "https" : "http";
  if (record.method.empty()) return fmt::format("\"- {}://{}:{}- -\"", scheme, facts.dns_name, record.node_port);
  const std::string_view host = record.host.empty() ? std::string_view(record.node_ip) : host_of(record);
  return fmt::format("\"{} {}://{}:{}{} HTTP/{}\"", escaped(record.method), scheme, escaped(host), record.node_port,
                     escaped(record.target), or_dash(record.version));
}

std::string target_of(const LogRecord& record) {
  return record.target_ip.empty() ? "-" : fmt::format("{}:{}", record.target_ip, record.target_port);
}

bool covers(const std::string& name, const std::string& host) {
  if (!name.starts_with("*.")) return iequals(name, host);
  const std::size_t dot = host.find('.');
  return dot != std::string::npos && iequals(name.substr(1), host.substr(dot));
}

/// The name that a client asked for, when the certificate that it was shown has it.
std::string domain_of(const LogRecord& record, const LogFacts& facts) {
  const auto shown = facts.certificates.find(record.certificate_sha1);
  if (record.sni.empty() || shown == facts.certificates.end()) return "";
  const auto& names = shown->second.names;
  const bool known =
      std::any_of(names.begin(), names.end(), [&](const auto& name) { return covers(name, record.sni); });
  return known ? record.sni : "";
}

std::string certificate_of(const LogRecord& record, const LogFacts& facts) {
  if (record.resumed) return "session-reused";
  const auto shown = facts.certificates.find(record.certificate_sha1);
  return shown == facts.certificates.end() ? "" : shown->second.arn;
}

/// 0 of a listener's own action.
std::string rule_of(const LogRecord& record) {
  if (record.action.empty()) return "-";
  return std::to_string(std::max(record.rule, 0));
}

int status_of(const LogRecord& record) { return record.status > 0 ? record.status : kClientClosed; }

bool never_was(const LogRecord& record) { return record.kind == RecordKind::kRefused && record.status == 0; }

/// One that HAProxy has not named, as it did not come about, is named by what is known of it.
std::string trace_of(const LogRecord& record) {
  if (!record.connection_id.empty()) return "TID_" + record.connection_id;
  const std::string known =
      fmt::format("{} {} {} {}", record.end_us, record.client_ip, record.client_port, record.node_ip);
  return "TID_" + crypto::sha256_hex(known).substr(0, 32);
}

}  // namespace

std::optional<std::string> access_line(const LogRecord& record, const LogFacts& facts) {
  if (record.kind == RecordKind::kConnection || never_was(record)) return std::nullopt;
  const std::string target = target_of(record);
  const std::string target_status = record.target_status == 0 ? "-" : std::to_string(record.target_status);
  std::string out =
      fmt::format("{} {} {} {}:{} {} {} {} {} {} {} {} {} {} {} {}", type_of(record), time_of(record.end_us),
                  facts.resource, record.client_ip, record.client_port, target, times_of(record), status_of(record),
                  target_status, record.bytes_in, record.bytes_out, request_of(record, facts), quoted(record.agent),
                  or_dash(record.tls_cipher), or_dash(record.tls_version), or_dash(record.group_arn));
  out += fmt::format(" {} {} {} {} {} {} {} \"-\"", quoted(record.trace_id), quoted(domain_of(record, facts)),
                     quoted(certificate_of(record, facts)), rule_of(record),
                     time_of(record.began_us < 0 ? record.end_us : record.began_us), quoted(record.action),
                     quoted(record.location));
  return out + fmt::format(R"( "{}" "{}" "-" "-" {} "-" "-" "-")", target, target_status, trace_of(record));
}

std::optional<std::string> connection_line(const LogRecord& record) {
  if (!record.first) return std::nullopt;
  const bool failed = never_was(record), tls = is_tls(record) && !failed;
  const std::string_view status = failed ? "Failed:UnmappedConnectionError" : tls ? "Success" : "-";
  return fmt::format("{} {} {} {} {} {} {} \"-\" - - {} {}",
                     time_of(record.connected_us < 0 ? record.end_us : record.connected_us), record.client_ip,
                     record.client_port, record.node_port, tls ? record.tls_version : "-",
                     tls ? record.tls_cipher : "-", tls ? seconds_of(std::max(record.handshake_ms, 0)) : "-", status,
                     trace_of(record));
}

}  // namespace hanbat::elasticloadbalancing
