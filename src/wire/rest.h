// The REST protocols: operations told by method and path, members bound to labels, query, headers and the body.
// Internal to wire.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "wire/codec.h"
#include "wire/decoding.h"

namespace hanbat::wire {

using Labels = std::map<std::string, std::string, std::less<>>;

/// Whether the operation's bodies are JSON; XML else.
inline bool is_rest_json(const OperationModel& operation) { return operation.service->protocol == Protocol::kRestJson; }

/// How well the request fits the route, higher is better, with the path's labels (decoded); nothing when it does not.
struct RouteMatch {
  int score;
  Labels labels;
};
std::optional<RouteMatch> match_route(const Route& route, const RequestView& request);

void rest_into(Decoding& decoding, const RequestView& request, const Body& body, void* input);
Response rest_response(const OperationModel& operation, const void* output);
/// The members of a structure that travel in headers.
Headers header_members(const ServiceModel& service, const Shape& shape, const void* value);

}  // namespace hanbat::wire
