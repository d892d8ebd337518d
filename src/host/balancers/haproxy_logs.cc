// What a stranger sent is kept as it came and told in base64. A log's line is written when the request has ended, when
// its head is gone: hence the variables.
#include "host/balancers/haproxy_logs.h"

#include <fmt/format.h>

namespace hanbat::host {
namespace {

// Of what is told in base64; together they fit into a record. A request line may have 16 KiB, and a redirect's location
// repeats it. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
constexpr int kLongestTarget = 17000;
constexpr int kLongestAgent = 8192;
constexpr int kLongestHost = 512;
constexpr int kLongestTrace = 1024;
constexpr int kLongestMethod = 64;

std::string told(std::string_view name, int longest) {
  return fmt::format("%[var(txn.log_{}),bytes(0,{}),base64]", name, longest);
}

/// Eight random digits in hex.
constexpr std::string_view kRandom = "%[rand(2147483647),hex,bytes(8,8),lower]";

std::string opening_words(std::string_view kind, const BalancerListener& listener) {
  return fmt::format(
      "{} {} %[date(0,us)] %ci %cp %fi %fp %[var(sess.log_id)] %[var(sess.log_began)] %Th %sslv %sslc "
      "%[ssl_fc_sni,bytes(0,{}),base64] %[ssl_f_sha1,hex] %[ssl_fc_is_resumed]",
      kind, listener.id, kLongestHost);
}

}  // namespace

std::string log_lines(const BalancerListener& listener, BalancerLogs logs) {
  const bool all = logs == BalancerLogs::kRequests;
  std::string out = fmt::format(
      "  log /{} len {} format raw local0\n  option dontlognull\n"
      "  log-format '{} %[var(txn.log_first)] %[var(sess.log_seen)] %[var(txn.log_began)] {} {} {} "
      "%[var(txn.log_version)] {} {} %[var(txn.rule)] %[var(txn.log_action)] %[var(txn.log_group)] {} %TR %Tw %Tc %Tr "
      "%s "
      "%[var(txn.log_target_status)] %ST %U %B'\n"
      "  error-log-format '{} %[var(sess.log_seen)] %ST'\n",
      kLogSocket, kLongestRecord, opening_words(all ? "r" : "c", listener), told("method", kLongestMethod),
      told("host", kLongestHost), told("target", kLongestTarget), told("agent", kLongestAgent),
      told("trace", kLongestTrace), told("location", kLongestTarget), opening_words("e", listener));
  out += fmt::format(
      "  tcp-request session set-var(sess.log_began) date(0,us)\n"
      "  tcp-request session set-var-fmt(sess.log_id) {0}{0}{0}{0}\n"
      "  http-request set-var(txn.log_first) bool(true) if !{{ var(sess.log_seen) -m found }}\n"
      "  http-request set-var(sess.log_seen) bool(true)\n",
      kRandom);
  if (!all) return out + "  http-request set-log-level silent if !{ var(txn.log_first) -m found }\n";
  return out +
         "  http-request set-var(txn.log_began) date(0,us)\n"
         "  http-request set-var(txn.log_method) method\n"
         "  http-request set-var(txn.log_host) req.fhdr(Host)\n"
         "  http-request set-var(txn.log_target) pathq\n"
         "  http-request set-var(txn.log_version) req.ver\n"
         "  http-request set-var(txn.log_agent) req.fhdr(User-Agent)\n";
}

std::string log_action_line(std::string_view action, std::string_view condition) {
  return fmt::format("  http-request set-var(txn.log_action) str({}) if {}\n", action, condition);
}

std::string log_trace_line() { return "  http-request set-var(txn.log_trace) req.fhdr(X-Amzn-Trace-Id)\n"; }

std::string log_answer_lines() {
  return "  http-response set-var(txn.log_target_status) status\n"
         "  http-after-response set-var(txn.log_location) res.fhdr(Location) if { var(txn.log_action) -m str redirect "
         "}\n";
}

std::string log_group_line(const TargetGroup& group) {
  if (group.arn.empty()) return "";
  return fmt::format("  http-request set-var(txn.log_group) str({})\n", group.arn);
}

}  // namespace hanbat::host
