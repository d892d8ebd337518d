// What HAProxy says of its servers, and what it is told of them before a reload.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/balancers/spec.h"

namespace hanbat::host {

/// A table that HAProxy prints ("show stat" with commas, "show servers state" with spaces): rows by column name.
using Row = std::map<std::string, std::string>;
std::vector<Row> rows_of_stat(std::string_view text);

/// A server state file for a reload: what is known stays as it is, and a server not yet known begins as down, so that a
/// target gets no request before its first passed check (HAProxy would begin with up). `before` is "show servers state"
/// or empty.
std::string server_states(const BalancersSpec& spec, std::string_view before);

/// AWS's words for what HAProxy saw of a target. `settling`: its checks have not yet come to a first result.
enum class Settling { kNo, kYes };
TargetHealth health_of(const TargetGroup& group, const Target& target, const Row& row, Settling settling);

}  // namespace hanbat::host
