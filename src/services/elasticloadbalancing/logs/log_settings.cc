#include "services/elasticloadbalancing/logs/log_settings.h"

#include <fmt/format.h>

#include "services/elasticloadbalancing/attributes.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::string_view kAccess = "access_logs.s3";
constexpr std::string_view kConnections = "connection_logs.s3";
constexpr std::string_view kHealthChecks = "health_check_logs.s3";
constexpr std::string_view kReserved = "AWSLogs";
constexpr std::string_view kLoadBalancer = "loadbalancer/";

std::string key(std::string_view log, std::string_view what) { return fmt::format("{}.{}", log, what); }

std::optional<LogPlace> find_place(const Json& own, std::string_view log) {
  if (!boolean_attribute(own, key(log, "enabled"))) return std::nullopt;
  return LogPlace{text_attribute(own, key(log, "bucket")), text_attribute(own, key(log, "prefix"))};
}

Json write(const std::optional<LogPlace>& place) {
  if (!place) return {};
  return Json::object({{"bucket", place->bucket}, {"prefix", place->prefix}});
}

std::optional<LogPlace> read(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return LogPlace{json.text("bucket"), json.text("prefix")};
}

}  // namespace

Json LoggedBalancer::to_json() const {
  Json all = Json::array();
  for (const LogNode& node : nodes)
    all.push_back(Json::object({{"private_ip", node.private_ip}, {"public_ip", node.public_ip}}));
  return Json::object({{"arn", arn},
                       {"account", place.account},
                       {"region", place.region},
                       {"dns_name", dns_name},
                       {"nodes", std::move(all)},
                       {"access", write(access)},
                       {"connections", write(connections)}});
}

LoggedBalancer LoggedBalancer::from_json(const Json& json) {
  LoggedBalancer out{.arn = json.text("arn"),
                     .place = {json.text("account"), json.text("region")},
                     .dns_name = json.text("dns_name"),
                     .nodes = {},
                     .access = read(json["access"]),
                     .connections = read(json["connections"])};
  for (const Json& node : json["nodes"].items()) out.nodes.push_back({node.text("private_ip"), node.text("public_ip")});
  return out;
}

std::string LoggedBalancer::resource() const {
  const std::size_t at = arn.find(kLoadBalancer);
  return at == std::string::npos ? arn : arn.substr(at + kLoadBalancer.size());
}

std::optional<LoggedBalancer> logged_balancer(const Resource<LoadBalancer>& row) {
  LoggedBalancer out{.arn = row.id,
                     .place = row.place,
                     .dns_name = row.shape.dns_name.value_or(""),
                     .nodes = {},
                     .access = find_place(row.own, kAccess),
                     .connections = find_place(row.own, kConnections)};
  if (!out.access && !out.connections) return std::nullopt;
  for (const Json& node : row.own["interfaces"].items())
    out.nodes.push_back({node.text("private_ip"), node.text("public_ip")});
  return out;
}

host::BalancerLogs records_of(const Resource<LoadBalancer>& row) {
  if (find_place(row.own, kAccess)) return host::BalancerLogs::kRequests;
  if (find_place(row.own, kConnections)) return host::BalancerLogs::kConnections;
  return host::BalancerLogs::kNone;
}

void check_log_attributes(const Json& own) {
  for (const std::string_view log : {kAccess, kConnections, kHealthChecks}) {
    const std::string prefix = text_attribute(own, key(log, "prefix"));
    if (prefix.starts_with('/') || prefix.ends_with('/') || prefix.find(kReserved) != std::string::npos)
      throw InvalidConfigurationRequestException(fmt::format(
          "The value of '{}' must not begin or end with '/' or contain '{}'", key(log, "prefix"), kReserved));
    if (boolean_attribute(own, key(log, "enabled")) && text_attribute(own, key(log, "bucket")).empty())
      throw InvalidConfigurationRequestException(
          fmt::format("'{}' must be specified when '{}' is true", key(log, "bucket"), key(log, "enabled")));
  }
}

std::string log_folder(const LoggedBalancer& balancer, const LogPlace& place) {
  return fmt::format("{}{}AWSLogs/{}/", place.prefix, place.prefix.empty() ? "" : "/", balancer.place.account);
}

}  // namespace hanbat::elasticloadbalancing
