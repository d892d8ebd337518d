// What HAProxy is told of logs: to whom, what, and what it must remember of a request for that. The records' grammar
// stands in log_record.h. A balancer without logs has none of these lines.
#pragma once

#include <string>
#include <string_view>

#include "host/balancers/spec.h"

namespace hanbat::host {

/// The socket that a worker sends records to, as its root folder shows it; it lies in the HAProxy's folder/root.
inline constexpr std::string_view kLogSocket = "log";
/// No record is longer, nor is any part of a request told beyond what AWS tells.
inline constexpr int kLongestRecord = 65000;

/// Of a frontend, before anything is refused.
std::string log_lines(const BalancerListener& listener, BalancerLogs logs);
/// Of a frontend, where an action is taken: "redirect" under the condition.
std::string log_action_line(std::string_view action, std::string_view condition);
/// Of a frontend, once the trace's header is as the target gets it.
std::string log_trace_line();
/// Of a frontend, after all else that becomes of an answer.
std::string log_answer_lines();
/// Of a backend, before all else.
std::string log_group_line(const TargetGroup& group);

}  // namespace hanbat::host
