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
  struct Reason {
    int status;
    std::string_view words;
  };
  static constexpr Reason kReasons[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const Reason& known : kReasons)
    if (known.status == status) return known.words;
  return "Status";
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
