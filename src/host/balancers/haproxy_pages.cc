// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
#include "host/balancers/haproxy_pages.h"

#include <fmt/format.h>

namespace hanbat::host {
namespace {

constexpr const char* kNoConnectionFile = "no-connection.html";

const std::map<int, std::string_view> kReasons = {{301, "Moved Permanently"},
                                                  {302, "Found"},
                                                  {400, "Bad Request"},
                                                  {403, "Forbidden"},
                                                  {405, "Not Allowed"},
                                                  {408, "Request Time-out"},
                                                  {413, "Request Entity Too Large"},
                                                  {500, "Internal Server Error"},
                                                  {502, "Bad Gateway"},
                                                  {503, "Service Temporarily Unavailable"},
                                                  {504, "Gateway Time-out"}};
// Those of HAProxy's own errors; redirects are answers to rules.
constexpr int kErrors[] = {400, 403, 408, 413, 500, 502, 503, 504};

std::string title_of(int status) {
  const std::string reason = reason_of(status);
  return std::to_string(status) + (reason.empty() ? "" : " " + reason);
}

std::string page_with(std::string_view title) {
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n",
      title);
}

/// A format of HAProxy's: the first when the request came at least that long ago, else the second.
std::string either(std::string_view late, std::string_view refused) {
  return fmt::format("%[date,sub(txn.began),div({}),bool,iif({},{})]", kConnectTimeoutSeconds, late, refused);
}

std::string answer_of(int status) {
  const std::string page = page_of(status);
  return fmt::format("HTTP/1.1 {}\r\nServer: {}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{}",
                     title_of(status), kBalancerServer, page.size(), page);
}

}  // namespace

std::string reason_of(int status) {
  const auto found = kReasons.find(status);
  return found == kReasons.end() ? "" : std::string(found->second);
}

std::string page_of(int status) { return page_with(title_of(status)); }

std::map<std::string, std::string> error_files() {
  std::map<std::string, std::string> files;
  for (const int status : kErrors) files[std::to_string(status) + ".http"] = answer_of(status);
  files[kNoConnectionFile] = page_with(either(title_of(504), title_of(502)));
  return files;
}

std::string error_lines(const std::string& folder) {
  std::string lines;
  for (const int status : kErrors) lines += fmt::format("  errorfile {0} {1}/{0}.http\n", status, folder);
  return lines;
}

std::string no_connection_lines(const std::string& folder) {
  return fmt::format("  http-error status 503 content-type text/html hdr Server {} hdr {} '{}' lf-file {}/{}\n",
                     kBalancerServer, kNoConnection, either("504", "502"), folder, kNoConnectionFile);
}

}  // namespace hanbat::host
