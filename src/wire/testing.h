// How tests read requests, and what they say of the errors that calls end with. Header only, so that no daemon links
// it.
#pragma once

#include <optional>
#include <string>

#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::wire {

/// Reads and checks a request, as every call from outside is.
inline void decode_request(const OperationModel& operation, const RequestView& request, const Body& body, void* input) {
  check_input(operation, input, read_request(operation, request, body, input));
}

/// The error that the call ends with; nothing when it succeeds.
template <class F>
std::optional<Error> error_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// Its code; "" when the call succeeds.
template <class F>
std::string code_of(F&& call) {
  const auto error = error_of(call);
  return error ? error->code() : "";
}

/// Its message; "" when the call succeeds.
template <class F>
std::string message_of(F&& call) {
  const auto error = error_of(call);
  return error ? error->message() : "";
}

/// "<code>: <message>"; "" when the call succeeds.
template <class F>
std::string refusal_of(F&& call) {
  const auto error = error_of(call);
  return error ? error->code() + ": " + error->message() : "";
}

}  // namespace hanbat::wire
