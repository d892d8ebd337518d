// What a balancer answers by itself, as AWS's does: its pages, its Server header.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hanbat::host {

inline constexpr std::string_view kBalancerServer = "awselb/2.0";
/// In an answer to a connection that no target took: only inside of HAProxy, which tells by it what the answer is of.
inline constexpr std::string_view kNoConnection = "X-No-Connection";

/// The page of a status; of an unknown one its number.
std::string page_of(int status);
/// The files of HAProxy's `errorfile`, by name.
std::map<std::string, std::string> error_files();
/// The lines of the section `defaults` that name them, from the folder where they lie.
std::string error_lines(const std::string& folder);
/// The line of a backend that has targets: HAProxy's own answer to a refused connection is 503, AWS's 502.
std::string no_connection_line(const std::string& folder);

}  // namespace hanbat::host
