#include "host/balancers/log_record.h"

#include <algorithm>
#include <vector>

#include "base/encoding.h"
#include "base/text.h"
#include "host/balancers/haproxy_config.h"
#include "host/error.h"
#include "host/ipv4.h"

namespace hanbat::host {
namespace {

constexpr std::string_view kNone = "-";
constexpr std::string_view kPunctuation = "-_.:/()<>+=";

bool is_address(std::string_view text) {
  try {
    require_address(text, "address");
    return true;
  } catch (const HostError&) {
    return false;
  }
}

/// The words of a line, one after another. What is no such word makes the whole no record.
class Words {
 public:
  explicit Words(std::string_view line) : words_(split(line, ' ')) {}

  bool fine() const { return fine_; }
  bool at_end() const { return next_ == words_.size(); }

  std::string word() {
    if (at_end() || words_[next_].empty()) return fail();
    const std::string& word = words_[next_++];
    const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::isalnum(c) || kPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (!plain) return fail();
    return word == kNone ? "" : word;
  }

  std::string bytes() {
    const std::string text = word();
    const auto decoded = from_base64(text);
    return decoded ? *decoded : fail();
  }

  std::int64_t number(std::int64_t least, std::int64_t most, std::int64_t none) {
    const std::string text = word();
    if (text.empty()) return none;
    const auto value = parse_int(text);
    if (value && *value >= least && *value <= most) return *value;
    fail();
    return none;
  }
  int small(int least, int most, int none) { return static_cast<int>(number(least, most, none)); }

  std::string address() {
    const std::string text = word();
    return is_address(text) ? text : fail();
  }

  bool flag() { return small(0, 1, 0) == 1; }

 private:
  std::string fail() {
    fine_ = false;
    return "";
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
  bool fine_ = true;
};

constexpr std::int64_t kLatest = std::int64_t{1} << 53;  // of times in microseconds
constexpr int kLongestTime = 1 << 30;                    // of what HAProxy measures, in ms
constexpr int kMostStatus = 999;

std::optional<RecordKind> kind_of(std::string_view line) {
  if (line.starts_with("r ")) return RecordKind::kRequest;
  if (line.starts_with("c ")) return RecordKind::kConnection;
  if (line.starts_with("e ")) return RecordKind::kRefused;
  return std::nullopt;
}

void read_connection(Words& in, LogRecord& out) {
  out.listener_id = in.word();
  out.end_us = in.number(0, kLatest, 0);
  out.client_ip = in.address();
  out.client_port = in.small(0, 65535, 0);
  out.node_ip = in.address();
  out.node_port = in.small(0, 65535, 0);
  out.connection_id = in.word();
  out.connected_us = in.number(0, kLatest, -1);
  out.handshake_ms = in.small(-1, kLongestTime, -1);
}

void read_tls(Words& in, LogRecord& out) {
  out.tls_version = in.word();
  out.tls_cipher = in.word();
  out.sni = in.bytes();
  out.certificate_sha1 = in.word();
  out.resumed = in.flag();
}

void read_asked(Words& in, LogRecord& out) {
  const bool first = in.flag(), seen = in.flag();
  out.first = first || !seen;  // what is refused before a rule leaves no mark
  out.began_us = in.number(0, kLatest, -1);
  out.method = in.bytes();
  out.host = in.bytes();
  out.target = in.bytes();
  out.version = in.word();
  out.agent = in.bytes();
  out.trace_id = in.bytes();
}

/// "10.0.0.1_8080", as server_name() makes it, or "<NOSRV>".
void read_server(std::string_view name, LogRecord& out) {
  if (name.starts_with(kOpenServer)) name.remove_prefix(kOpenServer.size());
  const std::size_t bar = name.find('_');
  if (bar == std::string_view::npos || !is_address(name.substr(0, bar))) return;
  const auto port = parse_int(name.substr(bar + 1));
  if (!port || *port < 1 || *port > 65535) return;
  out.target_ip = name.substr(0, bar);
  out.target_port = static_cast<int>(*port);
}

void read_answered(Words& in, LogRecord& out) {
  out.rule = in.small(1, 50000, -1);
  out.action = in.word();
  out.group_arn = in.word();
  out.location = in.bytes();
  out.received_ms = in.small(-1, kLongestTime, -1);
  out.queued_ms = in.small(-1, kLongestTime, -1);
  out.connected_ms = in.small(-1, kLongestTime, -1);
  out.answered_ms = in.small(-1, kLongestTime, -1);
  read_server(in.word(), out);
  out.target_status = in.small(0, kMostStatus, 0);
  out.status = in.small(-1, kMostStatus, 0);
  out.bytes_in = in.number(0, kLatest, 0);
  out.bytes_out = in.number(0, kLatest, 0);
}

}  // namespace

std::optional<LogRecord> read_record(std::string_view line) {
  const auto kind = kind_of(line);
  if (!kind) return std::nullopt;
  Words in(line.substr(2));
  LogRecord out;
  out.kind = *kind;
  read_connection(in, out);
  read_tls(in, out);
  if (*kind == RecordKind::kRefused) {
    out.first = !in.flag();
    out.status = in.small(0, kMostStatus, 0);
  } else {
    read_asked(in, out);
    read_answered(in, out);
  }
  if (!in.fine() || !in.at_end()) return std::nullopt;
  return out;
}

std::string_view listener_of_record(std::string_view line) {
  if (!kind_of(line)) return "";
  const bool printable = std::all_of(line.begin(), line.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable) return "";
  line.remove_prefix(2);
  return line.substr(0, line.find(' '));
}

}  // namespace hanbat::host
