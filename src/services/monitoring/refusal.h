// CloudWatch's words for input that its model does not rule out and the service refuses.
#pragma once

#include <string>

#include "wire/error.h"

namespace hanbat::monitoring {

/// Throws ValidationError (400) with the message.
[[noreturn]] inline void throw_invalid(const std::string& message) {
  throw wire::Error("ValidationError", 400, message);
}

}  // namespace hanbat::monitoring
