// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
#include "host/balancers/haproxy_pages.h"

#include <fmt/format.h>

namespace hanbat::host {
namespace {

constexpr const char* kNoConnectionFile = "no-connection.http";

const std::map<int, std::string_view> kReasons = {{301, "Moved Permanently"},
                                                  {302, "Found"},
                                                  {400, "Bad Request"},
                                                  {403, "Forbidden"},
                                                  {408, "Request Time-out"},
                                                  {413, "Request Entity Too Large"},
                                                  {500, "Internal Server Error"},
                                                  {502, "Bad Gateway"},
                                                  {503, "Service Temporarily Unavailable"},
                                                  {504, "Gateway Time-out"}};
// Those of HAProxy's own errors; redirects are answers to rules.
constexpr int kErrors[] = {400, 403, 408, 413, 500, 502, 503, 504};

std::string title_of(int status) {
  const auto found = kReasons.find(status);
  return std::to_string(status) + (found == kReasons.end() ? "" : " " + std::string(found->second));
}

std::string answer_of(int status, std::string_view further = {}) {
  const std::string page = page_of(status);
  return fmt::format("HTTP/1.1 {}\r\nServer: {}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n{}\r\n{}",
                     title_of(status), kBalancerServer, page.size(), further, page);
}

}  // namespace

std::string page_of(int status) {
  const std::string title = title_of(status);
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n",
      title);
}

std::map<std::string, std::string> error_files() {
  std::map<std::string, std::string> files;
  for (const int status : kErrors) files[std::to_string(status) + ".http"] = answer_of(status);
  files[kNoConnectionFile] = answer_of(502, fmt::format("{}: 1\r\n", kNoConnection));
  return files;
}

std::string error_lines(const std::string& folder) {
  std::string lines;
  for (const int status : kErrors) lines += fmt::format("  errorfile {0} {1}/{0}.http\n", status, folder);
  return lines;
}

std::string no_connection_line(const std::string& folder) {
  return fmt::format("  errorfile 503 {}/{}\n", folder, kNoConnectionFile);
}

}  // namespace hanbat::host
