// What the region tells of each call to who keeps the trail of them. The cloudtrail service implements it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "region/identity.h"
#include "store/database.h"

namespace hanbat::wire {
class Error;
struct OperationModel;
}  // namespace hanbat::wire

namespace hanbat::region {

/// A call that has come to its end. What it points to lives as long as the call.
struct CallRecord {
  const wire::OperationModel& operation;
  const Caller& caller;
  std::string_view region;
  std::string_view request_id;
  std::vector<std::string> resources;  // what authorization was asked about: ARNs, patterns of ARNs, "*"
  const void* input = nullptr;         // of the operation's input shape; null when it could not be read
  const void* output = nullptr;        // of its output shape; null when it failed
  const wire::Error* error = nullptr;  // what it failed with
  Json request;                        // what was asked, of a request that has no model (git's); else null
  Json additional;                     // "additionalEventData"; else null
};

class Trail {
 public:
  virtual ~Trail() = default;

  /// Records a call in the transaction in which it did its work: both are kept, or neither.
  virtual void record(store::Tx& tx, const CallRecord& call) = 0;
  /// Records, soon after this returns, a call that changed nothing: it read, or it failed. May wait for room, so never
  /// inside a writing transaction.
  virtual void record(const CallRecord& call) = 0;
};

}  // namespace hanbat::region
