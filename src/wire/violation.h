// What breaks an operation's model in an input, and the error that tells it, in the words of the service. Internal to
// wire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::wire {

/// Which limit of the model is broken.
enum class Broken : std::uint8_t { kRequired, kPattern, kEnum, kShort, kLong, kLow, kHigh };

/// One thing that is wrong with an input.
struct Violation {
  Broken broken;
  const Member* missing = nullptr;  // of what is required
  std::string name;                 // of the top-level or nearest member
  std::string path;                 // "tags.1.member.key"
  std::string requirement;          // "have length less than or equal to 3"
  std::string value;
  bool secret = false;  // the value is told to nobody
};

/// The error for what is wrong with an input; not for nothing.
Error refusal(const OperationModel& operation, const std::vector<Violation>& violations);

}  // namespace hanbat::wire
