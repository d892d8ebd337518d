// The reading of one request: what is missing in it, and what cannot be read at all. What was read is held against the
// model's limits by check_input. Internal to wire.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/error.h"
#include "wire/input_check.h"
#include "wire/operation.h"

namespace hanbat::wire {

/// The name with its first letter small.
std::string lower_first(std::string_view name);

/// Where a value lies in the request, as a chain to the top. Lives on the stack of who walks there.
struct Path {
  const Path* up = nullptr;
  std::string_view name;
  std::size_t index = 0;  // of a list's element, from 1; 0 for a member

  /// "tags.1.member.key": as AWS's validation says it.
  std::string text() const;
};

/// Collects what is missing while a codec reads.
class Decoding {
 public:
  explicit Decoding(const OperationModel& operation) : operation_(operation) {}

  const OperationModel& operation() const { return operation_; }
  /// Ends a structure: every required member not seen is missing.
  void end_structure(const Shape& shape, const std::vector<bool>& seen, const Path* path);
  /// What was missing, at the end.
  Missing take_missing() { return std::move(missing_); }

  /// The error of a value that cannot be read at all: a malformed document, a number that is none.
  [[noreturn]] void malformed(std::string_view what) const;

 private:
  const OperationModel& operation_;
  Missing missing_;
};

/// Throws the error of a request that cannot be read, in the service's words.
[[noreturn]] void throw_malformed(const ServiceModel& service, std::string_view what);

}  // namespace hanbat::wire
