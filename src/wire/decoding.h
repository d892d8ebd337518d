// The decoding of one request: what is missing, what breaks a limit, and in whose words that is said. Internal to wire.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::wire {

/// Where a value lies in the request, as a chain to the top. Lives on the stack of the decoder.
struct Path {
  const Path* up = nullptr;
  std::string_view name;
  std::size_t index = 0;  // of a list's element, from 1; 0 for a member

  /// "tags.1.member.key": as AWS's validation says it.
  std::string text() const;
};

/// Collects what is wrong while a codec reads, and tells it at the end.
class Decoding {
 public:
  explicit Decoding(const OperationModel& operation) : operation_(operation) {}

  const OperationModel& operation() const { return operation_; }
  /// Checks the limits of a value just read.
  void check(const Shape& shape, const void* value, const Path& path);
  /// A required member was not there. `name` as the request would have said it.
  void missing(const Member& member, const Path& path, std::string_view name);
  /// Ends a structure: every required member not seen is missing.
  void end_structure(const Shape& shape, const std::vector<bool>& seen, const Path* path);
  /// Throws the first wrong thing in the service's words; then refuses what we do not support in `input`.
  void finish(const void* input) const;

  /// The error of a value that cannot be read at all: a malformed document, a number that is none.
  [[noreturn]] void malformed(std::string_view what) const;

 private:
  struct Violation {
    const Member* missing = nullptr;
    std::string name;  // of the top-level or nearest member
    std::string path;
    std::string constraint;  // "Value 'x' at 'y' failed to satisfy constraint: …"
    std::string value;
    bool is_enum = false;
  };
  void add(const Shape& shape, const Path& path, std::string value, std::string constraint);

  const OperationModel& operation_;
  std::vector<Violation> violations_;
};

}  // namespace hanbat::wire
