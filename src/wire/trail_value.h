// What was asked and answered as CloudTrail's records show it: from the same field tables as the codecs', with every
// secret replaced by the words that CloudTrail puts in its place.
#pragma once

#include <string_view>

#include "base/json.h"
#include "wire/operation.h"

namespace hanbat::wire {

/// What stands for a secret in a record: EC2 has words of its own.
std::string_view hidden_value(Protocol protocol);

/// `requestParameters`: the given members under their names in lower camel case. Null when nothing was given. Streaming
/// bodies are left out; blobs are content, and so are hidden as secrets are.
Json trail_request(const OperationModel& operation, const void* input);

/// `responseElements`, likewise. EC2 shows its answers by the names of its XML, lists as {"items": […]}.
Json trail_response(const OperationModel& operation, const void* output);

}  // namespace hanbat::wire
