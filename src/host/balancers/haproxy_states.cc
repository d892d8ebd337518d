#include "host/balancers/haproxy_states.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "host/balancers/haproxy_config.h"

namespace hanbat::host {

std::vector<Row> rows_of_stat(std::string_view text) {
  std::vector<Row> rows;
  std::vector<std::string> columns;
  for (const auto& line : split(std::string(text), '\n')) {
    if (line.starts_with("# ")) {
      const bool commas = line.find(',') != std::string::npos;
      columns.clear();
      for (const auto& name : split(line.substr(2), commas ? ',' : ' ')) columns.emplace_back(name);
      continue;
    }
    if (columns.empty() || line.empty()) continue;
    const auto fields = split(line, line.find(',') != std::string::npos ? ',' : ' ');
    Row row;
    for (std::size_t i = 0; i < fields.size() && i < columns.size(); ++i) row[columns[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string server_states(const BalancersSpec& spec, std::string_view before) {
  std::set<std::string> known;
  std::string out =
      "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
      "srv_time_since_last_change srv_check_status "
      "srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn "
      "srv_port srvrecord srv_use_ssl "
      "srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";
  for (const auto& line : split(std::string(before), '\n')) {
    const auto fields = split(line, ' ');
    if (line.starts_with("#") || fields.size() < 24) continue;
    known.insert(std::string(fields[1]) + "/" + std::string(fields[3]));
    out += std::string(line) + "\n";
  }
  const auto used = groups_in_use(spec);
  for (const auto& group : spec.target_groups)
    for (const auto& target : group.targets)
      if (used.contains(group.id) && !known.contains(backend_name(group) + "/" + server_name(target)))
        out += fmt::format("1 {} 1 {} {} 0 0 1 1 0 1 0 0 6 0 0 0 - {} - {} 0 - - 0\n", backend_name(group),
                           server_name(target), target.ip, target.port,
                           group.protocol == BalancerProtocol::kHttps ? 1 : 0);
  return out;
}

TargetHealth health_of(const TargetGroup& group, const Target& target, const Row& row, Settling settling) {
  const auto get = [&](const char* column) {
    const auto found = row.find(column);
    return found == row.end() ? std::string() : found->second;
  };
  TargetHealth health{.target_group_id = group.id,
                      .ip = target.ip,
                      .port = target.port,
                      .state = HealthState::kInitial,
                      .reason = HealthReason::kRegistrationInProgress};
  health.active_connections = static_cast<int>(parse_int(get("scur")).value_or(0));
  health.response_code = static_cast<int>(parse_int(get("check_code")).value_or(0));
  std::string check = get("check_status");
  if (check.starts_with("* ")) check.erase(0, 2);
  if (target.state == TargetState::kDraining) {
    health.state = HealthState::kDraining;
    health.reason = HealthReason::kDeregistrationInProgress;
  } else if (row.empty()) {
    return health;
  } else if (get("status").starts_with("UP") || get("status").starts_with("DRAIN") ||
             get("status").starts_with("NOLB")) {
    health.state = HealthState::kHealthy;
    health.reason = HealthReason::kNone;
  } else if (settling == Settling::kYes) {
    health.reason = check.empty() || check == "INI" || check == "UNK" ? HealthReason::kRegistrationInProgress
                                                                      : HealthReason::kInitialHealthChecking;
  } else {
    health.state = HealthState::kUnhealthy;
    health.reason = check == "L7STS"          ? HealthReason::kResponseCodeMismatch
                    : check.ends_with("TOUT") ? HealthReason::kTimeout
                                              : HealthReason::kFailedHealthChecks;
  }
  return health;
}

}  // namespace hanbat::host
