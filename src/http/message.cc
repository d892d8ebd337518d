#include "http/message.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "os/fd.h"

namespace hanbat::http {

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return iequals(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [each, value] : fields_)
    if (iequals(each, name)) return value;
  return std::nullopt;
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  bool first = true;
  for (const auto& [each, value] : fields_) {
    if (!iequals(each, name)) continue;
    if (!first) all += ',';
    all += value;
    first = false;
  }
  return all;
}

std::string RequestHead::host() const {
  std::string_view host = headers.get("Host");
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return lower(host.substr(0, end == std::string_view::npos ? end : end + 1));
  }
  return lower(host.substr(0, host.find(':')));
}

std::optional<std::string> RequestHead::query(std::string_view name) const {
  for (auto& [each, value] : parse_query(raw_query))
    if (each == name) return std::move(value);
  return std::nullopt;
}

std::string BodyReader::read_all(std::size_t limit) {
  std::string all;
  char buffer[16384];
  while (const std::size_t n = read(buffer)) {
    if (n > limit - all.size()) throw Error(413, "the body is larger than " + std::to_string(limit) + " bytes");
    all.append(buffer, n);
  }
  return all;
}

std::size_t StringBody::read(std::span<char> into) {
  const std::size_t n = text_.copy(into.data(), into.size(), at_);
  at_ += n;
  return n;
}

std::size_t FileBody::read(std::span<char> into) {
  const std::size_t n = read_some(fd_, into.first(std::min<std::uint64_t>(into.size(), left_)));
  left_ -= n;
  return n;
}

std::string_view reason(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view raw_query) {
  std::vector<std::pair<std::string, std::string>> parts;
  while (!raw_query.empty()) {
    const auto end = std::min(raw_query.find('&'), raw_query.size());
    const std::string_view part = raw_query.substr(0, end);
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto decode = [](std::string_view text) { return form_decode(text).value_or(std::string(text)); };
    parts.emplace_back(decode(part.substr(0, equals)), decode(part.substr(std::min(equals + 1, part.size()))));
  }
  return parts;
}

}  // namespace hanbat::http
