#include "services/s3/website/page.h"

#include <string_view>

#include "base/html.h"
#include "http/message.h"
#include "wire/host_id.h"

namespace hanbat::s3 {
namespace {

std::string line(const std::string& name, const std::string& value) {
  return "<li>" + html_text(name) + ": " + html_text(value) + "</li>\n";
}

std::string lines_of(const wire::Error& error) {
  std::string out = line("Code", error.code()) + line("Message", error.message());
  for (const auto& [name, value] : error.extra()) out += line(name, value);
  return out;
}

}  // namespace

void add_error_headers(const wire::Error& error, wire::Headers& headers) {
  headers.emplace_back("x-amz-error-code", error.code());
  headers.emplace_back("x-amz-error-message", error.message());
  for (const auto& [name, value] : error.extra()) headers.emplace_back("x-amz-error-detail-" + name, value);
}

wire::Response error_page(const wire::Error& error, const std::optional<wire::Error>& missing,
                          const std::string& request_id) {
  const std::string title = std::to_string(error.status()) + " " + std::string(http::reason(error.status()));
  std::string page = "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n" +
                     lines_of(error) + line("RequestId", request_id) + line("HostId", wire::host_id_of(request_id)) +
                     "</ul>\n";
  if (missing)
    page += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n" +
            lines_of(*missing) + "</ul>\n";
  page += "<hr/>\n</body>\n</html>\n";
  wire::Response out;
  out.status = error.status();
  add_error_headers(error, out.headers);
  out.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  out.headers.emplace_back("x-amz-request-id", request_id);
  out.headers.emplace_back("x-amz-id-2", wire::host_id_of(request_id));
  out.body = wire::Body::of_bytes(std::move(page));
  return out;
}

}  // namespace hanbat::s3
