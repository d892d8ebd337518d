// The rows of a parameter's versions, read for the operations that answer them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gen/ssm/model.h"
#include "region/request.h"

namespace hanbat::ssm {

/// Columns of ssm_parameter_versions in the order that metadata() and Ssm::answer() read.
inline constexpr const char* kVersionColumns = "name, version, value, body";

std::optional<store::Row> find_version(region::Request& rq, const std::string& name, std::int64_t version);
/// The number of the newest version; nothing when there is no such parameter.
std::optional<std::int64_t> newest_version(region::Request& rq, const std::string& name);
ParameterMetadata metadata(region::Request& rq, const store::Row& row);

}  // namespace hanbat::ssm
