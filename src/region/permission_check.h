// Holds each call to its operation's table (operations.txt): what it asks for is what the table says, and no call
// succeeds that has not asked. So the table is the truth, and every test of an operation is a test of its entry.
#pragma once

#include <cstdint>

#include "region/authorization.h"

namespace hanbat::wire {
struct OperationModel;
}

namespace hanbat::region {

/// What one call has asked so far. A breach is a fault of ours, never the caller's: std::logic_error, which ends the
/// call with 500 and a line in the log, before anything is committed.
class PermissionCheck {
 public:
  explicit PermissionCheck(const wire::OperationModel& operation) : operation_(operation) {}

  /// Notes a question. Throws unless the table has its action on such a resource, with all of its condition keys.
  void note(const AccessQuestion& question);
  /// Throws unless each permission that every call needs has been asked for.
  void require_complete() const;

 private:
  const wire::OperationModel& operation_;
  std::uint64_t asked_ = 0;  // a bit per permission of the table
};

/// Whether an ARN that the caller gave is one of a resource that the operation's table has for the action. A handler
/// that takes ARNs refuses the others in AWS's words before it asks.
bool names_resource(const wire::OperationModel& operation, std::string_view action, std::string_view arn);
/// Whether the operation's table has the condition key for the action itself, whatever it is about.
bool names_key(const wire::OperationModel& operation, std::string_view action, std::string_view key);

}  // namespace hanbat::region
