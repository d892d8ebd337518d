// What a balancer's HAProxy says of a request or a connection, one line each, in words of closed alphabets: what a
// stranger sent is base64, so nothing of it is a word or a line of its own. "-" where there is nothing.
//   record     = request | refused
//   request    = ("r" | "c") connection tls asked answered      "c": recorded for its connection alone
//   refused    = "e" connection tls seen status                 what is no TLS (status 0), or could not be read as a
//   request connection = listener end client port node port trace began handshake      times in microseconds, handshake
//   in ms tls        = version cipher sni certificate resumed         base64, SHA-1 in hex, "0" or "1" asked      =
//   first seen began method host target version agent trace-id    base64 but for "1", microseconds, "1.1" answered   =
//   rule action group location received queued connected answered server target-status status in out
// haproxy_logs.h has HAProxy write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hanbat::host {

enum class RecordKind { kRequest, kConnection, kRefused };

/// Texts are as the client sent them, any bytes; "" where there is none. Of times that were not measured -1.
struct LogRecord {
  RecordKind kind = RecordKind::kRequest;
  std::string listener_id;
  std::int64_t end_us = 0;
  std::string client_ip;
  int client_port = 0;
  std::string node_ip;
  int node_port = 0;
  std::string connection_id;
  std::int64_t connected_us = -1;
  int handshake_ms = -1;

  std::string tls_version;
  std::string tls_cipher;
  std::string sni;
  std::string certificate_sha1;  ///< of what was shown, in capital hex
  bool resumed = false;

  bool first = false;          ///< of its connection
  std::int64_t began_us = -1;  ///< -1 of what could not be read as a request
  std::string method;
  std::string host;
  std::string target;
  std::string version;
  std::string agent;
  std::string trace_id;

  int rule = -1;       ///< its priority
  std::string action;  ///< "forward", "redirect", "fixed-response"; "" when none was taken
  std::string group_arn;
  std::string location;
  int received_ms = -1;
  int queued_ms = -1;
  int connected_ms = -1;
  int answered_ms = -1;
  std::string target_ip;
  int target_port = 0;
  int target_status = 0;  ///< 0 when it has not answered
  int status = 0;
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
};

/// Nothing when the line is no record.
std::optional<LogRecord> read_record(std::string_view line);

/// The listener of a record, or "" when the line cannot be one.
std::string_view listener_of_record(std::string_view line);

}  // namespace hanbat::host
