// A form as a browser sends it, multipart/form-data (RFC 7578): its small fields, then the file, which streams.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace hanbat::s3 {

/// The boundary of a multipart/form-data Content-Type, or nothing.
std::optional<std::string> boundary_of(std::string_view content_type);

/// Reads a form from its body, once, in its order. Throws wire::Error, MalformedPOSTRequest, for what is none.
class Form {
 public:
  Form(http::BodyReader& body, std::string_view boundary);

  /// Reads the fields in front of the file, names in lower case. Whether a file follows, whose bytes file() gives.
  bool read_fields();
  const std::map<std::string, std::string>& fields() const { return fields_; }
  /// What the file is called where it came from, without folders.
  const std::string& file_name() const { return file_name_; }
  /// Hands the file's bytes on in pieces; what follows it is passed over, as on AWS.
  void file(const std::function<void(std::string_view)>& sink);

 private:
  bool fill();
  void pass(const std::function<void(std::string_view)>& sink);
  /// The part's headers, after its delimiter; false at the form's end.
  bool read_part();

  http::BodyReader& body_;
  const std::string delimiter_;
  std::string buffer_ = "\r\n";  // so that the first delimiter is like the others
  std::string name_;
  std::string file_name_;
  std::map<std::string, std::string> fields_;
};

}  // namespace hanbat::s3
