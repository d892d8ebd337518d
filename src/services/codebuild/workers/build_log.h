// A build's log: its stream in CloudWatch Logs, made and written as the build's service role.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "region/actor.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// Where AWS's console shows a log stream: what AWS tells of every build's log. There is no such console here.
std::string log_link(std::string_view region, std::string_view group, std::string_view stream);

/// Makes the build's log stream, when it wants one, and names it in the row. Throws wire::Error when the role may not.
void make_stream(const region::Actor& role, BuildRow& row);
/// Appends lines to the stream, if there is one; in the transaction of the offset that they were read to.
void write_log(const region::Actor& role, const BuildRow& row, const std::vector<LogLine>& lines);

}  // namespace hanbat::codebuild
