// The error that an operation answers with. A handler throws it, the transaction rolls back, the front door encodes it
// in the protocol's form.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/shape.h"

namespace hanbat::wire {

enum class Fault { kClient, kServer };

/// An AWS error: its code and wording are AWS's own. Generated error classes derive from it.
class Error : public std::exception {
 public:
  Error(std::string code, int status, std::string message)
      : code_(std::move(code)), message_(std::move(message)), status_(status) {}

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& code() const { return code_; }
  const std::string& message() const { return message_; }
  int status() const { return status_; }
  Fault fault() const { return status_ >= 500 ? Fault::kServer : Fault::kClient; }

  /// The code of the days when the service spoke the query protocol, told in `x-amzn-query-error`; "" when the same.
  const std::string& query_code() const { return query_code_; }
  Error& with_query_code(std::string code) {
    query_code_ = std::move(code);
    return *this;
  }
  /// A member beside code and message, as S3 tells `BucketName`.
  Error& with(std::string name, std::string value) & {
    extra_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  /// What is thrown where it is made is thrown as itself.
  Error with(std::string name, std::string value) && {
    this->with(std::move(name), std::move(value));
    return std::move(*this);
  }
  const std::vector<std::pair<std::string, std::string>>& extra() const { return extra_; }

  /// The modelled members of a generated error, and where they lie; null when it has none.
  virtual const Shape* members_shape() const { return nullptr; }
  virtual const void* members() const { return nullptr; }

  /// 501 by name: what Hanbat does not do. `what` is "" for a whole operation, else the parameter.
  static Error not_implemented(std::string_view operation, std::string_view what = "");

 private:
  std::string code_;
  std::string message_;
  std::string query_code_;
  std::vector<std::pair<std::string, std::string>> extra_;
  int status_;
};

}  // namespace hanbat::wire
