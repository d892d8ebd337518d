// Frontends: one per listener, bound on the balancer's addresses. Backends: one per target group in use, whose
// connections and checks start from the balancer's own addresses, so both groups' rules are in their way. HAProxy runs
// inside the VPC's namespace as a whole: its own `namespace` keyword closes the namespace when a worker stops, and
// requests under way would fail on a reload.
#include "host/balancers/haproxy_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "host/balancers/haproxy_conditions.h"
#include "host/balancers/haproxy_cookies.h"
#include "host/balancers/haproxy_frontend.h"
#include "host/balancers/haproxy_logs.h"
#include "host/balancers/haproxy_pages.h"
#include "host/balancers/response_times.h"
#include "host/ipv4.h"

namespace hanbat::host {
namespace {

// What AWS takes of a request's head, and room for what is added on its way.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
constexpr int kLongestHead = 64 << 10;
constexpr int kRewriteRoom = 1024;

// Names of headers as they are written, which HAProxy would put into lower case on their way through.
constexpr std::string_view kHeaders[] = {"Accept",
                                         "Accept-Encoding",
                                         "Accept-Language",
                                         "Accept-Ranges",
                                         "Access-Control-Allow-Credentials",
                                         "Access-Control-Allow-Headers",
                                         "Access-Control-Allow-Methods",
                                         "Access-Control-Allow-Origin",
                                         "Access-Control-Expose-Headers",
                                         "Access-Control-Max-Age",
                                         "Age",
                                         "Allow",
                                         "Authorization",
                                         "Cache-Control",
                                         "Connection",
                                         "Content-Disposition",
                                         "Content-Encoding",
                                         "Content-Language",
                                         "Content-Length",
                                         "Content-Range",
                                         "Content-Security-Policy",
                                         "Content-Type",
                                         "Cookie",
                                         "Date",
                                         "ETag",
                                         "Expect",
                                         "Expires",
                                         "Host",
                                         "If-Match",
                                         "If-Modified-Since",
                                         "If-None-Match",
                                         "If-Range",
                                         "If-Unmodified-Since",
                                         "Keep-Alive",
                                         "Last-Modified",
                                         "Link",
                                         "Location",
                                         "Origin",
                                         "Pragma",
                                         "Range",
                                         "Referer",
                                         "Retry-After",
                                         "Server",
                                         "Set-Cookie",
                                         "Strict-Transport-Security",
                                         "TE",
                                         "Trailer",
                                         "Transfer-Encoding",
                                         "Upgrade",
                                         "User-Agent",
                                         "Vary",
                                         "Via",
                                         "WWW-Authenticate",
                                         "X-Amzn-Tls-Cipher-Suite",
                                         "X-Amzn-Tls-Version",
                                         "X-Amzn-Trace-Id",
                                         "X-Content-Type-Options",
                                         "X-Forwarded-For",
                                         "X-Forwarded-Port",
                                         "X-Forwarded-Proto",
                                         "X-Frame-Options",
                                         "X-Powered-By",
                                         "X-Request-Id",
                                         "X-XSS-Protection"};

std::string header_case_lines() {
  std::string lines;
  for (const std::string_view header : kHeaders)
    lines += fmt::format("  h1-case-adjust {} {}\n", lower(header), header);
  return lines;
}

std::string_view word_of_algorithm(BalancingAlgorithm algorithm) {
  switch (algorithm) {
    case BalancingAlgorithm::kRoundRobin:
      return "roundrobin";
    case BalancingAlgorithm::kLeastOutstandingRequests:
      return "leastconn";
    case BalancingAlgorithm::kWeightedRandom:
      return "random(1)";  // of one draw: with two, HAProxy takes the target with less to do
  }
  return "roundrobin";
}

/// Whether it is a VPC's HAProxy or that of the host's own users.
enum class Side { kVpc, kHost };

class Writer {
 public:
  Writer(const BalancersSpec& spec, std::string folder, std::string key)
      : spec_(spec), folder_(std::move(folder)), key_(std::move(key)), used_(groups_in_use(spec)) {}

  HaproxyFiles write(Side side) {
    out_ = fmt::format(
        "global\n  stats socket {0}/worker.sock mode 600 level admin expose-fd listeners\n  stats timeout 20d\n"
        "  server-state-file {0}/states\n  maxconn 4000\n  nbthread 1\n  tune.bufsize {4}\n"
        "  log /dev/null local0\n  user {1}\n  group {1}\n  chroot {0}/root\n{3}"
        "defaults\n  mode http\n  load-server-state-from-file global\n  option idle-close-on-response\n"
        "  retries 0\n"
        "  timeout connect {2}s\n  timeout client 60s\n  timeout server 60s\n  timeout http-keep-alive 60s\n  timeout "
        "http-request 60s\n  timeout queue 60s\n",
        folder_, kHaproxyUser, kConnectTimeoutSeconds, header_case_lines(), kLongestHead + kRewriteRoom);
    out_ += error_lines(folder_);
    files_.others = error_files();
    if (side == Side::kHost) {
      add_host_side();
      add_host_side_tls();
      return finished();
    }
    for (const auto& balancer : spec_.balancers)
      for (const auto& listener : balancer.listeners) out_ += frontend_of(balancer, listener, folder_, key_, files_);
    for (const auto& group : spec_.target_groups)
      if (used_.contains(group.id)) add_backend(group, *used_.at(group.id));
    return finished();
  }

 private:
  HaproxyFiles finished() {
    files_.config = std::move(out_);
    return std::move(files_);
  }

  void add_backend(const TargetGroup& group, const Balancer& balancer) {
    const HealthCheck& check = group.health_check;
    out_ += fmt::format(
        "backend {}\n  balance {}\n  option h1-case-adjust-bogus-server\n  timeout server {}s\n  timeout check {}s\n"
        "  option allbackups\n",
        backend_name(group), word_of_algorithm(group.algorithm), balancer.idle_timeout_seconds, check.timeout_seconds);
    if (balancer.logs != BalancerLogs::kNone) out_ += log_group_line(group);
    // No target, or all of them drain. A worker that ends after a reload counts none, and still serves who is
    // connected.
    out_ += fmt::format("  http-request return status 503 errorfile {}/503.http if {{ nbsrv eq 0 }} !{{ stopping }}\n",
                        folder_);
    if (!group.targets.empty()) out_ += no_connection_lines(folder_);
    out_ += response_time_lines(group);
    if (group.stickiness_seconds > 0) add_stickiness(group);
    out_ += fmt::format(
        "  option httpchk\n  http-check connect{}{}\n"
        "  http-check send meth GET uri {} ver HTTP/1.1 hdr Host {} hdr User-Agent ELB-HealthChecker/2.0 hdr "
        "Connection close\n"
        "  http-check expect status {}\n",
        check.protocol == BalancerProtocol::kHttps ? " ssl" : "", check.port ? fmt::format(" port {}", check.port) : "",
        haproxy_quoted(check.path), "target", check.matcher);
    out_ += fmt::format(
        "  default-server check inter {}s fall {} rise {}{}{}\n", check.interval_seconds, check.unhealthy_threshold,
        check.healthy_threshold, group.protocol == BalancerProtocol::kHttps ? " ssl verify none" : "",
        check.protocol == BalancerProtocol::kHttps && group.protocol != BalancerProtocol::kHttps ? " verify none" : "");
    for (const auto& target : group.targets) {
      const std::uint32_t address = require_address(target.ip, "target");
      const auto near = std::find_if(balancer.nodes.begin(), balancer.nodes.end(), [&](const BalancerNode& node) {
        return require_range(node.subnet_cidr, "subnet").holds(address);
      });
      const auto& node = near != balancer.nodes.end() ? *near : balancer.nodes.front();
      out_ +=
          fmt::format("  server {} {}:{} source {}{}\n", server_name(target), target.ip, target.port, node.private_ip,
                      group.slow_start_seconds > 0 ? fmt::format(" slowstart {}s", group.slow_start_seconds) : "");
      out_ += fmt::format("  server {} {}:{} source {} no-check backup\n", open_server_name(target), target.ip,
                          target.port, node.private_ip);
    }
  }

  /// A cookie leads to its target while that takes new requests; what else comes goes where the algorithm says, and
  /// every answer tells anew. An application's cookie begins it, and must come back as well.
  void add_stickiness(const TargetGroup& group) {
    const bool by_application = !group.app_cookie.empty();
    const StickyCookie cookie(by_application ? CookieKind::kApplication : CookieKind::kTarget, group.id, key_,
                              group.stickiness_seconds);
    out_ += cookie.reading(by_application ? fmt::format("{{ req.cook({}) -m found }}", group.app_cookie) : "");
    for (const auto& target : group.targets)
      out_ += fmt::format("  use-server {0} if {1} {{ srv_weight({2}/{0}) gt 0 }}\n", server_name(target),
                          cookie.chosen(server_name(target)), backend_name(group));
    const std::string answered = fmt::format("{{ srv_id -m found }} !{{ res.hdr({}) -m found }}", kNoConnection);
    if (!by_application) {
      out_ += cookie.writing(cookie.token_of_server(), answered);
      return;
    }
    out_ += fmt::format("  http-after-response set-var(txn.begins) bool(true) if {{ res.cook({}) -m found }}\n",
                        group.app_cookie);
    out_ += fmt::format("  http-after-response set-var(txn.begins) bool(true) if {}\n", cookie.known());
    out_ += cookie.writing(cookie.token_of_server(), answered + " { var(txn.begins) -m found }");
    out_ += StickyCookie::removing(answered + " !{ var(txn.begins) -m found }");
  }

  /// From the host, a balancer is reached by its public addresses through the edge, as by any stranger; the loopback
  /// port only spares the host's programs a resolver.
  void add_host_side() {
    struct Door {
      const Balancer& balancer;
      const BalancerListener& listener;
    };
    std::map<int, std::vector<Door>> doors;
    for (const auto& balancer : spec_.balancers)
      for (const auto& listener : balancer.listeners)
        if (is_reached_from_host(balancer, listener) && listener.protocol != BalancerProtocol::kHttps)
          doors[listener.host_port].push_back({balancer, listener});
    std::string backends;
    for (const auto& [port, behind] : doors) {
      // One alone needs no name to be found by, so bytes pass as they are, as TLS's do: reading each request twice
      // takes twice as long. Its own HAProxy refuses what is to be refused.
      const bool alone = behind.size() == 1;
      std::string names;
      out_ += fmt::format("frontend host_{0}\n  bind 127.0.0.1:{0}\n", port);
      out_ += alone ? fmt::format("  mode tcp\n  timeout client {}s\n  default_backend H_{}\n",
                                  longest_silence(behind.front().balancer), behind.front().listener.id)
                    : "  option h1-case-adjust-bogus-client\n";
      for (const auto& [balancer, listener] : behind) {
        const std::string name = name_without_domain(balancer);
        if (!alone) out_ += fmt::format("  use_backend H_{} if {{ req.hdr(host) -m beg -i {} }}\n", listener.id, name);
        names += " " + name;
        backends += fmt::format("backend H_{}\n  {}\n  option redispatch 1\n  retries 1\n  timeout connect 3s\n",
                                listener.id, alone ? "mode tcp" : "option h1-case-adjust-bogus-server");
        backends += nodes_of(balancer, listener);
      }
      if (alone) continue;
      files_.others["unknown.body"] = "No load balancer of this region has that name.\n";
      out_ += fmt::format(
          "  http-request return status 404 content-type text/plain file {}/unknown.body if !{{ "
          "req.hdr(host) -m beg -i{} }}\n",
          folder_, names);
    }
    out_ += backends;
  }

  /// "web-1.ap-northeast-2.elb.": by this a balancer is known under localhost, and under the domain by which the region
  /// is open to a network (listening/).
  static std::string name_without_domain(const Balancer& balancer) {
    const std::size_t dot = balancer.host_name.rfind('.');
    return dot == std::string::npos ? balancer.host_name : balancer.host_name.substr(0, dot + 1);
  }

  /// After which the balancer itself has ended a connection on which nothing is said.
  static int longest_silence(const Balancer& balancer) { return balancer.idle_timeout_seconds + 5; }

  static std::string nodes_of(const Balancer& balancer, const BalancerListener& listener) {
    std::string lines = fmt::format("  timeout server {}s\n", longest_silence(balancer));
    int number = 0;
    for (const auto& node : balancer.nodes)
      if (!node.public_ip.empty())
        lines += fmt::format("  server node{} {}:{}\n", number++, node.public_ip, listener.port);
    return lines;
  }

  static bool is_reached_from_host(const Balancer& balancer, const BalancerListener& listener) {
    return listener.host_port != 0 && !balancer.host_name.empty() &&
           std::any_of(balancer.nodes.begin(), balancer.nodes.end(),
                       [](const BalancerNode& node) { return !node.public_ip.empty(); });
  }

  /// TLS goes through as it is, so that the certificate is the balancer's own; the name that a client asks for says
  /// which balancer is meant. Who asks for none is led to the only one.
  void add_host_side_tls() {
    std::map<int, std::string> own_names, uses;
    std::map<int, std::vector<std::string>> listeners;
    std::map<int, int> silence;
    std::string backends;
    for (const auto& balancer : spec_.balancers)
      for (const auto& listener : balancer.listeners) {
        if (!is_reached_from_host(balancer, listener) || listener.protocol != BalancerProtocol::kHttps) continue;
        // A balancer's own name before those of certificates, in which anybody may write another's.
        own_names[listener.host_port] +=
            fmt::format("  use_backend S_{} if {{ req.ssl_sni -i {} }}\n", listener.id, balancer.host_name);
        for (const std::string& name : listener.tls_names)
          uses[listener.host_port] +=
              name.starts_with("*.")
                  ? fmt::format("  use_backend S_{} if {{ req.ssl_sni -m end -i {} }}\n", listener.id, name.substr(1))
                  : fmt::format("  use_backend S_{} if {{ req.ssl_sni -i {} }}\n", listener.id, name);
        listeners[listener.host_port].push_back(listener.id);
        int& longest = silence[listener.host_port];
        longest = std::max(longest, longest_silence(balancer));
        backends += fmt::format("backend S_{}\n  mode tcp\n  timeout connect 3s\n", listener.id);
        backends += nodes_of(balancer, listener);
      }
    for (const auto& [port, rules] : own_names) {
      out_ += fmt::format(
          "frontend host_{0}\n  mode tcp\n  bind 127.0.0.1:{0}\n  timeout client {2}s\n  tcp-request inspect-delay 5s\n"
          "  tcp-request content accept if {{ req.ssl_hello_type 1 }}\n{1}",
          port, rules + uses[port], silence[port]);
      if (listeners[port].size() == 1) out_ += fmt::format("  default_backend S_{}\n", listeners[port].front());
    }
    out_ += backends;
  }

  const BalancersSpec& spec_;
  const std::string folder_;
  const std::string key_;
  const std::map<std::string, const Balancer*> used_;
  std::string out_;
  HaproxyFiles files_;
};

}  // namespace

std::string backend_name(const TargetGroup& group) { return "T_" + group.id; }
std::string server_name(const Target& target) { return fmt::format("{}_{}", target.ip, target.port); }
std::string open_server_name(const Target& target) { return std::string(kOpenServer) + server_name(target); }

std::map<std::string, const Balancer*> groups_in_use(const BalancersSpec& spec) {
  std::map<std::string, const Balancer*> used;
  for (const auto& balancer : spec.balancers) {
    if (balancer.nodes.empty()) continue;
    for (const auto& listener : balancer.listeners) {
      for (const auto& to : listener.default_action.forward) used.try_emplace(to.target_group_id, &balancer);
      for (const auto& rule : listener.rules)
        for (const auto& to : rule.action.forward) used.try_emplace(to.target_group_id, &balancer);
    }
  }
  return used;
}

HaproxyFiles haproxy_of(const BalancersSpec& spec, const std::string& folder, const std::string& key) {
  return Writer(spec, folder, key).write(Side::kVpc);
}
HaproxyFiles haproxy_of_host(const BalancersSpec& spec, const std::string& folder) {
  return Writer(spec, folder, "").write(Side::kHost);
}

}  // namespace hanbat::host
