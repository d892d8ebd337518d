// The lines of AWS's logs, of what the host side recorded. Pure.
//   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
//   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/balancers/log_record.h"

namespace hanbat::elasticloadbalancing {

/// A certificate that a listener shows.
struct ShownCertificate {
  std::string arn;
  std::vector<std::string> names;  // "*.example.com" among them
};

/// What a line says of its balancer.
struct LogFacts {
  std::string resource;  // "app/web/50dc6c495c0c9188"
  std::string dns_name;
  std::map<std::string, ShownCertificate> certificates;  // by the SHA-1 of what is shown, in capital hex
};

/// An entry of the access log, without a line's end; nothing of a connection that never was one.
std::optional<std::string> access_line(const host::LogRecord& record, const LogFacts& facts);
/// An entry of the connection log; nothing of a connection that has its own.
std::optional<std::string> connection_line(const host::LogRecord& record);

}  // namespace hanbat::elasticloadbalancing
