// Rules are looked at before any header is changed: their conditions are about what the client sent.
#include "host/balancers/haproxy_frontend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "host/balancers/haproxy_conditions.h"
#include "host/balancers/haproxy_cookies.h"
#include "host/balancers/haproxy_logs.h"
#include "host/balancers/haproxy_pages.h"

namespace hanbat::host {
namespace {

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
constexpr int kMostForwardedAddresses = 30;
constexpr int kLongestUrl = 16 << 10;

/// A format of HAProxy's that yields the text.
std::string format_of(std::string_view text) { return replace_all(std::string(text), "%", "%%"); }

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
      out += format_of(text.substr(at, 1));
      ++at;
    }
  }
  return out;
}

enum class Query { kWith, kWithout };

std::string location_of(const BalancerAction& action, const BalancerListener& listener, Query query) {
  const auto part = [&](const std::string& text, const char* usual) {
    return redirect_part(text.empty() ? usual : text, listener);
  };
  std::string protocol = part(action.redirect_protocol, "#{protocol}");
  std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string location = protocol + "://" + part(action.redirect_host, "#{host}") + ":" +
                         part(action.redirect_port, "#{port}") + part(action.redirect_path, "/#{path}");
  if (query == Query::kWith) location += "?" + part(action.redirect_query, "#{query}");
  return location;
}

class Frontend {
 public:
  Frontend(const Balancer& balancer, const BalancerListener& listener, const std::string& folder,
           const std::string& key, HaproxyFiles& files)
      : balancer_(balancer), listener_(listener), folder_(folder), key_(key), files_(files) {}

  std::string write() {
    add_connections();
    add_refusals();
    for (const auto& rule : listener_.rules) {
      out_ += fmt::format("  http-request set-var(txn.rule) int({}) if !{{ var(txn.rule) -m found }}", rule.priority);
      for (const auto& condition : rule.conditions) out_ += " " + condition_of(condition);
      out_ += "\n";
    }
    // A log tells the trace also of what the balancer answers itself.
    if (logged()) add_trace_id();
    for (const auto& rule : listener_.rules)
      add_action(rule.action, fmt::format("{}-{}", listener_.id, rule.id),
                 fmt::format("{{ var(txn.rule) -m int {} }}", rule.priority));
    add_action(listener_.default_action, listener_.id, "!{ var(txn.rule) -m found }");
    add_request_headers();
    add_answer_headers();
    return out_ + backends_;
  }

 private:
  bool tls() const { return listener_.protocol == BalancerProtocol::kHttps; }
  bool logged() const { return balancer_.logs != BalancerLogs::kNone; }

  void add_connections() {
    out_ += fmt::format("frontend L_{}\n", listener_.id);
    const std::string secure = tls() ? add_certificates() : "";
    if (!tls()) out_ += "  option disable-h2-upgrade\n";
    // "transparent": it may be told to listen on an address before the VPC has got it.
    for (const auto& node : balancer_.nodes)
      out_ += fmt::format("  bind {}:{} transparent{}\n", node.private_ip, listener_.port, secure);
    out_ += fmt::format(
        "  option h1-case-adjust-bogus-client\n  timeout client {0}s\n  timeout http-request {0}s\n  timeout "
        "http-keep-alive {0}s\n",
        balancer_.idle_timeout_seconds);
    out_ += "  tcp-request connection set-var(sess.began) date\n";
    if (logged()) out_ += log_lines(listener_, balancer_.logs);
    out_ += "  http-request set-var(txn.began) date\n";
  }

  /// What a "bind" says of TLS. The first certificate is for clients that name no host of any.
  std::string add_certificates() {
    std::string words = " ssl";
    int number = 0;
    for (const std::string& pem : listener_.certificates) {
      const std::string name = fmt::format("{}-{}.pem", listener_.id, number++);
      files_.secrets[name] = pem;
      words += fmt::format(" crt {}/{}/{}", folder_, kSecretsFolder, name);
    }
    // OpenSSL takes versions before 1.2 only without its own idea of what is secure.
    const bool old = listener_.tls_least == TlsVersion::kTls10 || listener_.tls_least == TlsVersion::kTls11;
    words += fmt::format(" alpn {} ssl-min-ver {} ssl-max-ver {}", balancer_.http2 ? "h2,http/1.1" : "http/1.1",
                         word_of(listener_.tls_least), word_of(listener_.tls_most));
    std::string ciphers, suites;
    for (const std::string& cipher : listener_.tls_ciphers) {
      std::string& list = cipher.starts_with("TLS_") ? suites : ciphers;
      list += (list.empty() ? "" : ":") + cipher;
    }
    if (!ciphers.empty()) words += fmt::format(" ciphers {}{}", ciphers, old ? ":@SECLEVEL=0" : "");
    if (!suites.empty()) words += " ciphersuites " + suites;
    return words;
  }

  /// What never comes to a rule.
  void add_refusals() {
    const auto refuse = [&](int status, std::string_view condition) {
      out_ += fmt::format(
          "  http-request return status {0} content-type text/html file {1}/{0}.html hdr Server {2} if {3}\n", status,
          folder_, kBalancerServer, condition);
      files_.others[fmt::format("{}.html", status)] = page_of(status);
    };
    refuse(400, fmt::format("{{ url,length gt {} }}", kLongestUrl));
    refuse(405, "{ method TRACE }");
    refuse(463, fmt::format("{{ req.hdr_cnt(X-Forwarded-For) gt {} }}", kMostForwardedAddresses));
    if (balancer_.drop_invalid_headers) out_ += "  http-request del-header [^-A-Za-z0-9] -m reg\n";
  }

  /// The client's own trace goes on with a part of the balancer's; without one a trace begins here.
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
  void add_trace_id() {
    const std::string id =
        "1-%[date,hex,bytes(8,8),lower]-%[rand(2147483647),hex,bytes(8,8),lower]%[rand(2147483647),hex,bytes(8,8),"
        "lower]%[rand(2147483647),hex,bytes(8,8),lower]";
    const std::string theirs = "{ req.fhdr(X-Amzn-Trace-Id) -m sub Root= }";
    // Another balancer's part makes room for this one's.
    out_ += "  http-request replace-header X-Amzn-Trace-Id '(^|.*;)Self=[^;]*;?(.*)' '\\1\\2'\n";
    out_ += fmt::format("  http-request set-header X-Amzn-Trace-Id 'Self={};%[req.fhdr(X-Amzn-Trace-Id)]' if {}\n", id,
                        theirs);
    out_ += fmt::format("  http-request set-header X-Amzn-Trace-Id 'Root={}' if !{}\n", id, theirs);
    if (logged()) out_ += log_trace_line();
  }

  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
  void add_request_headers() {
    const std::string client = balancer_.client_port ? "%[src]:%[src_port]" : "%[src]";
    switch (balancer_.forwarded_for) {
      case ForwardedFor::kAppend:
        // To the only line, or as one more.
        out_ += fmt::format(
            "  http-request set-var(txn.forwarded) req.fhdr_cnt(X-Forwarded-For)\n"
            "  http-request set-header X-Forwarded-For '%[req.fhdr(X-Forwarded-For)], {0}' if {{ var(txn.forwarded) -m "
            "int 1 }}\n"
            "  http-request add-header X-Forwarded-For '{0}' if !{{ var(txn.forwarded) -m int 1 }}\n",
            client);
        break;
      case ForwardedFor::kPreserve:
        break;
      case ForwardedFor::kRemove:
        out_ += "  http-request del-header X-Forwarded-For\n";
        break;
    }
    out_ +=
        fmt::format("  http-request set-header X-Forwarded-Proto {}\n  http-request set-header X-Forwarded-Port {}\n",
                    tls() ? "https" : "http", listener_.port);
    if (tls() && balancer_.tls_headers)
      out_ += fmt::format(
          "  http-request set-header {} '%[ssl_fc_protocol]'\n  http-request set-header {} '%[ssl_fc_cipher]'\n",
          listener_.tls_version_header, listener_.tls_cipher_header);
    if (!balancer_.preserve_host) {
      if (listener_.port == 80 || listener_.port == 443)
        out_ += "  http-request replace-header Host '^([^:]+):[0-9]+$' '\\1' if { req.hdr(host) -m sub : }\n";
      else
        out_ += fmt::format(
            "  http-request set-header Host '%[req.hdr(host)]:{}' if {{ req.hdr(host) -m found }} !{{ req.hdr(host) -m "
            "sub : }}\n",
            listener_.port);
    }
    if (!logged()) add_trace_id();
  }

  void add_answer_headers() {
    // HAProxy says 503 of every connection that does not come about; what the header says is AWS's answer.
    for (const int status : {502, 504})
      out_ += fmt::format("  http-after-response set-status {} reason {} if {{ status 503 }} {{ res.hdr({}) {} }}\n",
                          status, haproxy_quoted(reason_of(status)), kNoConnection, status);
    out_ += fmt::format("  http-after-response del-header {} if {{ status 502:504 }}\n", kNoConnection);
    out_ += "  http-after-response set-header Date %[date,http_date] if !{ res.hdr(Date) -m found }\n";
    if (!listener_.server_header) out_ += "  http-after-response del-header Server\n";
    for (const HeaderValue& header : listener_.response_headers)
      out_ +=
          fmt::format("  http-after-response set-header {} {}\n", header.name, haproxy_quoted(format_of(header.value)));
    out_ += fmt::format("  http-after-response set-header Connection close if {{ date,sub(sess.began) ge {} }}\n",
                        balancer_.client_keep_alive_seconds);
    if (logged()) out_ += log_answer_lines();
  }

  void add_redirect(const BalancerAction& action, const std::string& condition, Query query) {
    const std::string page = std::to_string(action.status) + ".html";
    files_.others[page] = page_of(action.status);
    out_ += fmt::format(
        "  http-request return status {} content-type text/html file {}/{} hdr Server {} hdr Location {} if {}\n",
        action.status, folder_, page, kBalancerServer, haproxy_quoted(location_of(action, listener_, query)),
        condition);
  }

  void add_fixed_response(const BalancerAction& action, const std::string& name, const std::string& condition) {
    std::string content;
    if (!action.body.empty()) {
      files_.others[name + ".body"] = action.body;
      content =
          fmt::format(" content-type {} file {}/{}.body",
                      haproxy_quoted(action.content_type.empty() ? "text/plain" : action.content_type), folder_, name);
    }
    out_ += fmt::format("  http-request return status {}{} hdr Server {} if {}\n", action.status, content,
                        kBalancerServer, condition);
  }

  /// Between several groups the dice decide, unless the client was sent to one of them before.
  void add_forward(const BalancerAction& action, const std::string& name, const std::string& condition) {
    if (action.forward.size() == 1 && action.forward.front().weight > 0) {
      backends_ += fmt::format("  use_backend T_{} if {}\n", action.forward.front().target_group_id, condition);
      return;
    }
    const StickyCookie cookie(CookieKind::kGroup, name, key_, action.stickiness_seconds);
    const bool sticky = action.stickiness_seconds > 0;
    if (sticky) out_ += cookie.reading(condition);
    int left = 0;
    for (const auto& to : action.forward) {
      left += to.weight;
      if (sticky)
        out_ += fmt::format("  http-request set-var(txn.group) str({}) if {} {}\n", to.target_group_id, condition,
                            cookie.chosen(to.target_group_id));
    }
    for (const auto& to : action.forward) {
      if (to.weight > 0) {
        const std::string chance = to.weight == left ? "" : fmt::format(" {{ rand({}) lt {} }}", left, to.weight);
        out_ += fmt::format("  http-request set-var(txn.group) str({}) if {} !{{ var(txn.group) -m found }}{}\n",
                            to.target_group_id, condition, chance);
        left -= to.weight;
      }
      const std::string here = fmt::format("{} {{ var(txn.group) -m str {} }}", condition, to.target_group_id);
      if (sticky) out_ += cookie.writing(cookie.token_of(to.target_group_id), here + " { srv_id -m found }");
      backends_ += fmt::format("  use_backend T_{} if {}\n", to.target_group_id, here);
    }
    out_ += fmt::format("  http-request return status 503 errorfile {}/503.http if {} !{{ var(txn.group) -m found }}\n",
                        folder_, condition);
  }

  void add_action(const BalancerAction& action, const std::string& name, const std::string& condition) {
    if (logged()) out_ += log_action_line(word_of(action.kind), condition);
    switch (action.kind) {
      case BalancerActionKind::kFixedResponse:
        return add_fixed_response(action, name, condition);
      case BalancerActionKind::kRedirect: {
        add_redirect(action, condition + " { query -m found }", Query::kWith);
        const bool own_query = !action.redirect_query.empty() && action.redirect_query != "#{query}";
        return add_redirect(action, condition, own_query ? Query::kWith : Query::kWithout);
      }
      case BalancerActionKind::kForward:
        return add_forward(action, name, condition);
    }
  }

  const Balancer& balancer_;
  const BalancerListener& listener_;
  const std::string& folder_;
  const std::string& key_;
  HaproxyFiles& files_;
  std::string out_;
  std::string backends_;  // which is chosen, said after what else becomes of a request
};

}  // namespace

std::string frontend_of(const Balancer& balancer, const BalancerListener& listener, const std::string& folder,
                        const std::string& key, HaproxyFiles& files) {
  return Frontend(balancer, listener, folder, key, files).write();
}

}  // namespace hanbat::host
