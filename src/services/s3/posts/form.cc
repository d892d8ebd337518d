#include "services/s3/posts/form.h"

#include <vector>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

constexpr std::size_t kMostOfFields = 20 << 10;  // AWS's limit of all that is no file
constexpr std::size_t kLongestHead = 8 << 10;
constexpr std::size_t kLongestBoundary = 200;

wire::Error malformed_form() {
  return {"MalformedPOSTRequest", 400, "The body of your POST request is not well-formed multipart/form-data."};
}

/// A parameter of a header, `name="value"` or `name=value`; "" when it is not there.
std::string parameter(std::string_view header, std::string_view name) {
  for (const std::string& one : split(header, ';')) {
    const std::string_view text = trim(one);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !iequals(trim(text.substr(0, equals)), name)) continue;
    std::string_view value = trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return "";
}

}  // namespace

std::optional<std::string> boundary_of(std::string_view content_type) {
  if (!lower(content_type).starts_with("multipart/form-data")) return std::nullopt;
  std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kLongestBoundary) return std::nullopt;
  return boundary;
}

Form::Form(http::BodyReader& body, std::string_view boundary)
    : body_(body), delimiter_("\r\n--" + std::string(boundary)) {}

bool Form::fill() {
  std::vector<char> piece(64 << 10);
  const std::size_t got = body_.read(piece);
  buffer_.append(piece.data(), got);
  return got > 0;
}

void Form::pass(const std::function<void(std::string_view)>& sink) {
  while (true) {
    const std::size_t at = buffer_.find(delimiter_);
    if (at != std::string::npos) {
      sink(std::string_view(buffer_).substr(0, at));
      buffer_.erase(0, at + delimiter_.size());
      return;
    }
    // The beginning of a delimiter may stand at the end.
    if (buffer_.size() >= delimiter_.size()) {
      const std::size_t sure = buffer_.size() - delimiter_.size() + 1;
      sink(std::string_view(buffer_).substr(0, sure));
      buffer_.erase(0, sure);
    }
    if (!fill()) throw malformed_form();
  }
}

bool Form::read_part() {
  while (buffer_.size() < 2)
    if (!fill()) throw malformed_form();
  if (buffer_.starts_with("--")) return false;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (buffer_.size() > kLongestHead || !fill()) throw malformed_form();
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  name_.clear();
  for (const std::string& line : split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || !iequals(trim(line.substr(0, colon)), "content-disposition")) continue;
    const std::string value(trim(line.substr(colon + 1)));
    name_ = lower(parameter(value, "name"));
    file_name_ = parameter(value, "filename");
  }
  if (const std::size_t slash = file_name_.find_last_of("/\\"); slash != std::string::npos)
    file_name_.erase(0, slash + 1);
  if (name_.empty()) throw malformed_form();
  return true;
}

bool Form::read_fields() {
  pass([](std::string_view) {});
  std::size_t size = 0;
  while (read_part()) {
    if (name_ == "file") return true;
    std::string& value = fields_[name_];
    value.clear();
    pass([&](std::string_view piece) {
      size += piece.size();
      if (size > kMostOfFields)
        throw wire::Error("MaxPostPreDataLengthExceeded", 400,
                          "Your POST request fields preceding the upload file were too large.");
      value += piece;
    });
  }
  return false;
}

void Form::file(const std::function<void(std::string_view)>& sink) { pass(sink); }

}  // namespace hanbat::s3
