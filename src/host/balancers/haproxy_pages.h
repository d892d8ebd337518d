// What a balancer answers by itself, as AWS's does: its pages, its Server header.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hanbat::host {

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
inline constexpr int kConnectTimeoutSeconds = 10;
inline constexpr std::string_view kBalancerServer = "awselb/2.0";
/// In an answer to a connection that no target took: only inside of HAProxy, and its value is AWS's status.
inline constexpr std::string_view kNoConnection = "X-No-Connection";

/// "Bad Gateway"; of an unknown one nothing.
std::string reason_of(int status);
/// The page of a status; of an unknown one its number.
std::string page_of(int status);
/// The files of HAProxy's `errorfile`, by name.
std::map<std::string, std::string> error_files();
/// The lines of the section `defaults` that name them, from the folder where they lie.
std::string error_lines(const std::string& folder);
/// The line of a backend that has targets: HAProxy's own answer to a connection that does not come about is 503, AWS's
/// 502 when it was refused and 504 when it took too long. `txn.began` is when the request came.
std::string no_connection_lines(const std::string& folder);

}  // namespace hanbat::host
