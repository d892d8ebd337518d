// Frontends: one per listener, bound on the balancer's addresses. Backends: one per target group in use, whose
// connections and checks start from the balancer's own addresses, so both groups' rules are in their way. HAProxy runs
// inside the VPC's namespace as a whole: its own `namespace` keyword closes the namespace when a worker stops, and
// requests under way would fail on a reload.
#include "host/balancers/haproxy_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "host/balancers/haproxy_pages.h"
#include "host/ipv4.h"

namespace hanbat::host {
namespace {

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
constexpr int kConnectTimeoutSeconds = 10;

/// A word of the configuration, in strong quotes.
std::string haproxy_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// AWS's wildcards as a regular expression.
std::string pattern_of(std::string_view wildcard) {
  std::string out = "^";
  for (const char c : wildcard) {
    if (c == '*')
      out += ".*";
    else if (c == '?')
      out += '.';
    else {
      if (std::string_view(".+()[]{}|^$\\").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out + "$";
}

/// "--" ends the flags of an ACL, so that no value is taken for one: "-f" would read a file of the host.
std::string condition_of(const BalancerCondition& condition) {
  std::string values = " --";
  if (condition.field == ConditionField::kSourceIp || condition.field == ConditionField::kHttpRequestMethod) {
    for (const auto& value : condition.values) values += " " + haproxy_quoted(value);
    return condition.field == ConditionField::kSourceIp ? "{ src" + values + " }" : "{ method -m str" + values + " }";
  }
  for (const auto& value : condition.values) values += " " + haproxy_quoted(pattern_of(value));
  if (condition.field == ConditionField::kPathPattern) return "{ path -m reg" + values + " }";
  if (condition.field == ConditionField::kHostHeader) return "{ req.hdr(host),field(1,:) -m reg -i" + values + " }";
  return fmt::format("{{ req.hdr({}) -m reg -i{} }}", condition.header, values);
}

/// A format string of HAProxy from one part of AWS's redirect.
std::string redirect_part(std::string_view text, const BalancerListener& listener) {
  std::string out;
  const std::vector<std::pair<std::string, std::string>> words = {
      {"#{protocol}", listener.protocol == BalancerProtocol::kHttps ? "https" : "http"},
      {"#{host}", "%[req.hdr(host),field(1,:)]"},
      {"#{port}", std::to_string(listener.port)},
      {"#{path}", "%[path,regsub(^/,)]"},
      {"#{query}", "%[query]"}};
  for (std::size_t at = 0; at < text.size();) {
    const auto word = std::find_if(words.begin(), words.end(),
                                   [&](const auto& one) { return text.substr(at).starts_with(one.first); });
    if (word != words.end()) {
      out += word->second;
      at += word->first.size();
    } else {
      out += text[at] == '%' ? std::string("%%") : std::string(1, text[at]);
      ++at;
    }
  }
  return out;
}

std::string location_of(const BalancerAction& action, const BalancerListener& listener, bool with_query) {
  const auto part = [&](const std::string& text, const char* usual) {
    return redirect_part(text.empty() ? usual : text, listener);
  };
  std::string protocol = part(action.redirect_protocol, "#{protocol}");
  std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string location = protocol + "://" + part(action.redirect_host, "#{host}") + ":" +
                         part(action.redirect_port, "#{port}") + part(action.redirect_path, "/#{path}");
  if (with_query) location += "?" + part(action.redirect_query, "#{query}");
  return location;
}

/// The value of AWSALB that stands for a target: who knows no more than the cookie learns nothing of it, and nobody
/// makes one without the group's id.
std::string cookie_of(const TargetGroup& group, const Target& target) {
  return to_base64(crypto::hmac_sha256(group.id, server_name(target)));
}

/// AWS's two cookies: AWSALB, and the same for requests from other sites. They last a week, whatever the stickiness.
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
std::string stickiness_lines(int seconds) {
  return fmt::format(
      "  cookie AWSALB insert indirect nocache maxlife {}s\n"
      "  http-after-response add-header Set-Cookie 'AWSALBCORS=%[res.cook(AWSALB)]; Expires=%[date(604800),http_date]; "
      "Path=/; SameSite=None' if {{ res.cook(AWSALB) -m found }} !{{ ssl_fc }}\n"
      "  http-after-response add-header Set-Cookie 'AWSALBCORS=%[res.cook(AWSALB)]; Expires=%[date(604800),http_date]; "
      "Path=/; SameSite=None; Secure' if {{ res.cook(AWSALB) -m found }} {{ ssl_fc }}\n"
      "  http-after-response replace-header Set-Cookie ^(AWSALB=[^;]*).* '\\1; Expires=%[date(604800),http_date]; "
      "Path=/'\n",
      seconds);
}

/// Whether it is a VPC's HAProxy or that of the host's own users.
enum class Side { kVpc, kHost };

class Writer {
 public:
  Writer(const BalancersSpec& spec, std::string folder)
      : spec_(spec), folder_(std::move(folder)), used_(groups_in_use(spec)) {}

  HaproxyFiles write(Side side) {
    out_ = fmt::format(
        "global\n  stats socket {0}/worker.sock mode 600 level admin expose-fd listeners\n  server-state-file "
        "{0}/states\n  maxconn 4000\n  nbthread 1\n"
        "  log /dev/null local0\n  user {1}\n  group {1}\n  chroot {0}/root\n"
        "defaults\n  mode http\n  load-server-state-from-file global\n  option idle-close-on-response\n  option "
        "http-server-close\n  retries 0\n"
        "  timeout connect {2}s\n  timeout client 60s\n  timeout server 60s\n  timeout http-keep-alive 60s\n  timeout "
        "http-request 60s\n  timeout queue 60s\n",
        folder_, kHaproxyUser, kConnectTimeoutSeconds);
    out_ += error_lines(folder_);
    others_ = error_files();
    if (side == Side::kHost) {
      add_host_side();
      return {out_, std::move(others_)};
    }
    for (const auto& balancer : spec_.balancers)
      for (const auto& listener : balancer.listeners) add_frontend(balancer, listener);
    for (const auto& group : spec_.target_groups)
      if (used_.contains(group.id)) add_backend(group, *used_.at(group.id));
    return {out_, std::move(others_)};
  }

 private:
  void add_frontend(const Balancer& balancer, const BalancerListener& listener) {
    const bool tls = listener.protocol == BalancerProtocol::kHttps;
    out_ += fmt::format("frontend L_{}\n", listener.id);
    std::string crt;
    if (tls) {
      others_[listener.id + ".pem"] = listener.certificate_pem;
      crt = fmt::format(" ssl crt {}/{}.pem alpn h2,http/1.1", folder_, listener.id);
    }
    // "transparent": it may be told to listen on an address before the VPC has got it.
    for (const auto& node : balancer.nodes)
      out_ += fmt::format("  bind {}:{} transparent{}\n", node.private_ip, listener.port, crt);
    out_ += fmt::format("  timeout client {}s\n  timeout http-keep-alive {}s\n", balancer.idle_timeout_seconds,
                        balancer.idle_timeout_seconds);
    out_ += fmt::format(
        "  http-request set-header X-Forwarded-For %[req.hdr(X-Forwarded-For)],\\ %[src] if {{ "
        "req.hdr(X-Forwarded-For) -m found }}\n"
        "  http-request set-header X-Forwarded-For %[src] if !{{ req.hdr(X-Forwarded-For) -m found }}\n"
        "  http-request set-header X-Forwarded-Proto {}\n  http-request set-header X-Forwarded-Port {}\n",
        tls ? "https" : "http", listener.port);
    add_trace_id();
    // AWS has other answers where all targets drain, so that none was chosen, and where no connection came about for as
    // long as it tries.
    out_ += fmt::format(
        "  http-request set-var(txn.began) date\n"
        "  http-after-response set-status 503 reason 'Service Temporarily Unavailable' if {{ res.hdr({0}) -m found }} "
        "!{{ "
        "srv_id -m found }}\n"
        "  http-after-response set-status 504 reason 'Gateway Time-out' if {{ res.hdr({0}) -m found }} {{ "
        "date,sub(txn.began) ge {1} }}\n"
        "  http-after-response del-header {0}\n",
        kNoConnection, kConnectTimeoutSeconds);
    int number = 0;
    for (const auto& rule : listener.rules) {
      ++number;
      out_ += fmt::format("  http-request set-var(txn.rule) int({}) if !{{ var(txn.rule) -m found }}", number);
      for (const auto& condition : rule.conditions) out_ += " " + condition_of(condition);
      out_ += "\n";
    }
    number = 0;
    for (const auto& rule : listener.rules) {
      ++number;
      add_action(rule.action, listener, fmt::format("{}-{}", listener.id, number),
                 fmt::format("{{ var(txn.rule) -m int {} }}", number));
    }
    add_action(listener.default_action, listener, listener.id + "-0", "!{ var(txn.rule) -m found }");
  }

  /// The client's own trace goes on with a part of the balancer's; without one a trace begins here.
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
  void add_trace_id() {
    const std::string id =
        "1-%[date,hex,bytes(8,8),lower]-%[rand(2147483647),hex,bytes(8,8),lower]%[rand(2147483647),hex,bytes(8,8),"
        "lower]%[rand(2147483647),hex,bytes(8,8),lower]";
    const std::string theirs = "{ req.hdr(X-Amzn-Trace-Id) -m sub Root= }";
    out_ += fmt::format("  http-request set-header X-Amzn-Trace-Id Self={};%[req.hdr(X-Amzn-Trace-Id)] if {}\n", id,
                        theirs);
    out_ += fmt::format("  http-request set-header X-Amzn-Trace-Id Root={} if !{}\n", id, theirs);
  }

  void add_redirect(const BalancerAction& action, const BalancerListener& listener, const std::string& condition,
                    bool with_query) {
    const std::string page = std::to_string(action.status) + ".html";
    others_[page] = page_of(action.status);
    out_ += fmt::format(
        "  http-request return status {} content-type text/html file {}/{} hdr Server {} hdr Location {} if {}\n",
        action.status, folder_, page, kBalancerServer, haproxy_quoted(location_of(action, listener, with_query)),
        condition);
  }

  void add_action(const BalancerAction& action, const BalancerListener& listener, const std::string& name,
                  const std::string& condition) {
    if (action.kind == BalancerActionKind::kFixedResponse) {
      std::string content;
      if (!action.body.empty()) {
        others_[name + ".body"] = action.body;
        content = fmt::format(" content-type {} file {}/{}.body",
                              haproxy_quoted(action.content_type.empty() ? "text/plain" : action.content_type), folder_,
                              name);
      }
      out_ += fmt::format("  http-request return status {}{} hdr Server {} if {}\n", action.status, content,
                          kBalancerServer, condition);
    } else if (action.kind == BalancerActionKind::kRedirect) {
      add_redirect(action, listener, condition + " { query -m found }", true);
      const bool own_query = !action.redirect_query.empty() && action.redirect_query != "#{query}";
      add_redirect(action, listener, condition, own_query);
    } else {
      int left = 0;
      for (const auto& to : action.forward) left += to.weight;
      if (left == 0)
        out_ += fmt::format("  http-request return status 503 errorfile {}/503.http if {}\n", folder_, condition);
      for (const auto& to : action.forward) {
        if (to.weight == 0) continue;
        const std::string chance = to.weight == left ? "" : fmt::format(" {{ rand({}) lt {} }}", left, to.weight);
        out_ += fmt::format("  use_backend T_{} if {}{}\n", to.target_group_id, condition, chance);
        left -= to.weight;
      }
    }
  }

  void add_backend(const TargetGroup& group, const Balancer& balancer) {
    const HealthCheck& check = group.health_check;
    out_ += fmt::format("backend {}\n  balance {}\n", backend_name(group),
                        group.algorithm == BalancingAlgorithm::kLeastOutstandingRequests ? "leastconn" : "roundrobin");
    out_ += fmt::format("  timeout server {}s\n  timeout check {}s\n", balancer.idle_timeout_seconds,
                        check.timeout_seconds);
    out_ += "  option allbackups\n";
    if (!group.targets.empty()) out_ += no_connection_line(folder_);
    if (group.stickiness_seconds > 0) out_ += stickiness_lines(group.stickiness_seconds);
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
      out_ += fmt::format("  server {} {}:{} source {}{}\n", server_name(target), target.ip, target.port,
                          node.private_ip, group.stickiness_seconds > 0 ? " cookie " + cookie_of(group, target) : "");
      out_ += fmt::format("  server {} {}:{} source {} no-check backup\n", open_server_name(target), target.ip,
                          target.port, node.private_ip);
    }
  }

  /// From the host, a balancer is reached by its public addresses through the edge, as by any stranger; the loopback
  /// port only spares the host's programs a resolver.
  void add_host_side() {
    std::map<int, std::string> frontends, names;
    std::string backends;
    for (const auto& balancer : spec_.balancers)
      for (const auto& listener : balancer.listeners) {
        const bool is_public = std::any_of(balancer.nodes.begin(), balancer.nodes.end(),
                                           [](const BalancerNode& node) { return !node.public_ip.empty(); });
        if (listener.host_port == 0 || balancer.host_name.empty() || !is_public) continue;
        frontends[listener.host_port] += fmt::format("  use_backend H_{} if {{ req.hdr(host),field(1,:) -i {} }}\n",
                                                     listener.id, balancer.host_name);
        names[listener.host_port] += " " + balancer.host_name;
        backends += fmt::format(
            "backend H_{}\n  option redispatch 1\n  retries 1\n  timeout connect 3s\n  timeout server {}s\n",
            listener.id, balancer.idle_timeout_seconds + 5);
        int number = 0;
        for (const auto& node : balancer.nodes)
          if (!node.public_ip.empty())
            backends += fmt::format("  server node{} {}:{}{}\n", number++, node.public_ip, listener.port,
                                    listener.protocol == BalancerProtocol::kHttps ? " ssl verify none" : "");
      }
    for (const auto& [port, uses] : frontends) {
      others_["unknown.body"] = "No load balancer of this region has that name.\n";
      out_ += fmt::format(
          "frontend host_{}\n  bind 127.0.0.1:{}\n{}  http-request return status 404 content-type text/plain file "
          "{}/unknown.body if !{{ req.hdr(host),field(1,:) -i{} }}\n",
          port, port, uses, folder_, names[port]);
    }
    out_ += backends;
  }

  const BalancersSpec& spec_;
  const std::string folder_;
  const std::map<std::string, const Balancer*> used_;
  std::string out_;
  std::map<std::string, std::string> others_;
};

}  // namespace

std::string backend_name(const TargetGroup& group) { return "T_" + group.id; }
std::string server_name(const Target& target) { return fmt::format("{}_{}", target.ip, target.port); }
std::string open_server_name(const Target& target) { return "open_" + server_name(target); }

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

HaproxyFiles haproxy_of(const BalancersSpec& spec, const std::string& folder) {
  return Writer(spec, folder).write(Side::kVpc);
}
HaproxyFiles haproxy_of_host(const BalancersSpec& spec, const std::string& folder) {
  return Writer(spec, folder).write(Side::kHost);
}

}  // namespace hanbat::host
