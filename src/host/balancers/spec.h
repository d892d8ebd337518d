// What hanbatd asks of the host's load balancers, over all accounts and regions, and what it hears of their targets.
#pragma once

#include <array>
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

  template <class V>
  void visit(V& v) {
    v("kind", kind), v("forward", forward), v("redirect_protocol", redirect_protocol),
        v("redirect_host", redirect_host), v("redirect_port", redirect_port), v("redirect_path", redirect_path),
        v("redirect_query", redirect_query), v("status", status), v("content_type", content_type), v("body", body);
  }
};

enum class ConditionField { kPathPattern, kHostHeader, kHttpRequestMethod, kSourceIp, kHttpHeader };

/// A rule: all conditions must hold; within one condition any value, with AWS's wildcards * and ?.
struct BalancerCondition {
  ConditionField field = ConditionField::kPathPattern;
  std::string header;
  std::vector<std::string> values;

  template <class V>
  void visit(V& v) {
    v("field", field), v("header", header), v("values", values);
  }
};

struct BalancerRule {
  std::string id;
  std::vector<BalancerCondition> conditions;
  BalancerAction action;

  template <class V>
  void visit(V& v) {
    v("id", id), v("conditions", conditions), v("action", action);
  }
};

struct BalancerListener {
  std::string id;
  int port = 80;
  BalancerProtocol protocol = BalancerProtocol::kHttp;
  std::string certificate_pem;  ///< chain and key, for HTTPS
  BalancerAction default_action;
  std::vector<BalancerRule> rules;  ///< by falling priority
  int host_port = 0;                ///< when not 0 and the balancer has public addresses: also reached from the host at
                                    ///< 127.0.0.1:<host_port> by host_name

  template <class V>
  void visit(V& v) {
    v("id", id), v("port", port), v("protocol", protocol), v("certificate_pem", certificate_pem),
        v("default_action", default_action), v("rules", rules), v("host_port", host_port);
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

struct Balancer {
  std::string id;
  std::string vpc_id;
  std::string host_name;  ///< e.g. wsi-alb.elb.localhost
  std::vector<BalancerNode> nodes;
  std::vector<BalancerListener> listeners;
  int idle_timeout_seconds = 60;

  template <class V>
  void visit(V& v) {
    v("id", id), v("vpc_id", vpc_id), v("host_name", host_name), v("nodes", nodes), v("listeners", listeners),
        v("idle_timeout_seconds", idle_timeout_seconds);
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

enum class BalancingAlgorithm { kRoundRobin, kLeastOutstandingRequests };

struct TargetGroup {
  std::string id;
  std::string vpc_id;
  BalancerProtocol protocol = BalancerProtocol::kHttp;  ///< towards the targets
  BalancingAlgorithm algorithm = BalancingAlgorithm::kRoundRobin;
  int stickiness_seconds = 0;  ///< 0: none; else an lb_cookie of that duration
  HealthCheck health_check;
  std::vector<Target> targets;

  template <class V>
  void visit(V& v) {
    v("id", id), v("vpc_id", vpc_id), v("protocol", protocol), v("algorithm", algorithm),
        v("stickiness_seconds", stickiness_seconds), v("health_check", health_check), v("targets", targets);
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

struct TargetHealth {
  std::string target_group_id;
  std::string ip;
  int port = 0;
  HealthState state = HealthState::kInitial;
  HealthReason reason = HealthReason::kNone;
  int response_code = 0;       ///< of the last check, when it answered
  int active_connections = 0;  ///< requests under way

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("ip", ip), v("port", port), v("state", state), v("reason", reason),
        v("response_code", response_code), v("active_connections", active_connections);
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
                                               {host::ConditionField::kHttpHeader, "http-header"}});

template <>
inline constexpr auto kWords<host::TargetState> = std::to_array<Word<host::TargetState>>(
    {{host::TargetState::kActive, "active"}, {host::TargetState::kDraining, "draining"}});

template <>
inline constexpr auto kWords<host::BalancingAlgorithm> = std::to_array<Word<host::BalancingAlgorithm>>(
    {{host::BalancingAlgorithm::kRoundRobin, "round_robin"},
     {host::BalancingAlgorithm::kLeastOutstandingRequests, "least_outstanding_requests"}});

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
