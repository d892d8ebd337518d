// What hanbatd asks of the host's load balancers, over all accounts and regions, and what it hears of their targets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace hanbat::host {

enum class BalancerProtocol { kHttp, kHttps };

/// What a listener (or a rule of it) does: forward to target groups by weight, redirect, or a fixed answer.
struct ForwardTo {
  std::string target_group_id;
  int weight = 1;

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("weight", weight);
  }
};

enum class BalancerActionKind { kForward, kRedirect, kFixedResponse };

struct BalancerAction {
  BalancerActionKind kind = BalancerActionKind::kForward;
  std::vector<ForwardTo> forward;
  std::string redirect_protocol;  ///< AWS's redirect parts, with #{protocol} #{host} #{port} #{path} #{query}
  std::string redirect_host;
  std::string redirect_port;
  std::string redirect_path;
  std::string redirect_query;
  int status = 0;  ///< 301 or 302; the fixed answer's code
  std::string content_type;
  std::string body;
  int stickiness_seconds = 0;  ///< of a forward: a client keeps its target group for that long; 0: each request anew

  template <class V>
  void visit(V& v) {
    v("kind", kind), v("forward", forward), v("redirect_protocol", redirect_protocol),
        v("redirect_host", redirect_host), v("redirect_port", redirect_port), v("redirect_path", redirect_path),
        v("redirect_query", redirect_query), v("status", status), v("content_type", content_type), v("body", body),
        v("stickiness_seconds", stickiness_seconds);
  }
};

enum class ConditionField { kPathPattern, kHostHeader, kHttpRequestMethod, kSourceIp, kHttpHeader, kQueryString };

/// A rule: all conditions must hold; within one condition any value, with AWS's wildcards * and ?.
struct BalancerCondition {
  ConditionField field = ConditionField::kPathPattern;
  std::string header;
  std::vector<std::string> values;
  std::vector<std::string> keys;  ///< of a query string: each value's, empty for any; else none

  template <class V>
  void visit(V& v) {
    v("field", field), v("header", header), v("values", values), v("keys", keys);
  }
};

struct BalancerRule {
  std::string id;
  int priority = 1;  ///< within its listener there is one of each
  std::vector<BalancerCondition> conditions;
  BalancerAction action;

  template <class V>
  void visit(V& v) {
    v("id", id), v("priority", priority), v("conditions", conditions), v("action", action);
  }
};

enum class TlsVersion { kTls10, kTls11, kTls12, kTls13 };

/// A header that is set on every answer.
struct HeaderValue {
  std::string name;
  std::string value;

  template <class V>
  void visit(V& v) {
    v("name", name), v("value", value);
  }
};

struct BalancerListener {
  std::string id;
  int port = 80;
  BalancerProtocol protocol = BalancerProtocol::kHttp;
  /// For HTTPS: each with its chain and its key, as PEM; the first is for clients that ask for no name of any.
  std::vector<std::string> certificates;
  std::vector<std::string> tls_names;  ///< DNS names of the certificates, "*.example.com" among them
  TlsVersion tls_least = TlsVersion::kTls12;
  TlsVersion tls_most = TlsVersion::kTls13;
  std::vector<std::string> tls_ciphers;  ///< OpenSSL's names, in order; those of TLS 1.3 begin with "TLS_"
  std::string tls_version_header = "X-Amzn-Tls-Version";
  std::string tls_cipher_header = "X-Amzn-Tls-Cipher-Suite";
  BalancerAction default_action;
  std::vector<BalancerRule> rules;  ///< by falling priority
  int host_port = 0;                ///< when not 0 and the balancer has public addresses: also reached from the host at
                                    ///< 127.0.0.1:<host_port> by host_name
  bool server_header = true;        ///< whether answers keep their Server
  std::vector<HeaderValue> response_headers;

  template <class V>
  void visit(V& v) {
    v("id", id), v("port", port), v("protocol", protocol), v("certificates", certificates), v("tls_names", tls_names),
        v("tls_least", tls_least), v("tls_most", tls_most), v("tls_ciphers", tls_ciphers),
        v("tls_version_header", tls_version_header), v("tls_cipher_header", tls_cipher_header),
        v("default_action", default_action), v("rules", rules), v("host_port", host_port),
        v("server_header", server_header), v("response_headers", response_headers);
  }
};

/// A node: the private address of one of the balancer's interfaces (in its VpcSpec with attachment "balancer").
struct BalancerNode {
  std::string private_ip;
  std::string public_ip;    ///< empty for an internal balancer
  std::string subnet_cidr;  ///< targets within it are reached from this node

  template <class V>
  void visit(V& v) {
    v("private_ip", private_ip), v("public_ip", public_ip), v("subnet_cidr", subnet_cidr);
  }
};

/// What is recorded of a balancer, to be asked for by take_logs: each request, or of each connection its first.
enum class BalancerLogs { kNone, kRequests, kConnections };

/// What becomes of X-Forwarded-For on the way to a target.
enum class ForwardedFor { kAppend, kPreserve, kRemove };

struct Balancer {
  std::string id;
  std::string vpc_id;
  std::string host_name;  ///< e.g. wsi-alb.elb.localhost
  std::vector<BalancerNode> nodes;
  std::vector<BalancerListener> listeners;
  int idle_timeout_seconds = 60;
  int client_keep_alive_seconds = 3600;  ///< how long a client's connection is used at most
  ForwardedFor forwarded_for = ForwardedFor::kAppend;
  bool client_port = false;           ///< X-Forwarded-For has the client's port, too
  bool preserve_host = false;         ///< else Host gets the listener's port, or none where that is the protocol's own
  bool http2 = true;                  ///< of HTTPS listeners
  bool tls_headers = false;           ///< whether targets are told version and cipher
  bool drop_invalid_headers = false;  ///< request headers whose names have more than letters, digits and dashes
  BalancerLogs logs = BalancerLogs::kNone;

  template <class V>
  void visit(V& v) {
    v("id", id), v("vpc_id", vpc_id), v("host_name", host_name), v("nodes", nodes), v("listeners", listeners),
        v("idle_timeout_seconds", idle_timeout_seconds), v("client_keep_alive_seconds", client_keep_alive_seconds),
        v("forwarded_for", forwarded_for), v("client_port", client_port), v("preserve_host", preserve_host),
        v("http2", http2), v("tls_headers", tls_headers), v("drop_invalid_headers", drop_invalid_headers),
        v("logs", logs);
  }
};

struct HealthCheck {
  BalancerProtocol protocol = BalancerProtocol::kHttp;
  std::string path = "/";
  int port = 0;  ///< 0: the target's own
  int interval_seconds = 30;
  int timeout_seconds = 5;
  int healthy_threshold = 5;
  int unhealthy_threshold = 2;
  std::string matcher = "200";  ///< "200", "200,202", "200-299"

  template <class V>
  void visit(V& v) {
    v("protocol", protocol), v("path", path), v("port", port), v("interval_seconds", interval_seconds),
        v("timeout_seconds", timeout_seconds), v("healthy_threshold", healthy_threshold),
        v("unhealthy_threshold", unhealthy_threshold), v("matcher", matcher);
  }
};

enum class TargetState { kActive, kDraining };

/// A target. Draining: no new requests, those under way go on; leaving it out cuts what is left.
struct Target {
  std::string ip;
  int port = 0;
  TargetState state = TargetState::kActive;

  template <class V>
  void visit(V& v) {
    v("ip", ip), v("port", port), v("state", state);
  }
};

enum class BalancingAlgorithm { kRoundRobin, kLeastOutstandingRequests, kWeightedRandom };

struct TargetGroup {
  std::string id;
  std::string arn;  ///< by which logs name it
  std::string vpc_id;
  BalancerProtocol protocol = BalancerProtocol::kHttp;  ///< towards the targets
  BalancingAlgorithm algorithm = BalancingAlgorithm::kRoundRobin;
  int stickiness_seconds = 0;  ///< how long a client keeps its target; 0: not at all
  std::string app_cookie;      ///< the target's own cookie that begins the stickiness; empty: the first answer does
  int slow_start_seconds = 0;  ///< how long a new target's share grows
  HealthCheck health_check;
  std::vector<Target> targets;

  template <class V>
  void visit(V& v) {
    v("id", id), v("arn", arn), v("vpc_id", vpc_id), v("protocol", protocol), v("algorithm", algorithm),
        v("stickiness_seconds", stickiness_seconds), v("app_cookie", app_cookie),
        v("slow_start_seconds", slow_start_seconds), v("health_check", health_check), v("targets", targets);
  }
};

/// Everything that the one HAProxy does, over all accounts and regions.
struct BalancersSpec {
  std::vector<Balancer> balancers;
  std::vector<TargetGroup> target_groups;

  template <class V>
  void visit(V& v) {
    v("balancers", balancers), v("target_groups", target_groups);
  }
};

struct BalancerName {
  std::string id;

  template <class V>
  void visit(V& v) {
    v("id", id);
  }
};

/// Records of a balancer's requests, as log_record.h reads them, in the order of their ends. The same name has the same
/// records, until it is dropped. Without a name there are none.
struct LogBatch {
  std::string name;
  std::int64_t until = 0;  ///< when it was closed, in seconds since 1970
  std::int64_t lost = 0;   ///< records that had no room before it
  std::vector<std::string> records;

  template <class V>
  void visit(V& v) {
    v("name", name), v("until", until), v("lost", lost), v("records", records);
  }
};

struct LogBatchName {
  std::string balancer_id;
  std::string name;

  template <class V>
  void visit(V& v) {
    v("balancer_id", balancer_id), v("name", name);
  }
};

enum class HealthState { kInitial, kHealthy, kUnhealthy, kDraining, kUnused };

/// AWS's codes. Source: "TargetHealth" of the Elastic Load Balancing API reference.
enum class HealthReason {
  kNone,
  kRegistrationInProgress,
  kInitialHealthChecking,
  kResponseCodeMismatch,
  kTimeout,
  kFailedHealthChecks,
  kDeregistrationInProgress,
  kNotInUse
};

/// What a target was asked since hostd began, over all workers of HAProxy.
struct TargetCounters {
  std::int64_t requests = 0;
  std::int64_t connection_errors = 0;
  std::int64_t answered_2xx = 0;
  std::int64_t answered_3xx = 0;
  std::int64_t answered_4xx = 0;
  std::int64_t answered_5xx = 0;

  template <class V>
  void visit(V& v) {
    v("requests", requests), v("connection_errors", connection_errors), v("answered_2xx", answered_2xx),
        v("answered_3xx", answered_3xx), v("answered_4xx", answered_4xx), v("answered_5xx", answered_5xx);
  }
};

struct TargetHealth {
  std::string target_group_id;
  std::string ip;
  int port = 0;
  HealthState state = HealthState::kInitial;
  HealthReason reason = HealthReason::kNone;
  int response_code = 0;       ///< of the last check, when it answered
  int active_connections = 0;  ///< requests under way
  TargetCounters counters;

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("ip", ip), v("port", port), v("state", state), v("reason", reason),
        v("response_code", response_code), v("active_connections", active_connections), v("counters", counters);
  }
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::BalancerProtocol> = std::to_array<Word<host::BalancerProtocol>>(
    {{host::BalancerProtocol::kHttp, "HTTP"}, {host::BalancerProtocol::kHttps, "HTTPS"}});

template <>
inline constexpr auto kWords<host::BalancerActionKind> =
    std::to_array<Word<host::BalancerActionKind>>({{host::BalancerActionKind::kForward, "forward"},
                                                   {host::BalancerActionKind::kRedirect, "redirect"},
                                                   {host::BalancerActionKind::kFixedResponse, "fixed-response"}});

template <>
inline constexpr auto kWords<host::ConditionField> =
    std::to_array<Word<host::ConditionField>>({{host::ConditionField::kPathPattern, "path-pattern"},
                                               {host::ConditionField::kHostHeader, "host-header"},
                                               {host::ConditionField::kHttpRequestMethod, "http-request-method"},
                                               {host::ConditionField::kSourceIp, "source-ip"},
                                               {host::ConditionField::kHttpHeader, "http-header"},
                                               {host::ConditionField::kQueryString, "query-string"}});

/// As HAProxy writes them.
template <>
inline constexpr auto kWords<host::TlsVersion> =
    std::to_array<Word<host::TlsVersion>>({{host::TlsVersion::kTls10, "TLSv1.0"},
                                           {host::TlsVersion::kTls11, "TLSv1.1"},
                                           {host::TlsVersion::kTls12, "TLSv1.2"},
                                           {host::TlsVersion::kTls13, "TLSv1.3"}});

template <>
inline constexpr auto kWords<host::ForwardedFor> =
    std::to_array<Word<host::ForwardedFor>>({{host::ForwardedFor::kAppend, "append"},
                                             {host::ForwardedFor::kPreserve, "preserve"},
                                             {host::ForwardedFor::kRemove, "remove"}});

template <>
inline constexpr auto kWords<host::BalancerLogs> =
    std::to_array<Word<host::BalancerLogs>>({{host::BalancerLogs::kNone, "none"},
                                             {host::BalancerLogs::kRequests, "requests"},
                                             {host::BalancerLogs::kConnections, "connections"}});

template <>
inline constexpr auto kWords<host::TargetState> = std::to_array<Word<host::TargetState>>(
    {{host::TargetState::kActive, "active"}, {host::TargetState::kDraining, "draining"}});

template <>
inline constexpr auto kWords<host::BalancingAlgorithm> = std::to_array<Word<host::BalancingAlgorithm>>(
    {{host::BalancingAlgorithm::kRoundRobin, "round_robin"},
     {host::BalancingAlgorithm::kLeastOutstandingRequests, "least_outstanding_requests"},
     {host::BalancingAlgorithm::kWeightedRandom, "weighted_random"}});

template <>
inline constexpr auto kWords<host::HealthState> =
    std::to_array<Word<host::HealthState>>({{host::HealthState::kInitial, "initial"},
                                            {host::HealthState::kHealthy, "healthy"},
                                            {host::HealthState::kUnhealthy, "unhealthy"},
                                            {host::HealthState::kDraining, "draining"},
                                            {host::HealthState::kUnused, "unused"}});

template <>
inline constexpr auto kWords<host::HealthReason> = std::to_array<Word<host::HealthReason>>(
    {{host::HealthReason::kNone, ""},
     {host::HealthReason::kRegistrationInProgress, "Elb.RegistrationInProgress"},
     {host::HealthReason::kInitialHealthChecking, "Elb.InitialHealthChecking"},
     {host::HealthReason::kResponseCodeMismatch, "Target.ResponseCodeMismatch"},
     {host::HealthReason::kTimeout, "Target.Timeout"},
     {host::HealthReason::kFailedHealthChecks, "Target.FailedHealthChecks"},
     {host::HealthReason::kDeregistrationInProgress, "Target.DeregistrationInProgress"},
     {host::HealthReason::kNotInUse, "Target.NotInUse"}});

}  // namespace hanbat
